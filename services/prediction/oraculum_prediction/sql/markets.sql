-- Markets as they are opened, read and closed.

-- name: market
-- One market.
select event_id, mechanism, asset, category, subsidy_units, request_hash, liquidity_units, prior, weight, pools, sold,
    fee_kind, fee_rate, price_max, prices, opening_prices, status, locks_at, version, sequence, volume_units, outcome_volume_units,
    escrow_units, participant_count, opened_at, closed_at, void_prices, state_hash
from market
where event_id = %(event_id)s

-- name: markets
-- Several markets.
select event_id, mechanism, asset, category, subsidy_units, request_hash, liquidity_units, prior, weight, pools, sold,
    fee_kind, fee_rate, price_max, prices, opening_prices, status, locks_at, version, sequence, volume_units, outcome_volume_units,
    escrow_units, participant_count, opened_at, closed_at, void_prices, state_hash
from market
where event_id = any(%(event_ids)s::uuid[])

-- name: insert_market
-- Opens a market; no row comes back when the event has one.
insert into market (
    event_id, mechanism, asset, category, subsidy_units, request_hash, liquidity_units, prior, weight, pools, sold,
    fee_kind, fee_rate, price_max, state_hash, prices, opening_prices, locks_at, outcome_volume_units, escrow_units
) values (
    %(event_id)s, %(mechanism)s, %(asset)s, %(category)s, %(subsidy_units)s, %(request_hash)s, %(liquidity_units)s,
    %(prior)s::bigint[], %(weight)s, %(pools)s::bigint[], %(sold)s::bigint[], %(fee_kind)s, %(fee_rate)s, %(price_max)s, %(state_hash)s,
    %(prices)s::bigint[], %(prices)s::bigint[], %(locks_at)s, %(sold)s::bigint[], %(subsidy_units)s
)
on conflict (event_id) do nothing
returning event_id

-- name: close_market
-- Ends trading for good; waits for the batch that is being committed, so the last sequence is the last.
update market
set status = 2, closed_at = clock_timestamp(), close_reason = %(reason)s, version = version + 1
where event_id = %(event_id)s and status = 1
returning sequence

-- name: trading_hour
-- The last hour in which a closed market traded, or the one that ends at a moment of that time.
select ends_at, greatest(ends_at - interval '1 hour', first_at) as starts_at
from (
    select first_at, greatest(least(%(ends_at)s::timestamptz, last_at), first_at) as ends_at
    from (
        select least(closed_at, locks_at) as last_at, least(opened_at, closed_at, locks_at) as first_at
        from market
        where event_id = %(event_id)s and closed_at is not null
    ) traded
) hour

-- name: price_points
-- The prices of that hour: those it began with, and those after each of so many fills.
(
    select filled_at, sequence, prices
    from fill
    where event_id = %(event_id)s and filled_at <= %(starts_at)s
    order by filled_at desc, sequence desc
    limit 1
)
union all
(
    select filled_at, sequence, prices
    from fill
    where event_id = %(event_id)s and filled_at > %(starts_at)s and filled_at <= %(ends_at)s
    order by filled_at, sequence
    limit %(row_count)s
)
order by filled_at, sequence

-- name: prices_at
-- The prices that held at these moments; none where nothing was filled before. A step of the index for each, however much
-- was traded between them.
select f.prices
from unnest(%(moments)s::timestamptz[]) with ordinality as a (moment, place)
left join lateral (
    select prices
    from fill
    where event_id = %(event_id)s and filled_at <= a.moment
    order by filled_at desc, sequence desc
    limit 1
) f on true
order by a.place

-- name: store_void_prices
-- Keeps what a closed market's shares are worth, should its event be cancelled. Fills are final by now, so whoever
-- computes it again computes the same.
update market
set void_prices = %(void_prices)s::bigint[], version = version + 1
where event_id = %(event_id)s and status <> 1 and void_prices is null

-- name: move_lock
-- Follows its event to another lock time; a closed market stays closed.
update market
set locks_at = %(locks_at)s, version = version + 1
where event_id = %(event_id)s and status = 1 and locks_at <> %(locks_at)s

-- name: settle_market
-- Everybody was paid.
update market
set status = 3, settled_at = clock_timestamp(), version = version + 1
where event_id = %(event_id)s and status = 2
