-- Limits: what people have used of them, the rules as they stand, and who changes them.

-- name: risk_look_up
-- What these people have used, by the database's clock, with what differs for them from their tier; every row says which
-- version of the rules it was read beside. That is asked apart: as one more table to join it made the server plan each
-- look anew, which for a single order took five times as long as the look itself.
select a.user_id, a.asset, a.scope, (select version from risk_policy),
    coalesce(u.open_units, 0), coalesce(u.resting_units, 0),
    case when u.day >= n.day then u.day_stake_units else 0 end,
    case when u.week >= n.week then u.week_stake_units else 0 end,
    case when u.day >= n.day then u.day_sold_units else 0 end,
    case when u.day >= n.day then u.day_result_units else 0 end,
    case when u.week >= n.week then u.week_result_units else 0 end,
    case when u.minute >= n.minute then u.minute_orders else 0 end,
    case when u.week >= n.week then u.week_orders else 0 end,
    o.user_id is not null, o.order_units, o.market_units, o.category_units, o.day_stake_units, o.week_stake_units,
    o.day_loss_units, o.week_loss_units, o.minute_orders, o.blocked,
    r.user_id is not null, r.loss_day_units, r.loss_week_units,
    case when r.excluded_until > clock_timestamp() then r.excluded_until end, r.exclusion,
    k.user_id is not null, k.kyc, k.jurisdiction, k.barred
from unnest(%(user_ids)s::uuid[], %(assets)s::text[], %(scopes)s::text[]) as a (user_id, asset, scope)
cross join lateral (
    select moment::date as day, date_trunc('week', moment)::date as week,
        date_trunc('minute', clock_timestamp()) as minute
    from (select clock_timestamp() at time zone 'utc' as moment) c
) n
left join risk_use u on u.user_id = a.user_id and u.asset = a.asset and u.scope = a.scope
left join risk_override o on o.user_id = a.user_id and o.asset = a.asset
left join person_rule r on r.user_id = a.user_id
left join known_person k on k.user_id = a.user_id

-- name: put_person_rule
-- Keeps what a person has set themselves; an earlier word than the one that is known changes nothing.
insert into person_rule (user_id, revision, loss_day_units, loss_week_units, excluded_until, exclusion)
values (%(user_id)s, %(revision)s, %(loss_day_units)s, %(loss_week_units)s, %(excluded_until)s, %(exclusion)s)
on conflict (user_id) do update
set revision = excluded.revision, loss_day_units = excluded.loss_day_units, loss_week_units = excluded.loss_week_units,
    excluded_until = excluded.excluded_until, exclusion = excluded.exclusion
where person_rule.revision < excluded.revision

-- name: put_barred
-- Keeps whether a person is barred, unless something later is known.
insert into known_person (user_id, barred, barred_sequence)
values (%(user_id)s, %(barred)s, %(sequence)s)
on conflict (user_id) do update
set barred = excluded.barred, barred_sequence = excluded.barred_sequence
where known_person.barred_sequence <= excluded.barred_sequence

-- name: put_kyc
-- Keeps what came of a person's identity check, unless something later is known.
insert into known_person (user_id, kyc, jurisdiction, kyc_sequence)
values (%(user_id)s, %(kyc)s, %(jurisdiction)s, %(sequence)s)
on conflict (user_id) do update
set kyc = excluded.kyc, jurisdiction = excluded.jurisdiction, kyc_sequence = excluded.kyc_sequence
where known_person.kyc_sequence <= excluded.kyc_sequence

-- name: risk_write
-- Adds what a batch used, and answers with what is used by then. Rows are locked in the order of their key, last of all
-- that a transaction locks. A day, week or minute that has passed begins anew; none ever goes back.
insert into risk_use as u (
    user_id, asset, scope, open_units, resting_units, day_stake_units, week_stake_units, day_sold_units, day_result_units,
    week_result_units, minute_orders, week_orders, day, week, minute
)
select g.user_id, g.asset, g.scope, g.open_units, g.resting_units, g.stake_units, g.stake_units, g.sold_units,
    g.result_units, g.result_units, g.orders, g.orders, n.day, n.week, n.minute
from unnest(
    %(user_ids)s::uuid[], %(assets)s::text[], %(scopes)s::text[], %(opened)s::bigint[], %(resting)s::bigint[],
    %(stakes)s::bigint[], %(sold)s::bigint[], %(results)s::bigint[], %(orders)s::bigint[]
) as g (user_id, asset, scope, open_units, resting_units, stake_units, sold_units, result_units, orders)
cross join (
    select moment::date as day, date_trunc('week', moment)::date as week,
        date_trunc('minute', clock_timestamp()) as minute
    from (select clock_timestamp() at time zone 'utc' as moment) c
) n
order by g.user_id, g.asset, g.scope
on conflict (user_id, asset, scope) do update
set open_units = u.open_units + excluded.open_units,
    resting_units = u.resting_units + excluded.resting_units,
    day_stake_units = excluded.day_stake_units + case when u.day >= excluded.day then u.day_stake_units else 0 end,
    day_sold_units = excluded.day_sold_units + case when u.day >= excluded.day then u.day_sold_units else 0 end,
    day_result_units = excluded.day_result_units + case when u.day >= excluded.day then u.day_result_units else 0 end,
    week_stake_units = excluded.week_stake_units + case when u.week >= excluded.week then u.week_stake_units else 0 end,
    week_result_units = excluded.week_result_units
        + case when u.week >= excluded.week then u.week_result_units else 0 end,
    week_orders = excluded.week_orders + case when u.week >= excluded.week then u.week_orders else 0 end,
    minute_orders = excluded.minute_orders + case when u.minute >= excluded.minute then u.minute_orders else 0 end,
    day = greatest(u.day, excluded.day),
    week = greatest(u.week, excluded.week),
    minute = greatest(u.minute, excluded.minute)
returning u.user_id, u.asset, u.scope, u.open_units, u.resting_units, u.day_stake_units, u.week_stake_units,
    u.day_sold_units, u.day_result_units, u.week_result_units, u.minute_orders, u.week_orders

-- name: risk_market_scope
-- In which asset and category a market counts.
select asset, category from market where event_id = %(event_id)s

-- name: risk_settle
-- Lets people go whose positions of an event were paid: what they held is at stake no more, and what they won or lost counts.
-- Rows are locked in the order of their key, last of all that a transaction locks.
insert into risk_use as u (
    user_id, asset, scope, open_units, resting_units, day_stake_units, week_stake_units, day_sold_units, day_result_units,
    week_result_units, minute_orders, week_orders, day, week, minute
)
select d.user_id, m.asset, s.scope, d.open_units, 0, 0, 0, 0, d.result_units, d.result_units, 0, 0, n.day, n.week, n.minute
from unnest(%(user_ids)s::uuid[], %(opened)s::bigint[], %(results)s::bigint[]) as d (user_id, open_units, result_units)
join market m on m.event_id = %(event_id)s
-- A market without a category counts once, in everything.
cross join lateral (select distinct scope from (values (''), (m.category)) as v (scope)) as s
cross join (
    select moment::date as day, date_trunc('week', moment)::date as week,
        date_trunc('minute', clock_timestamp()) as minute
    from (select clock_timestamp() at time zone 'utc' as moment) c
) n
order by d.user_id, m.asset, s.scope
on conflict (user_id, asset, scope) do update
set open_units = u.open_units + excluded.open_units,
    day_stake_units = case when u.day >= excluded.day then u.day_stake_units else 0 end,
    day_sold_units = case when u.day >= excluded.day then u.day_sold_units else 0 end,
    day_result_units = excluded.day_result_units + case when u.day >= excluded.day then u.day_result_units else 0 end,
    week_stake_units = case when u.week >= excluded.week then u.week_stake_units else 0 end,
    week_result_units = excluded.week_result_units
        + case when u.week >= excluded.week then u.week_result_units else 0 end,
    week_orders = case when u.week >= excluded.week then u.week_orders else 0 end,
    day = greatest(u.day, excluded.day),
    week = greatest(u.week, excluded.week)

-- name: risk_policy
-- The version of the rules, and from where on an order is looked at.
select version, review_score from risk_policy

-- name: risk_tiers
-- What tiers may do.
select tier, asset, order_units, market_units, category_units, day_stake_units, week_stake_units, day_loss_units,
    week_loss_units, minute_orders
from risk_tier

-- name: risk_prohibitions
-- What nobody may buy into.
select kind, subject, reason, set_at from risk_prohibition order by kind, subject

-- name: risk_house_limits
-- What the market makers may lose.
select asset, market_units, total_units from risk_house

-- name: risk_resting
-- What an order must be worth at least to rest.
select asset, least_units from risk_resting

-- name: put_risk_resting
-- Sets what an order must be worth at least to rest.
insert into risk_resting (asset, least_units) values (%(asset)s, %(least_units)s)
on conflict (asset) do update set least_units = excluded.least_units

-- name: hold_risk_policy
-- Lets nobody else change the rules until this transaction ends. Who decides orders reads this row and locks nothing.
select version from risk_policy for update

-- name: put_risk_tier
-- Sets what people of a tier may do in an asset.
insert into risk_tier (
    tier, asset, order_units, market_units, category_units, day_stake_units, week_stake_units, day_loss_units,
    week_loss_units, minute_orders
) values (
    %(tier)s, %(asset)s, %(order_units)s, %(market_units)s, %(category_units)s, %(day_stake_units)s,
    %(week_stake_units)s, %(day_loss_units)s, %(week_loss_units)s, %(minute_orders)s
)
on conflict (tier, asset) do update
set order_units = excluded.order_units, market_units = excluded.market_units, category_units = excluded.category_units,
    day_stake_units = excluded.day_stake_units, week_stake_units = excluded.week_stake_units,
    day_loss_units = excluded.day_loss_units, week_loss_units = excluded.week_loss_units,
    minute_orders = excluded.minute_orders

-- name: put_risk_house
-- Sets what the market makers of an asset may lose.
insert into risk_house (asset, market_units, total_units) values (%(asset)s, %(market_units)s, %(total_units)s)
on conflict (asset) do update set market_units = excluded.market_units, total_units = excluded.total_units

-- name: remove_risk_house
-- Lets what lies in the escrows of an asset be all that its market makers can lose.
delete from risk_house where asset = %(asset)s

-- name: risk_house_exposures
-- What the market makers can still lose now, by asset, in all markets whose result is not paid yet.
select asset, count(*), sum(lost)::bigint, max(lost)::bigint
from (
    select m.asset, greatest(0, m.subsidy_units - m.escrow_units + (select max(s) from unnest(m.sold) s)) as lost
    from market m
    where m.status < 3
) e
group by asset

-- name: risk_house_markets
-- The markets in which the house can lose most.
select m.event_id, m.asset, m.category, m.subsidy_units,
    greatest(0, m.subsidy_units - m.escrow_units + (select max(s) from unnest(m.sold) s)) as exposure_units
from market m
where m.status < 3
order by exposure_units desc, m.event_id
limit %(row_count)s

-- name: risk_exposures
-- What a person has at stake by market: what it cost, what it is worth, and what it pays at best.
select p.event_id, m.asset, m.category, sum(p.cost_units)::bigint as cost_units,
    sum(p.shares::numeric * m.prices[p.outcome + 1] / 1000000)::bigint as value_units,
    max(p.shares)::bigint as best_units,
    least(min(p.shares), case when count(*) = cardinality(m.sold) then null else 0 end)::bigint as worst_units
from position p
join market m on m.event_id = p.event_id
where p.user_id = %(user_id)s and p.payout_units is null and p.shares > 0
group by p.event_id, m.asset, m.category, m.sold
order by cost_units desc, p.event_id
limit 1000

-- name: risk_uses
-- All that a person has used, in every asset and category.
select u.asset, u.scope, u.open_units, u.resting_units,
    case when u.day >= n.day then u.day_stake_units else 0 end as day_stake_units,
    case when u.week >= n.week then u.week_stake_units else 0 end as week_stake_units,
    case when u.day >= n.day then u.day_sold_units else 0 end as day_sold_units,
    case when u.day >= n.day then u.day_result_units else 0 end as day_result_units,
    case when u.week >= n.week then u.week_result_units else 0 end as week_result_units,
    case when u.minute >= n.minute then u.minute_orders else 0 end as minute_orders,
    case when u.week >= n.week then u.week_orders else 0 end as week_orders
from risk_use u
cross join (
    select moment::date as day, date_trunc('week', moment)::date as week,
        date_trunc('minute', clock_timestamp()) as minute
    from (select clock_timestamp() at time zone 'utc' as moment) c
) n
where u.user_id = %(user_id)s
order by u.asset, u.scope

-- name: risk_overrides
-- What differs for a person from the tier.
select asset, order_units, market_units, category_units, day_stake_units, week_stake_units, day_loss_units,
    week_loss_units, minute_orders, blocked
from risk_override
where user_id = %(user_id)s

-- name: put_risk_override
-- Sets what differs for a person, all of it at once.
insert into risk_override (
    user_id, asset, order_units, market_units, category_units, day_stake_units, week_stake_units, day_loss_units,
    week_loss_units, minute_orders, blocked, reason, set_by
) values (
    %(user_id)s, %(asset)s, %(order_units)s, %(market_units)s, %(category_units)s, %(day_stake_units)s,
    %(week_stake_units)s, %(day_loss_units)s, %(week_loss_units)s, %(minute_orders)s, %(blocked)s, %(reason)s, %(set_by)s
)
on conflict (user_id, asset) do update
set order_units = excluded.order_units, market_units = excluded.market_units, category_units = excluded.category_units,
    day_stake_units = excluded.day_stake_units, week_stake_units = excluded.week_stake_units,
    day_loss_units = excluded.day_loss_units, week_loss_units = excluded.week_loss_units,
    minute_orders = excluded.minute_orders, blocked = excluded.blocked, reason = excluded.reason,
    set_by = excluded.set_by, set_at = clock_timestamp()

-- name: put_risk_prohibition
-- Forbids purchases in a market or a category; forbidding it again gives the new reason.
insert into risk_prohibition (kind, subject, reason, set_by)
values (%(kind)s, %(subject)s, %(reason)s, %(set_by)s)
on conflict (kind, subject) do update
set reason = excluded.reason, set_by = excluded.set_by, set_at = clock_timestamp()

-- name: remove_risk_prohibition
-- Allows purchases again.
delete from risk_prohibition where kind = %(kind)s and subject = %(subject)s

-- name: risk_held_outcomes
-- What a person holds, by what it cost.
select event_id, outcome
from position
where user_id = %(user_id)s and shares > 0 and payout_units is null
order by cost_units desc, event_id, outcome
limit %(row_count)s

-- name: risk_hourly_prices
-- The last price of an outcome at the end of each of the last hours: what the market opened with until its first trade, null
-- before it opened.
select a.place, h.ends_at, coalesce(
    (
        select f.prices[a.outcome + 1]
        from fill f
        where f.event_id = a.event_id and f.filled_at <= h.ends_at
        order by f.filled_at desc, f.sequence desc
        limit 1
    ),
    case when m.opened_at <= h.ends_at then m.opening_prices[a.outcome + 1] end
)
from unnest(%(event_ids)s::uuid[], %(outcomes)s::smallint[]) with ordinality as a (event_id, outcome, place)
join market m on m.event_id = a.event_id
cross join generate_series(
    clock_timestamp() - make_interval(hours => %(hours)s::integer), clock_timestamp(), interval '1 hour'
) as h (ends_at)
order by a.place, h.ends_at

-- name: remove_risk_prohibitions
-- Allows purchases again in all but these.
delete from risk_prohibition
where (kind, subject) not in (select * from unnest(%(kinds)s::smallint[], %(subjects)s::text[]))
