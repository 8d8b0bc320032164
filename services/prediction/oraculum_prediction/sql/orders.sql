-- Orders, positions and trades as people see them, and what wallet asks about them.

-- name: orders_by_ids
-- Several orders with their fills.
select o.order_id, o.user_id, o.event_id, o.outcome, o.side, o.status, o.gross_units, o.fee_units, o.shares, o.created_at,
    o.settled_at, o.profit_loss_units, o.reason, o.fill_sequence, m.asset, o.amount_units, o.asked_shares, o.limit_price,
    o.hold_units, o.type, o.time_in_force, o.post_only, o.expires_at, o.open_shares, o.priority, o.reserved, o.revision,
    o.replaces_order_id, f.fill_id, f.filled_at, f.shares as fill_shares, f.gross_units as fill_gross_units,
    f.fee_units as fill_fee_units, f.group_first as fill_group_first, f.prices, o.self_trade
from shown_order o
join market m on m.event_id = o.event_id
left join fill f on f.event_id = o.event_id and f.sequence = o.fill_sequence
where o.order_id = any(%(order_ids)s::uuid[])

-- name: order_so_far_back
-- The last of so many orders of a person, newest first; none where there are fewer.
select created_at, order_id
from trade_order
where user_id = %(user_id)s
  and (%(before)s::timestamptz is null or (created_at, order_id) < (%(before)s, %(before_id)s::uuid))
order by created_at desc, order_id desc
offset %(row_count)s - 1
limit 1

-- name: orders_of_user
-- A page of a person's orders, newest first; from a position on where it shows some only, and might look for them for ever.
select o.order_id, o.user_id, o.event_id, o.outcome, o.side, o.status, o.gross_units, o.fee_units, o.shares, o.created_at,
    o.settled_at, o.profit_loss_units, o.reason, o.fill_sequence, m.asset, o.amount_units, o.asked_shares, o.limit_price,
    o.hold_units, o.type, o.time_in_force, o.post_only, o.expires_at, o.open_shares, o.priority, o.reserved, o.revision,
    o.replaces_order_id, f.fill_id, f.filled_at, f.shares as fill_shares, f.gross_units as fill_gross_units,
    f.fee_units as fill_fee_units, f.group_first as fill_group_first, f.prices
from shown_order o
join market m on m.event_id = o.event_id
left join fill f on f.event_id = o.event_id and f.sequence = o.fill_sequence
where o.user_id = %(user_id)s
  and (%(event_id)s::uuid is null or o.event_id = %(event_id)s)
  and (%(statuses)s::smallint[] is null or o.status = any(%(statuses)s))
  and (%(before)s::timestamptz is null or (o.created_at, o.order_id) < (%(before)s, %(before_id)s::uuid))
  and (%(from_time)s::timestamptz is null or (o.created_at, o.order_id) >= (%(from_time)s, %(from_id)s::uuid))
order by o.created_at desc, o.order_id desc
limit %(row_count)s

-- name: resting_of_user
-- A page of a person's orders that rest, newest first. A filter by states would read all that a person ever had: the index of
-- those that rest is found by its very words alone. None of them is settled, so they are shown as they are.
select o.order_id, o.user_id, o.event_id, o.outcome, o.side, o.status, o.gross_units, o.fee_units, o.shares, o.created_at,
    o.settled_at, o.profit_loss_units, o.reason, o.fill_sequence, m.asset, o.amount_units, o.asked_shares, o.limit_price,
    o.hold_units, o.type, o.time_in_force, o.post_only, o.expires_at, o.open_shares, o.priority, o.reserved, o.revision,
    o.replaces_order_id, f.fill_id, f.filled_at, f.shares as fill_shares, f.gross_units as fill_gross_units,
    f.fee_units as fill_fee_units, f.group_first as fill_group_first, f.prices
from trade_order o
join market m on m.event_id = o.event_id
left join fill f on f.event_id = o.event_id and f.sequence = o.fill_sequence
where o.user_id = %(user_id)s
  and o.status in (7, 8)
  and o.status = any(%(statuses)s::smallint[])
  and (%(event_id)s::uuid is null or o.event_id = %(event_id)s)
  and (%(before)s::timestamptz is null or (o.created_at, o.order_id) < (%(before)s, %(before_id)s::uuid))
order by o.created_at desc, o.order_id desc
limit %(row_count)s

-- name: order_states
-- What is known of these orders.
select order_id, status from trade_order where order_id = any(%(order_ids)s::uuid[])

-- name: orders_asked
-- What these orders asked for; not those that were given up by somebody who did not know.
select order_id, user_id, event_id, outcome, side, amount_units, asked_shares, limit_price
from trade_order
where order_id = any(%(order_ids)s::uuid[]) and user_id is not null

-- name: replaced_orders
-- Those of these orders whose place another one has taken, found by that alone: whoever edits what they bought long ago may
-- have a hundred thousand orders since.
select distinct replaces_order_id
from trade_order
where replaces_order_id = any(%(order_ids)s::uuid[]) and status not in (3, 4)

-- name: abandon_orders
-- Gives up orders of which nothing is known, under their very ids. A commit of one of them that is on its way either comes
-- first, and then nothing happens here, or meets this row and fails.
insert into trade_order (order_id, status, reason)
select order_id, 4, 'ORDER_ABANDONED'
from unnest(%(order_ids)s::uuid[]) as o (order_id)
order by order_id
on conflict (order_id) do nothing
returning order_id

-- name: positions_of_user
-- A page of a person's positions: by event, newest first, then by outcome.
select p.user_id, p.event_id, p.outcome, p.shares, p.reserved, p.cost_units, p.realised_units, p.payout_units, m.asset,
    m.prices[p.outcome + 1] as price, m.status as market_status
from position p
join market m on m.event_id = p.event_id
where p.user_id = %(user_id)s
  and (%(event_id)s::uuid is null or p.event_id = %(event_id)s)
  and (
      %(before_event_id)s::uuid is null
      or p.event_id < %(before_event_id)s
      or (p.event_id = %(before_event_id)s and p.outcome > %(after_outcome)s::bigint)
  )
order by p.event_id desc, p.outcome
limit %(row_count)s

-- name: trades
-- A page of the trades of an event, newest first. A subsidy trades nothing.
select f.event_id, f.sequence, f.filled_at, f.fill_id, f.order_id, f.user_id, f.shares, f.gross_units, f.fee_units,
    f.outcome, f.side, f.prices, f.group_first, f.role, m.asset
from fill f
join market m on m.event_id = f.event_id
where f.event_id = %(event_id)s and f.role <> 4 and (%(before)s::bigint is null or f.sequence < %(before)s)
order by f.sequence desc
limit %(row_count)s

-- name: recent_sales
-- A person's sales of the last seven days, by orders that arrived and by those that rested: what wallet may still have to
-- pay. (An index is of no use to clock_timestamp(), which may be another for each row.)
(
    select f.event_id, f.sequence, f.gross_units - f.fee_units as net_units, m.asset, f.filled_at
    from trade_order o
    join fill f on f.event_id = o.event_id and f.sequence = o.fill_sequence
    join market m on m.event_id = o.event_id
    where o.user_id = %(user_id)s
      and o.side = 2
      and o.fill_sequence is not null
      and o.created_at > statement_timestamp() - interval '7 days'
    order by o.created_at desc
    limit 1000
)
union all
(
    select f.event_id, f.sequence, f.gross_units - f.fee_units, m.asset, f.filled_at
    from fill f
    join market m on m.event_id = f.event_id
    where f.user_id = %(user_id)s
      and f.role = 2
      and f.side = 2
      and f.filled_at > statement_timestamp() - interval '7 days'
    order by f.filled_at desc
    limit 1000
)
order by filled_at desc
limit 1000

-- name: fills_so_far_back
-- When the last of so many orders of a person arrived, or the last of so many fills of those that rested, whichever is
-- later, newest first; null where there are fewer of both.
select greatest(
    (
        select created_at
        from trade_order
        where user_id = %(user_id)s and (%(before)s::timestamptz is null or created_at <= %(before)s)
        order by created_at desc
        offset %(row_count)s - 1
        limit 1
    ),
    (
        select filled_at
        from fill
        where user_id = %(user_id)s and role = 2 and (%(before)s::timestamptz is null or filled_at <= %(before)s)
        order by filled_at desc
        offset %(row_count)s - 1
        limit 1
    )
)

-- name: fills_of_user
-- A page of a person's fills, newest first: those of orders that arrived, and those of orders that rested; of later than a
-- time, or a page of few might look for them for ever. Fills of one batch have one time, so as many more are looked at as
-- one person can have of it: orders that arrive together, and orders of theirs that these fill.
with arrived as (
    select o.event_id, o.fill_sequence as sequence
    from trade_order o
    where o.user_id = %(user_id)s
      and o.fill_sequence is not null
      and o.type <> 4
      and (%(event_id)s::uuid is null or o.event_id = %(event_id)s)
      and (%(before)s::timestamptz is null or o.created_at <= %(before)s)
      and (%(after)s::timestamptz is null or o.created_at > %(after)s)
    order by o.created_at desc, o.order_id desc
    limit %(row_count)s + 1000
), rested as (
    select f.event_id, f.sequence
    from fill f
    where f.user_id = %(user_id)s
      and f.role = 2
      and (%(event_id)s::uuid is null or f.event_id = %(event_id)s)
      and (%(before)s::timestamptz is null or f.filled_at <= %(before)s)
      and (%(after)s::timestamptz is null or f.filled_at > %(after)s)
    order by f.filled_at desc, f.sequence desc
    limit %(row_count)s + 1000
)
select f.event_id, f.sequence, f.filled_at, f.fill_id, f.order_id, f.user_id, f.shares, f.gross_units, f.fee_units,
    f.outcome, f.side, f.prices, f.group_first, f.role, m.asset
from (select event_id, sequence from arrived union all select event_id, sequence from rested) as mine
join fill f on f.event_id = mine.event_id and f.sequence = mine.sequence
join market m on m.event_id = f.event_id
where %(before)s::timestamptz is null or (f.filled_at, f.fill_id) < (%(before)s, %(before_id)s::uuid)
order by f.filled_at desc, f.fill_id desc
limit %(row_count)s
