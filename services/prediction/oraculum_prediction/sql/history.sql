-- What was won and lost, sale by sale and settlement by settlement.

-- name: put_realised
-- What sales came to, in the transaction that trades them; or set anew where something else stands.
insert into realised (event_id, sequence, user_id, realised_at, cost_units, result_units)
select event_id, sequence, user_id, realised_at, cost_units, result_units
from unnest(
    %(event_ids)s::uuid[], %(sequences)s::bigint[], %(user_ids)s::uuid[], %(times)s::timestamptz[],
    %(costs)s::bigint[], %(results)s::bigint[]
) as r (event_id, sequence, user_id, realised_at, cost_units, result_units)
on conflict (event_id, sequence) do update
set user_id = excluded.user_id, realised_at = excluded.realised_at, cost_units = excluded.cost_units,
    result_units = excluded.result_units

-- name: realised_of_user
-- A page of what a person's positions came to, newest first. A settlement has the number of its revision, less than
-- nothing; what a later revision pays is set against what the one before it paid.
with sold as (
    select r.realised_at, r.event_id, r.sequence, r.cost_units, r.result_units
    from realised r
    where r.user_id = %(user_id)s
      and (%(event_id)s::uuid is null or r.event_id = %(event_id)s)
      and (
          %(before)s::timestamptz is null
          or (r.realised_at, r.event_id, r.sequence) < (%(before)s, %(before_event_id)s::uuid, %(before_sequence)s::bigint)
      )
    order by r.realised_at desc, r.event_id desc, r.sequence desc
    limit %(row_count)s
), held as (
    select p.event_id, sum(p.cost_units)::bigint as cost_units, sum(p.shares)::bigint as shares
    from position p
    where p.user_id = %(user_id)s
      and p.payout_units is not null
      and (%(event_id)s::uuid is null or p.event_id = %(event_id)s)
    group by p.event_id
), settled as (
    select y.paid_at as realised_at, y.event_id, -y.revision as sequence, h.shares, y.due_units,
        lag(y.due_units, 1, h.cost_units) over (partition by y.event_id order by y.revision) as cost_units
    from held h
    join payout y on y.event_id = h.event_id and y.user_id = %(user_id)s
)
select o.realised_at, o.event_id, o.sequence, m.asset, o.outcome, o.role, o.shares, o.cost_units, o.result_units, o.fill_id,
    o.order_id
from (
    select s.realised_at, s.event_id, s.sequence, f.outcome, f.role, f.shares, s.cost_units, s.result_units, f.fill_id,
        f.order_id
    from sold s
    join fill f on f.event_id = s.event_id and f.sequence = s.sequence
    union all
    select s.realised_at, s.event_id, s.sequence, null, null, s.shares, s.cost_units, s.due_units - s.cost_units, null, null
    from settled s
    -- Who held nothing and was paid nothing has nothing to see.
    where s.shares > 0
      and (
          %(before)s::timestamptz is null
          or (s.realised_at, s.event_id, s.sequence) < (%(before)s, %(before_event_id)s::uuid, %(before_sequence)s::bigint)
      )
) as o
join market m on m.event_id = o.event_id
order by o.realised_at desc, o.event_id desc, o.sequence desc
limit %(row_count)s

-- name: profit_of_user
-- What a person has won or lost in each of the last hours, days, weeks or months, and in all by the end of each. The last
-- total is that of the positions; those before it are what it was without all that came later.
with now as (
    select date_trunc(%(interval)s, clock_timestamp() at time zone 'utc') as last,
        ('1 ' || %(interval)s)::interval as step
), span as (
    select s as starts
    from now, generate_series(now.last - (%(points)s::integer - 1) * now.step, now.last, now.step) as s
), total as (
    select m.asset,
        sum(p.realised_units + case when p.payout_units is null then 0 else p.payout_units - p.cost_units end)::bigint as units
    from position p
    join market m on m.event_id = p.event_id
    where p.user_id = %(user_id)s
    group by m.asset
), held as (
    select p.event_id, sum(p.cost_units)::bigint as cost_units
    from position p
    where p.user_id = %(user_id)s and p.payout_units is not null
    group by p.event_id
), made as (
    select r.event_id, r.realised_at, r.result_units
    from realised r
    where r.user_id = %(user_id)s and r.realised_at >= (select min(starts) from span) at time zone 'utc'
    union all
    select y.event_id, y.paid_at,
        y.due_units - lag(y.due_units, 1, h.cost_units) over (partition by y.event_id order by y.revision)
    from held h
    join payout y on y.event_id = h.event_id and y.user_id = %(user_id)s
), part as (
    select m.asset, date_trunc(%(interval)s, made.realised_at at time zone 'utc') as starts,
        sum(made.result_units)::bigint as units
    from made
    join market m on m.event_id = made.event_id
    group by 1, 2
)
select t.asset, s.starts at time zone 'utc', coalesce(p.units, 0)::bigint,
    (t.units - coalesce(sum(p.units) over later, 0))::bigint
from total t
cross join span s
left join part p on p.asset = t.asset and p.starts = s.starts
window later as (partition by t.asset order by s.starts desc rows between unbounded preceding and 1 preceding)
order by t.asset, s.starts
