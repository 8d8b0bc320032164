-- name: put_rule
-- Keeps what a person has set themselves; an earlier word than the one that is known changes nothing.
insert into person_rule (user_id, revision, deposit_day_units, deposit_week_units, deposit_month_units, excluded_until, exclusion)
values (
    %(user_id)s, %(revision)s, %(deposit_day_units)s, %(deposit_week_units)s, %(deposit_month_units)s, %(excluded_until)s,
    %(exclusion)s
)
on conflict (user_id) do update
set revision = excluded.revision, deposit_day_units = excluded.deposit_day_units,
    deposit_week_units = excluded.deposit_week_units, deposit_month_units = excluded.deposit_month_units,
    excluded_until = excluded.excluded_until, exclusion = excluded.exclusion
where person_rule.revision < excluded.revision;

-- name: lock_rule
-- What a person has set themselves, by the database's clock; locked, so that deposits of one person take turns.
select deposit_day_units, deposit_week_units, deposit_month_units,
    case when excluded_until > clock_timestamp() then excluded_until end as excluded_until, exclusion
from person_rule where user_id = %(user_id)s for update;

-- name: put_barred
-- Keeps whether a person is barred, unless something later is known.
insert into known_person (user_id, barred, barred_sequence)
values (%(user_id)s, %(barred)s, %(sequence)s)
on conflict (user_id) do update
set barred = excluded.barred, barred_sequence = excluded.barred_sequence
where known_person.barred_sequence <= excluded.barred_sequence;

-- name: put_kyc
-- Keeps what came of a person's identity check, unless something later is known.
insert into known_person (user_id, kyc, jurisdiction, kyc_sequence)
values (%(user_id)s, %(kyc)s, %(jurisdiction)s, %(sequence)s)
on conflict (user_id) do update
set kyc = excluded.kyc, jurisdiction = excluded.jurisdiction, kyc_sequence = excluded.kyc_sequence
where known_person.kyc_sequence <= excluded.kyc_sequence;

-- name: known_person
-- What was told of a person.
select kyc, jurisdiction, barred from known_person where user_id = %(user_id)s;

-- name: take_turns
-- Lets deposits of one person take turns who has no row that could be locked, until the transaction ends.
select pg_advisory_xact_lock(hashtextextended(current_schema() || '.deposits.' || %(user_id)s::text, 0));

-- name: deposited_ever
-- What a person has deposited in dollars of either kind since they came.
select coalesce(sum(units), 0)::bigint
from deposit where user_id = %(user_id)s and asset in ('USD', 'USDC') and status <> 3;

-- name: deposited
-- What a person has deposited in dollars of either kind since the day, the week and the month began in UTC.
select
    coalesce(sum(units) filter (where created_at >= date_trunc('day', clock_timestamp(), 'utc')), 0)::bigint as day_units,
    coalesce(sum(units) filter (where created_at >= date_trunc('week', clock_timestamp(), 'utc')), 0)::bigint as week_units,
    coalesce(sum(units) filter (where created_at >= date_trunc('month', clock_timestamp(), 'utc')), 0)::bigint as month_units
from deposit
where user_id = %(user_id)s and asset in ('USD', 'USDC') and status <> 3
    and created_at >= least(date_trunc('week', clock_timestamp(), 'utc'), date_trunc('month', clock_timestamp(), 'utc'));
