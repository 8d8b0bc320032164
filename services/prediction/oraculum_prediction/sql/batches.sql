-- The statements of the path that a bet takes: few, and each for a whole batch.

-- name: market_heads
-- Which of these markets trade at this moment, which are open at least, what version they are, and when that was; and
-- whether any of these orders ever waited for somebody to look at it.
select event_id, version, status = 1 and clock_timestamp() < locks_at, status = 1, clock_timestamp(),
    exists (select from risk_review where order_id = any(%(order_ids)s::uuid[]))
from market
where event_id = any(%(event_ids)s::uuid[])

-- name: holdings
-- What these people hold of these events.
select p.user_id, p.event_id, p.outcome, p.shares, p.reserved, p.cost_units, p.realised_units
from unnest(%(user_ids)s::uuid[], %(event_ids)s::uuid[]) as asked (user_id, event_id)
join position p on p.user_id = asked.user_id and p.event_id = asked.event_id

-- name: advance_markets
-- Brings markets to the state after a batch, if they are what the batch was priced on and still trade by this clock. What
-- rests may be taken back for as long as they are open.
-- They are locked in order of their ids, so that batches wait for each other and never in a circle.
with given as (
    select *
    from unnest(
        %(event_ids)s::uuid[], %(versions)s::bigint[], %(trading)s::boolean[], %(sequences)s::bigint[],
        %(sold)s::text[], %(prices)s::text[], %(state_hashes)s::bytea[], %(volumes)s::bigint[],
        %(outcome_volumes)s::text[], %(escrows)s::bigint[], %(participants)s::bigint[], %(pools)s::text[]
    ) as g (
        event_id, version, trading, sequence, sold, prices, state_hash, volume, outcome_volumes, escrow, participants,
        pools
    )
), locked as (
    select m.event_id
    from market m
    join given g on g.event_id = m.event_id
    where m.version = g.version and m.status = 1 and (clock_timestamp() < m.locks_at or not g.trading)
    order by m.event_id
    for update of m
)
update market m
set version = m.version + 1,
    sequence = g.sequence,
    sold = g.sold::bigint[],
    pools = g.pools::bigint[],
    prices = g.prices::bigint[],
    state_hash = g.state_hash,
    volume_units = g.volume,
    outcome_volume_units = g.outcome_volumes::bigint[],
    escrow_units = g.escrow,
    participant_count = g.participants,
    last_filled_at = greatest(clock_timestamp(), m.last_filled_at)
from given g
join locked l on l.event_id = g.event_id
where m.event_id = g.event_id
returning m.event_id, m.last_filled_at

-- name: deepen_markets
-- Gives markets that this transaction has brought forward the liquidity that their subsidies pay for by now.
update market m
set liquidity_units = g.liquidity, prior = g.prior::bigint[], subsidy_units = g.subsidy
from unnest(
    %(event_ids)s::uuid[], %(liquidities)s::bigint[], %(priors)s::text[], %(subsidies)s::bigint[]
) as g (event_id, liquidity, prior, subsidy)
where m.event_id = g.event_id

-- name: insert_orders
-- Orders that were filled by the market maker alone; in id order, as everybody who writes many of them does. An id that is
-- there already, decided or abandoned, fails the whole batch.
insert into trade_order (
    order_id, user_id, event_id, outcome, side, amount_units, asked_shares, limit_price, hold_units, gross_units, fee_units,
    shares, fill_sequence, status, created_at
)
select o.order_id, o.user_id, o.event_id, o.outcome, o.side, o.amount, o.asked, o.price, o.hold, o.gross, o.fee, o.shares,
    o.sequence, 2, o.created_at
from unnest(
    %(order_ids)s::uuid[], %(user_ids)s::uuid[], %(event_ids)s::uuid[], %(outcomes)s::smallint[], %(sides)s::smallint[],
    %(amounts)s::bigint[], %(asked_shares)s::bigint[], %(limits)s::bigint[], %(holds)s::bigint[], %(gross)s::bigint[],
    %(fees)s::bigint[], %(shares)s::bigint[], %(sequences)s::bigint[], %(times)s::timestamptz[]
) as o (
    order_id, user_id, event_id, outcome, side, amount, asked, price, hold, gross, fee, shares, sequence, created_at
)
order by o.order_id

-- name: insert_fills
-- Trades with their receipts, in market sequence.
insert into fill (
    fill_id, event_id, sequence, filled_at, order_id, user_id, outcome, side, shares, gross_units, fee_units,
    rounding_picounits, price_before, price_after, prices, state_before, state_after, formula_version, group_first, role
)
select fill_id, event_id, sequence, filled_at, order_id, user_id, outcome, side, shares, gross_units, fee_units,
    rounding_picounits, price_before, price_after, prices::bigint[], state_before, state_after, formula_version,
    group_first, role
from unnest(
    %(fill_ids)s::uuid[], %(event_ids)s::uuid[], %(sequences)s::bigint[], %(times)s::timestamptz[], %(order_ids)s::uuid[],
    %(user_ids)s::uuid[], %(outcomes)s::smallint[], %(sides)s::smallint[], %(shares)s::bigint[], %(gross)s::bigint[],
    %(fees)s::bigint[], %(roundings)s::bigint[], %(prices_before)s::bigint[], %(prices_after)s::bigint[],
    %(prices)s::text[], %(states_before)s::bytea[], %(states_after)s::bytea[], %(formulas)s::text[], %(groups)s::bigint[],
    %(roles)s::smallint[]
) as f (
    fill_id, event_id, sequence, filled_at, order_id, user_id, outcome, side, shares, gross_units, fee_units,
    rounding_picounits, price_before, price_after, prices, state_before, state_after, formula_version, group_first, role
)

-- name: put_positions
-- Positions as the batch leaves them. They are only ever changed under the lock of their market, whose version says that
-- nobody did meanwhile, so what was computed in memory is what stands.
insert into position (user_id, event_id, outcome, shares, reserved, cost_units, realised_units)
select *
from unnest(
    %(user_ids)s::uuid[], %(event_ids)s::uuid[], %(outcomes)s::smallint[], %(shares)s::bigint[], %(reserved)s::bigint[],
    %(costs)s::bigint[], %(realised)s::bigint[]
)
on conflict (user_id, event_id, outcome) do update
set shares = excluded.shares, reserved = excluded.reserved, cost_units = excluded.cost_units,
    realised_units = excluded.realised_units
