-- What people see of their trades, and what recomputes them.

-- name: fill_by_id
-- One fill of a person among what they traded around a time, in seconds: its id says when it was drafted, and it was mostly
-- written moments later, of an order that had just come. An index of ids would be one more for every bet.
with mine as (
    select o.event_id, o.fill_sequence as sequence
    from trade_order o
    where o.user_id = %(user_id)s and o.fill_sequence is not null and o.type <> 4
      and o.created_at between to_timestamp(%(drafted_seconds)s) - interval '10 minutes'
          and to_timestamp(%(drafted_seconds)s) + interval '10 minutes'
    union all
    select r.event_id, r.sequence
    from fill r
    where r.user_id = %(user_id)s and r.role = 2
      and r.filled_at between to_timestamp(%(drafted_seconds)s) - interval '10 minutes'
          and to_timestamp(%(drafted_seconds)s) + interval '10 minutes'
)
select f.event_id, f.sequence, f.filled_at, f.fill_id, f.order_id, f.user_id, f.shares, f.gross_units, f.fee_units,
    f.outcome, f.side, f.prices, f.group_first, f.role, m.asset
from mine
join fill f on f.event_id = mine.event_id and f.sequence = mine.sequence
join market m on m.event_id = f.event_id
where f.fill_id = %(fill_id)s

-- name: fill_by_id_alone
-- One fill of a person among all that they ever traded: of an order that waited before it was filled, or that was written
-- by another clock.
with mine as (
    select o.event_id, o.fill_sequence as sequence
    from trade_order o
    where o.user_id = %(user_id)s and o.fill_sequence is not null and o.type <> 4
    union all
    select r.event_id, r.sequence from fill r where r.user_id = %(user_id)s and r.role = 2
)
select f.event_id, f.sequence, f.filled_at, f.fill_id, f.order_id, f.user_id, f.shares, f.gross_units, f.fee_units,
    f.outcome, f.side, f.prices, f.group_first, f.role, m.asset
from mine
join fill f on f.event_id = mine.event_id and f.sequence = mine.sequence
join market m on m.event_id = f.event_id
where f.fill_id = %(fill_id)s

-- name: fills_to_explain
-- The fills of an order in market sequence, with the receipt of each that was kept, and what writes it where none was.
select f.event_id, f.sequence, f.filled_at, f.fill_id, f.order_id, f.user_id, f.shares, f.gross_units, f.fee_units,
    f.outcome, f.side, f.prices, f.group_first, f.role, m.asset, f.state_after, o.amount_units, o.asked_shares,
    o.limit_price, r.document
from trade_order o
join market m on m.event_id = o.event_id
join fill f on f.event_id = o.event_id
    and (f.sequence = o.fill_sequence or (f.order_id = o.order_id and f.role = 2) or (
        o.type = 3 and f.group_first = o.fill_sequence and f.sequence < o.fill_sequence + cardinality(m.sold)
        and f.sequence >= o.fill_sequence
    ))
left join receipt r on r.event_id = f.event_id and r.group_first = f.group_first
where o.order_id = %(order_id)s
order by f.sequence
limit %(row_count)s

-- name: fills_to_replay
-- The next fills of a market in sequence, each with what was asked and with the receipt that was kept.
select f.event_id, f.sequence, f.filled_at, f.fill_id, f.order_id, f.user_id, f.shares, f.gross_units, f.fee_units,
    f.outcome, f.side, f.prices, f.group_first, f.role, m.asset, f.state_after, o.amount_units, o.asked_shares,
    o.limit_price, r.document
from fill f
join market m on m.event_id = f.event_id
join trade_order o on o.order_id = f.order_id
left join receipt r on r.event_id = f.event_id and r.group_first = f.sequence
where f.event_id = %(event_id)s and f.sequence > %(after)s and f.sequence <= %(up_to)s
order by f.sequence
limit %(row_count)s

-- name: subsidised_after
-- The receipt of the first subsidy after a fill: the liquidity that the market had until then stands in it.
select r.document
from fill f
join receipt r on r.event_id = f.event_id and r.group_first = f.sequence
where f.event_id = %(event_id)s and f.role = 4 and f.sequence > %(sequence)s
order by f.sequence
limit 1

-- name: sold_between
-- By how many shares of each outcome some fills in a row changed what is outstanding.
select outcome, sum(case side when 1 then shares else -shares end)::bigint
from fill
where event_id = %(event_id)s and sequence >= %(first)s and sequence < %(end)s
group by outcome

-- name: portfolio
-- What a person's positions come to, by asset.
select m.asset,
    coalesce(sum(p.cost_units) filter (where p.payout_units is null), 0)::bigint,
    coalesce(sum(div(p.shares::numeric * m.prices[p.outcome + 1], 1000000)) filter (where p.payout_units is null), 0)::bigint,
    coalesce(sum(p.realised_units + case when p.payout_units is null then 0 else p.payout_units - p.cost_units end), 0)::bigint,
    count(*) filter (where p.shares > 0 and p.payout_units is null)
from position p
join market m on m.event_id = p.event_id
where p.user_id = %(user_id)s
group by m.asset
order by m.asset

-- name: resting_purchases
-- What a person's resting purchases may still cost, order by order. What they took when they came was rounded by itself.
select m.asset,
    (ceil((coalesce(o.shares, 0) - coalesce(f.shares, 0) + o.open_shares)::numeric * o.limit_price / 1000000)
    - ceil((coalesce(o.shares, 0) - coalesce(f.shares, 0))::numeric * o.limit_price / 1000000))::bigint
from trade_order o
join market m on m.event_id = o.event_id
left join fill f on f.event_id = o.event_id and f.sequence = o.fill_sequence
where o.user_id = %(user_id)s and o.status in (7, 8) and o.side = 1
