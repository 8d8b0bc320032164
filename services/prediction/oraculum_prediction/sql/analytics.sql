-- What trading came to, for people, for the public and for administrators.

-- name: public_positions
-- A page of a person's positions for others to see: by event, newest first, then by outcome. Those of events that are not
-- settled are told on demand: one that was sold and is gone again tells that it was bought anew.
select p.event_id, p.outcome, p.shares, p.cost_units, p.realised_units, p.payout_units, m.asset,
    m.prices[p.outcome + 1] as price, m.settled_at
from position p
join market m on m.event_id = p.event_id
where p.user_id = %(user_id)s
  and p.event_id <= %(before_event_id)s::uuid
  and (p.event_id < %(before_event_id)s::uuid or p.outcome > %(after_outcome)s::bigint)
  and (%(include_open)s::boolean or p.payout_units is not null)
order by p.event_id desc, p.outcome
limit %(row_count)s

-- name: record
-- How the events came out that a person had positions in. What counts is the latest result by which everybody was paid; of
-- an event that was called off nothing counts but that there was one.
with held as (
    select p.event_id,
        sum(p.realised_units + coalesce(p.payout_units, 0) - case when p.payout_units is null then 0 else p.cost_units end)
            as result_units,
        bool_or(p.payout_units is not null) as paid,
        (array_agg(p.outcome order by p.shares desc))[1] as outcome,
        (array_agg(p.cost_units order by p.shares desc))[1] as cost_units,
        max(p.shares) as shares,
        -- Held as much of another outcome: then none of them is a call.
        coalesce((array_agg(p.shares order by p.shares desc))[2], 0) as next_shares
    from position p
    where p.user_id = %(user_id)s
    group by p.event_id
), settled as (
    select h.result_units, s.payout_prices[h.outcome + 1] as paid_price,
        least(div(h.cost_units::numeric * 1000000, nullif(h.shares, 0)), 1000000) as price,
        h.shares > h.next_shares as called
    from held h
    cross join lateral (
        select l.payout_prices, l.refunded
        from settlement l
        where l.event_id = h.event_id and l.settled_at is not null
        order by l.revision desc
        limit 1
    ) s
    where h.paid and not s.refunded
), called as (
    select paid_price, price from settled where called and paid_price in (0, 1000000)
)
select (select count(*) from held) as events,
    (select count(*) from settled) as settled_events,
    (select count(*) from settled where result_units > 0) as won_events,
    (select count(*) from settled where result_units < 0) as lost_events,
    (select count(*) from called) as calls,
    (select count(*) from called where paid_price = 1000000) as right_calls,
    (select div(sum((price - paid_price) * (price - paid_price)), nullif(count(*), 0) * 1000000)::bigint from called)
        as brier_millionths

-- name: results
-- What a person won or lost by category and asset, and in how many events they had positions; of settled ones or of all.
select m.category, m.asset, count(distinct p.event_id),
    sum(p.realised_units + case when p.payout_units is null then 0 else p.payout_units - p.cost_units end)::bigint
from position p
join market m on m.event_id = p.event_id
where p.user_id = %(user_id)s and (p.payout_units is not null or not %(settled_only)s::boolean)
group by m.category, m.asset
order by m.category, m.asset

-- name: hold_turnover
-- Holds what says up to when a person's fills are added up until the transaction ends: two who add add one after the other.
insert into turnover_until as t (user_id, until)
values (%(user_id)s, '-infinity')
on conflict (user_id) do update set until = t.until

-- name: next_turnover
-- The instant of the last one of so many fills that are not added up and are old enough to be, or the last instant that is.
-- All that a batch has filled has one time, and no batch lasts as long as fills have to wait: nothing comes later with an
-- earlier time.
select coalesce((
    select waiting.at
    from (
        (
            select o.created_at as at
            from trade_order o
            where o.user_id = t.user_id and o.fill_sequence is not null and o.type in (1, 2)
              and o.created_at > t.until and o.created_at <= horizon.at
            order by o.created_at
            limit %(row_count)s
        )
        union all
        (
            select f.filled_at
            from fill f
            where f.user_id = t.user_id and f.role = 2 and f.filled_at > t.until and f.filled_at <= horizon.at
            order by f.filled_at
            limit %(row_count)s
        )
    ) as waiting
    order by waiting.at
    offset %(row_count)s::bigint - 1
    limit 1
), horizon.at)
from turnover_until t
cross join (select clock_timestamp() - make_interval(secs => %(wait_seconds)s) as at) as horizon
where t.user_id = %(user_id)s

-- name: add_turnover
-- Adds a person's fills up to an instant, those that are not added yet.
insert into turnover as t (user_id, day, category, asset, trades, volume_units, fee_units)
select u.user_id, (f.at at time zone 'utc')::date, m.category, m.asset, count(*), sum(f.gross_units)::bigint,
    sum(f.fee_units)::bigint
from turnover_until u
join fill_of_person f on f.user_id = u.user_id and f.at > u.until and f.at <= %(up_to)s
join market m on m.event_id = f.event_id
where u.user_id = %(user_id)s
group by 1, 2, 3, 4
on conflict (user_id, day, category, asset) do update
set trades = t.trades + excluded.trades, volume_units = t.volume_units + excluded.volume_units,
    fee_units = t.fee_units + excluded.fee_units

-- name: turnover_added
-- Notes up to when a person's fills are added up now.
update turnover_until set until = %(up_to)s where user_id = %(user_id)s and until < %(up_to)s

-- name: waiting
-- How many of a person's fills are not added up yet, counted no further than it matters.
select count(*)
from (
    select
    from fill_of_person f
    where f.user_id = %(user_id)s
      and f.at > coalesce((select u.until from turnover_until u where u.user_id = %(user_id)s), '-infinity')
    limit %(most)s
) as waiting

-- name: turnover
-- A person's trading by day, category and asset: what was added up, and the fills that came since. One statement, so that
-- both are of one moment.
select day, category, asset, sum(trades)::bigint, sum(volume_units)::bigint, sum(fee_units)::bigint
from (
    select t.day, t.category, t.asset, t.trades, t.volume_units, t.fee_units
    from turnover t
    where t.user_id = %(user_id)s
    union all
    select (f.at at time zone 'utc')::date, m.category, m.asset, 1, f.gross_units, f.fee_units
    from fill_of_person f
    join market m on m.event_id = f.event_id
    where f.user_id = %(user_id)s
      and f.at > coalesce((select u.until from turnover_until u where u.user_id = %(user_id)s), '-infinity')
) as of_days
group by day, category, asset
order by day, category, asset

-- name: newest_orders
-- Orders of everybody between two instants, newest first, from after a place on.
select o.created_at, o.order_id, o.user_id, o.event_id, o.status
from shown_order o
where o.created_at >= %(from_time)s and o.created_at < %(to_time)s
  and (o.created_at, o.order_id) < (%(before)s, %(before_id)s)
order by o.created_at desc, o.order_id desc
limit %(row_count)s

-- name: newest_orders_of_event
-- The same of one event.
select o.created_at, o.order_id, o.user_id, o.event_id, o.status
from shown_order o
where o.event_id = %(event_id)s
  and o.created_at >= %(from_time)s and o.created_at < %(to_time)s
  and (o.created_at, o.order_id) < (%(before)s, %(before_id)s)
order by o.created_at desc, o.order_id desc
limit %(row_count)s

-- name: newest_orders_of_person
-- The same of one person.
select o.created_at, o.order_id, o.user_id, o.event_id, o.status
from shown_order o
where o.user_id = %(user_id)s
  and o.created_at >= %(from_time)s and o.created_at < %(to_time)s
  and (o.created_at, o.order_id) < (%(before)s, %(before_id)s)
order by o.created_at desc, o.order_id desc
limit %(row_count)s

-- name: trading_totals
-- What all markets come to, by asset: one row is read of each market, and none of a fill.
select m.asset,
    count(*) filter (where m.status = 1),
    count(*) filter (where m.status = 2),
    count(*) filter (where m.status = 3),
    count(*) filter (where m.last_filled_at > clock_timestamp() - interval '1 day'),
    sum(m.sequence)::bigint,
    sum(m.volume_units)::bigint,
    coalesce(sum(most.sold) filter (where m.status <> 3), 0)::bigint,
    coalesce(sum(m.escrow_units) filter (where m.status <> 3), 0)::bigint,
    coalesce(sum(greatest(0, m.subsidy_units - m.escrow_units + most.sold)) filter (where m.status <> 3), 0)::bigint
from market m
cross join lateral (select max(s) as sold from unnest(m.sold) as s) as most
group by m.asset
order by m.asset

-- name: count_resting
-- How many orders rest.
select count(*) from trade_order where status in (7, 8)

-- name: wrong_turnovers
-- People whose fills were added up to something else than they come to.
with kept as (
    select t.user_id, t.day, t.category, t.asset, t.trades, t.volume_units, t.fee_units
    from turnover t
    where %(user_id)s::uuid is null or t.user_id = %(user_id)s
), due as (
    select f.user_id, (f.at at time zone 'utc')::date as day, m.category, m.asset, count(*) as trades,
        sum(f.gross_units)::bigint as volume_units, sum(f.fee_units)::bigint as fee_units
    from turnover_until u
    join fill_of_person f on f.user_id = u.user_id and f.at <= u.until
    join market m on m.event_id = f.event_id
    where %(user_id)s::uuid is null or u.user_id = %(user_id)s
    group by f.user_id, 2, m.category, m.asset
)
select distinct user_id
from kept
full join due using (user_id, day, category, asset)
where (kept.trades, kept.volume_units, kept.fee_units) is distinct from (due.trades, due.volume_units, due.fee_units)
order by user_id

-- name: forget_until
-- Lets people's fills be added up from the first one again; whoever adds some of theirs at this moment comes before or after.
delete from turnover_until where user_id = any(%(user_ids)s::uuid[])

-- name: forget_turnover
-- Forgets what people's fills were added up to.
delete from turnover where user_id = any(%(user_ids)s::uuid[])
