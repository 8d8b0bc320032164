-- What is kept beside the fills, held against what follows from them.

-- name: begin_snapshot
-- Lets everything that this transaction reads be of one moment; it writes nothing.
set transaction isolation level repeatable read, read only

-- name: plan_plainly
-- Asks for no code to be compiled for what is read once: that takes longer than to read.
set local jit = off

-- name: one_at_a_time
-- Lets two who mend the same figures take turns.
select pg_advisory_xact_lock(hashtextextended('oraculum.prediction.rebuild', 0))

-- name: markets_after
-- The next markets by id.
select event_id from market where event_id > %(after)s order by event_id limit %(row_count)s

-- name: hold_market
-- Lets nothing happen in a market until this transaction ends.
select event_id from market where event_id = %(event_id)s for update

-- name: fills_after
-- The next fills of a market in sequence.
select f.event_id, f.sequence, f.filled_at, f.fill_id, f.order_id, f.user_id, f.shares, f.gross_units, f.fee_units,
    f.outcome, f.side, '{}'::bigint[] as prices, f.group_first, f.role, m.asset
from fill f
join market m on m.event_id = f.event_id
where f.event_id = %(event_id)s and f.sequence > %(after)s
order by f.sequence
limit %(row_count)s

-- name: positions_of_market
-- What everybody holds of a market, and what rests of theirs for sale.
select p.user_id, p.outcome, p.shares, p.reserved, p.cost_units, p.realised_units
from position p
where p.event_id = %(event_id)s

-- name: realised_in_market
-- What is kept of the sales in a market.
select event_id, sequence, user_id, realised_at, cost_units, result_units
from realised
where event_id = %(event_id)s

-- name: advance_version
-- Lets every replica forget what it remembers of a market, under its lock.
update market set version = version + 1 where event_id = %(event_id)s

-- name: mend_market
-- Sets what a market counts beside its state, under its lock.
update market
set volume_units = %(volume)s, outcome_volume_units = %(outcome_volumes)s::bigint[],
    participant_count = %(participants)s, version = version + 1
where event_id = %(event_id)s

-- name: mend_positions
-- Sets what people hold and have for sale, under the lock of their market.
insert into position as p (user_id, event_id, outcome, shares, reserved, cost_units, realised_units)
select user_id, %(event_id)s, outcome, shares, reserved, cost_units, realised_units
from unnest(
    %(user_ids)s::uuid[], %(outcomes)s::smallint[], %(shares)s::bigint[], %(reserved)s::bigint[], %(costs)s::bigint[],
    %(realised)s::bigint[]
) as g (user_id, outcome, shares, reserved, cost_units, realised_units)
on conflict (user_id, event_id, outcome) do update
set shares = excluded.shares, reserved = excluded.reserved, cost_units = excluded.cost_units,
    realised_units = excluded.realised_units

-- name: drop_realised
-- Forgets what is kept of sales that there are not.
delete from realised where event_id = %(event_id)s and sequence = any(%(sequences)s::bigint[])

-- name: uses_that_differ
-- What people have used of their limits, where that is not what follows from fills, orders, positions and payouts; one
-- statement, so that both are of one moment. In a category only what is at stake counts. Days and weeks are those of the
-- time of a fill, and orders are those that were accepted; what was used in a minute is not looked at, it is gone in one.
with n as (
    select moment::date as day, date_trunc('week', moment)::date as week,
        moment::date::timestamp at time zone 'utc' as day_at, date_trunc('week', moment) at time zone 'utc' as week_at
    from (select clock_timestamp() at time zone 'utc' as moment) c
), at_stake as (
    select p.user_id, m.asset, m.category, p.cost_units as open_units, 0::bigint as resting_units
    from position p
    join market m on m.event_id = p.event_id
    where p.payout_units is null and p.cost_units > 0 and (%(user_id)s::uuid is null or p.user_id = %(user_id)s)
    union all
    select o.user_id, m.asset, m.category, 0,
        (ceil((coalesce(o.shares, 0) - coalesce(f.shares, 0) + o.open_shares)::numeric * o.limit_price / 1000000)
        - ceil((coalesce(o.shares, 0) - coalesce(f.shares, 0))::numeric * o.limit_price / 1000000))::bigint
    from trade_order o
    join market m on m.event_id = o.event_id
    left join fill f on f.event_id = o.event_id and f.sequence = o.fill_sequence
    where o.status in (7, 8) and o.side = 1 and (%(user_id)s::uuid is null or o.user_id = %(user_id)s)
), moved as (
    select f.user_id, m.asset, f.filled_at as at,
        case when f.side = 1 then f.gross_units + f.fee_units else 0 end as stake_units,
        case when f.side = 2 then f.gross_units - f.fee_units else 0 end as sold_units,
        coalesce(r.result_units, 0) as result_units, 0 as orders
    from n
    join market m on m.last_filled_at >= n.week_at
    join fill f on f.event_id = m.event_id and f.filled_at >= n.week_at
    left join realised r on r.event_id = f.event_id and r.sequence = f.sequence
    where %(user_id)s::uuid is null or f.user_id = %(user_id)s
    union all
    select paid.user_id, m.asset, paid.paid_at, 0, 0, paid.due_units - paid.before_units, 0
    from (
        select y.event_id, y.user_id, y.paid_at, y.due_units,
            lag(y.due_units, 1, held.cost_units) over (partition by y.event_id, y.user_id order by y.revision)
                as before_units
        from n
        join payout y on y.event_id in (
            select s.event_id from settlement s where s.settled_at is null or s.settled_at >= n.week_at
        )
        cross join lateral (
            select sum(p.cost_units)::bigint as cost_units
            from position p
            where p.event_id = y.event_id and p.user_id = y.user_id
        ) held
        where %(user_id)s::uuid is null or y.user_id = %(user_id)s
    ) paid
    cross join n
    join market m on m.event_id = paid.event_id
    where paid.paid_at >= n.week_at
    union all
    select o.user_id, m.asset, o.created_at, 0, 0, 0, 1
    from n
    join trade_order o on o.created_at >= n.week_at
    join market m on m.event_id = o.event_id
    where o.type <> 3 and o.status not in (3, 4) and (%(user_id)s::uuid is null or o.user_id = %(user_id)s)
), due as (
    select user_id, asset, scope, sum(open_units)::bigint as open_units, sum(resting_units)::bigint as resting_units,
        sum(day_stake_units)::bigint as day_stake_units, sum(week_stake_units)::bigint as week_stake_units,
        sum(day_sold_units)::bigint as day_sold_units, sum(day_result_units)::bigint as day_result_units,
        sum(week_result_units)::bigint as week_result_units, sum(week_orders)::bigint as week_orders
    from (
        select user_id, asset, scope, open_units, resting_units, 0 as day_stake_units, 0 as week_stake_units,
            0 as day_sold_units, 0 as day_result_units, 0 as week_result_units, 0 as week_orders
        from at_stake
        cross join lateral (select distinct s from (values (''), (category)) as v (s)) as scopes (scope)
        union all
        select user_id, asset, '', 0, 0, case when at >= n.day_at then stake_units else 0 end, stake_units,
            case when at >= n.day_at then sold_units else 0 end,
            case when at >= n.day_at then result_units else 0 end, result_units, orders
        from moved
        cross join n
    ) as parts
    group by user_id, asset, scope
), kept as (
    select u.user_id, u.asset, u.scope, u.open_units, u.resting_units,
        case when u.scope = '' and u.day >= n.day then u.day_stake_units else 0 end as day_stake_units,
        case when u.scope = '' and u.week >= n.week then u.week_stake_units else 0 end as week_stake_units,
        case when u.scope = '' and u.day >= n.day then u.day_sold_units else 0 end as day_sold_units,
        case when u.scope = '' and u.day >= n.day then u.day_result_units else 0 end as day_result_units,
        case when u.scope = '' and u.week >= n.week then u.week_result_units else 0 end as week_result_units,
        case when u.scope = '' and u.week >= n.week then u.week_orders else 0 end as week_orders
    from risk_use u
    cross join n
    where %(user_id)s::uuid is null or u.user_id = %(user_id)s
)
select user_id, asset, scope, n.day, n.week,
    coalesce(k.open_units, 0), coalesce(k.resting_units, 0), coalesce(k.day_stake_units, 0),
    coalesce(k.week_stake_units, 0), coalesce(k.day_sold_units, 0), coalesce(k.day_result_units, 0),
    coalesce(k.week_result_units, 0), coalesce(k.week_orders, 0),
    coalesce(d.open_units, 0), coalesce(d.resting_units, 0), coalesce(d.day_stake_units, 0),
    coalesce(d.week_stake_units, 0), coalesce(d.day_sold_units, 0), coalesce(d.day_result_units, 0),
    coalesce(d.week_result_units, 0), coalesce(d.week_orders, 0)
from kept k
full join due d using (user_id, asset, scope)
cross join n
where (
        coalesce(k.open_units, 0), coalesce(k.resting_units, 0), coalesce(k.day_stake_units, 0),
        coalesce(k.week_stake_units, 0), coalesce(k.day_sold_units, 0), coalesce(k.day_result_units, 0),
        coalesce(k.week_result_units, 0), coalesce(k.week_orders, 0)
    ) is distinct from (
        coalesce(d.open_units, 0), coalesce(d.resting_units, 0), coalesce(d.day_stake_units, 0),
        coalesce(d.week_stake_units, 0), coalesce(d.day_sold_units, 0), coalesce(d.day_result_units, 0),
        coalesce(d.week_result_units, 0), coalesce(d.week_orders, 0)
    )
order by user_id, asset, scope

-- name: mend_uses
-- Adds what is missing. A batch that commits meanwhile adds the same to the fills and to these figures, so by how much they
-- are wrong stays the same; a day or a week that has passed since it was measured is left alone.
insert into risk_use as u (
    user_id, asset, scope, open_units, resting_units, day_stake_units, week_stake_units, day_sold_units, day_result_units,
    week_result_units, minute_orders, week_orders, day, week, minute
)
select user_id, asset, scope, open_units, resting_units, day_stake_units, week_stake_units, day_sold_units,
    day_result_units, week_result_units, 0, week_orders, %(day)s, %(week)s, 'epoch'
from unnest(
    %(user_ids)s::uuid[], %(assets)s::text[], %(scopes)s::text[], %(opened)s::bigint[], %(resting)s::bigint[],
    %(day_stakes)s::bigint[], %(week_stakes)s::bigint[], %(day_sold)s::bigint[], %(day_results)s::bigint[],
    %(week_results)s::bigint[], %(week_orders)s::bigint[]
) as g (
    user_id, asset, scope, open_units, resting_units, day_stake_units, week_stake_units, day_sold_units, day_result_units,
    week_result_units, week_orders
)
order by user_id, asset, scope
on conflict (user_id, asset, scope) do update
set open_units = u.open_units + excluded.open_units,
    resting_units = u.resting_units + excluded.resting_units,
    day_stake_units = case
        when u.day > excluded.day then u.day_stake_units
        else excluded.day_stake_units + case when u.day = excluded.day then u.day_stake_units else 0 end
    end,
    day_sold_units = case
        when u.day > excluded.day then u.day_sold_units
        else excluded.day_sold_units + case when u.day = excluded.day then u.day_sold_units else 0 end
    end,
    day_result_units = case
        when u.day > excluded.day then u.day_result_units
        else excluded.day_result_units + case when u.day = excluded.day then u.day_result_units else 0 end
    end,
    week_stake_units = case
        when u.week > excluded.week then u.week_stake_units
        else excluded.week_stake_units + case when u.week = excluded.week then u.week_stake_units else 0 end
    end,
    week_result_units = case
        when u.week > excluded.week then u.week_result_units
        else excluded.week_result_units + case when u.week = excluded.week then u.week_result_units else 0 end
    end,
    week_orders = case
        when u.week > excluded.week then u.week_orders
        else excluded.week_orders + case when u.week = excluded.week then u.week_orders else 0 end
    end,
    day = greatest(u.day, excluded.day),
    week = greatest(u.week, excluded.week)
