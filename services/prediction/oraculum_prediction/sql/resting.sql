-- Orders that rest, or did: everything that is not filled by the market maker alone and at once.

-- name: resting_orders
-- What rests on these markets, as it is needed to meet it and to tell of it.
select o.order_id, o.user_id, o.event_id, o.outcome, o.side, o.status, o.gross_units, o.fee_units, o.shares, o.created_at,
    o.settled_at, o.profit_loss_units, o.reason, o.fill_sequence, m.asset, o.amount_units, o.asked_shares, o.limit_price,
    o.hold_units, o.type, o.time_in_force, o.post_only, o.expires_at, o.open_shares, o.priority, o.reserved, o.revision,
    o.replaces_order_id, f.fill_id, f.filled_at, f.shares as fill_shares, f.gross_units as fill_gross_units,
    f.fee_units as fill_fee_units, f.group_first as fill_group_first, f.prices
from trade_order o
join market m on m.event_id = o.event_id
left join fill f on f.event_id = o.event_id and f.sequence = o.fill_sequence
where o.event_id = any(%(event_ids)s::uuid[]) and o.status in (7, 8)

-- name: resting_ahead
-- What an order may meet first: of those on the other side of its outcome, and on its own side of every other, so many each, the
-- best price first and the earlier of two at one price.
select o.order_id, o.user_id, o.event_id, o.outcome, o.side, o.status, o.gross_units, o.fee_units, o.shares, o.created_at,
    o.settled_at, o.profit_loss_units, o.reason, o.fill_sequence, m.asset, o.amount_units, o.asked_shares, o.limit_price,
    o.hold_units, o.type, o.time_in_force, o.post_only, o.expires_at, o.open_shares, o.priority, o.reserved, o.revision,
    o.replaces_order_id, f.fill_id, f.filled_at, f.shares as fill_shares, f.gross_units as fill_gross_units,
    f.fee_units as fill_fee_units, f.group_first as fill_group_first, f.prices
from (
    select r.*, row_number() over (
        partition by r.outcome
        order by case r.side when 1 then -r.limit_price else r.limit_price end, r.priority
    ) as place
    from trade_order r
    where r.event_id = %(event_id)s and r.status in (7, 8) and (r.outcome = %(outcome)s) = (r.side <> %(side)s)
) o
join market m on m.event_id = o.event_id
left join fill f on f.event_id = o.event_id and f.sequence = o.fill_sequence
where o.place <= %(orders_max)s

-- name: resting_levels
-- What rests of an outcome at each price: the best so many prices of each side.
select side, limit_price as price, least(shares, 9223372036854775807)::bigint as shares, orders
from (
    select side, limit_price, sum(open_shares) as shares, count(*) as orders,
        row_number() over (
            partition by side order by case side when 1 then -limit_price else limit_price end) as place
    from trade_order
    where event_id = %(event_id)s and outcome = %(outcome)s and status in (7, 8)
    group by side, limit_price
) level
where place <= %(levels_max)s

-- name: insert_made
-- Orders that met the book, rest, or were refused after money was held for them; in id order. An id that is there already
-- fails the whole batch.
insert into trade_order (
    order_id, user_id, event_id, outcome, side, amount_units, asked_shares, limit_price, hold_units, gross_units, fee_units,
    shares, fill_sequence, status, reason, created_at, type, time_in_force, post_only, expires_at, open_shares, priority,
    reserved, revision, replaces_order_id, self_trade
)
select *
from unnest(
    %(order_ids)s::uuid[], %(user_ids)s::uuid[], %(event_ids)s::uuid[], %(outcomes)s::smallint[], %(sides)s::smallint[],
    %(amounts)s::bigint[], %(asked_shares)s::bigint[], %(limits)s::bigint[], %(holds)s::bigint[], %(gross)s::bigint[],
    %(fees)s::bigint[], %(shares)s::bigint[], %(sequences)s::bigint[], %(statuses)s::smallint[], %(reasons)s::text[],
    %(times)s::timestamptz[], %(types)s::smallint[], %(times_in_force)s::smallint[], %(post_only)s::boolean[],
    %(expiries)s::timestamptz[], %(open_shares)s::bigint[], %(priorities)s::bigint[], %(reserved)s::boolean[],
    %(revisions)s::bigint[], %(replaced)s::uuid[], %(self_trades)s::smallint[]
) as o (order_id)
order by o.order_id

-- name: update_resting
-- What was filled of resting orders, and how they ended. Their market's lock is held, so that nobody else changes them.
update trade_order o
set status = n.status, shares = n.shares, gross_units = n.gross, fee_units = n.fee, open_shares = n.open_shares,
    reason = n.reason, expires_at = n.expires_at, revision = n.revision
from unnest(
    %(order_ids)s::uuid[], %(statuses)s::smallint[], %(shares)s::bigint[], %(gross)s::bigint[], %(fees)s::bigint[],
    %(open_shares)s::bigint[], %(reasons)s::text[], %(expiries)s::timestamptz[], %(revisions)s::bigint[]
) as n (order_id, status, shares, gross, fee, open_shares, reason, expires_at, revision)
where o.order_id = n.order_id and o.status in (7, 8)

-- name: insert_receipts
-- What recomputes fills that were made together.
insert into receipt (event_id, group_first, document)
select * from unnest(%(event_ids)s::uuid[], %(groups)s::bigint[], %(documents)s::text[])

-- name: lock_open_market
-- Waits for the batch that is being committed, and keeps the next one out, until this transaction ends.
select sequence, clock_timestamp() from market where event_id = %(event_id)s and status = 1 for no key update

-- name: end_resting
-- Ends what rests on a market that closes.
update trade_order
set status = 9, reason = 'MARKET_CLOSED', open_shares = null
where event_id = %(event_id)s and status in (7, 8)

-- name: free_shares
-- Nothing is for sale any more.
update position set reserved = 0 where event_id = %(event_id)s and reserved > 0

-- name: to_end
-- What the clock ends, by this clock, each kind behind the last of it that was seen; who placed an order in the very moment is
-- found at the next look. One statement, since it is asked twice a second and nearly always finds nothing.
-- Who has not said otherwise in time: a dead man.
(select 'dead' as kind, user_id as id, null::uuid as event_id, fires_at
from dead_man
where fires_at <= clock_timestamp() and user_id > %(dead_after)s
order by user_id
limit %(dead_count)s)
union all
-- Orders whose time has come, or whose market trades no more.
(select 'due', due.order_id, due.event_id, null
from (
    select o.order_id, o.event_id
    from trade_order o
    where o.status in (7, 8) and o.expires_at <= clock_timestamp()
    union
    select o.order_id, o.event_id
    from market m
    join trade_order o on o.event_id = m.event_id and o.status in (7, 8)
    where m.locks_at <= clock_timestamp() and m.status = 1
) due
where due.order_id > %(due_after)s
order by due.order_id
limit %(due_count)s)
union all
-- Who is barred and has something resting.
(select 'barred', k.user_id, null, null
from known_person k
where k.barred and k.user_id > %(barred_after)s
  and exists (select from trade_order o where o.user_id = k.user_id and o.status in (7, 8))
order by k.user_id
limit %(barred_count)s)
union all
-- Who asked not to play and has a purchase resting.
(select 'excluded', r.user_id, null, null
from person_rule r
where r.excluded_until > clock_timestamp() and r.user_id > %(excluded_after)s
  and exists (select from trade_order o where o.user_id = r.user_id and o.status in (7, 8) and o.side = 1)
order by r.user_id
limit %(excluded_count)s)
order by id

-- name: markets_of
-- Where a person has something resting.
select distinct event_id from trade_order where user_id = %(user_id)s and status in (7, 8)

-- name: set_dead_man
-- Cancel everything of a person at a time, unless they say otherwise until then.
insert into dead_man (user_id, fires_at)
values (%(user_id)s, clock_timestamp() + make_interval(secs => %(timeout_seconds)s))
on conflict (user_id) do update set fires_at = excluded.fires_at
returning fires_at

-- name: drop_dead_man
-- Cancel nothing.
delete from dead_man where user_id = %(user_id)s

-- name: bury_dead_man
-- It was done; whoever has set it anew meanwhile keeps the new one.
delete from dead_man where user_id = %(user_id)s and fires_at = %(fires_at)s
