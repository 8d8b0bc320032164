-- name: put_barred
-- Keeps whether a person is barred; nothing when that, or something later, is known.
insert into barred_person (user_id, barred, sequence) values (%(user_id)s, %(barred)s, %(sequence)s)
on conflict (user_id) do update set barred = excluded.barred, sequence = excluded.sequence
where barred_person.sequence < excluded.sequence;

-- name: is_barred
-- Whether a person is barred.
select exists (select from barred_person where user_id = %(user_id)s and barred);

-- name: put_kyc
-- Keeps what came of a person's identity check, unless something later is known.
insert into known_person (user_id, kyc, jurisdiction, kyc_sequence)
values (%(user_id)s, %(kyc)s, %(jurisdiction)s, %(sequence)s)
on conflict (user_id) do update
set kyc = excluded.kyc, jurisdiction = excluded.jurisdiction, kyc_sequence = excluded.kyc_sequence
where known_person.kyc_sequence <= excluded.kyc_sequence;

-- name: put_exclusion
-- Keeps until when a person does not play, unless something later is known.
insert into known_person (user_id, excluded_until, exclusion, revision)
values (%(user_id)s, %(excluded_until)s, %(exclusion)s, %(revision)s)
on conflict (user_id) do update
set excluded_until = excluded.excluded_until, exclusion = excluded.exclusion, revision = excluded.revision
where known_person.revision <= excluded.revision;

-- name: told_of_person
-- What was told of a person.
select coalesce(k.kyc, '') as kyc, coalesce(k.jurisdiction, '') as jurisdiction, coalesce(b.barred, false) as barred
from (values (%(user_id)s::uuid)) as p (user_id)
left join known_person k on k.user_id = p.user_id
left join barred_person b on b.user_id = p.user_id;

-- name: exclusion_of
-- Until when a person does not play, by the database's clock, and why; no row of who may.
select excluded_until, exclusion from known_person where user_id = %(user_id)s and excluded_until > clock_timestamp();

-- name: drafts_of
-- The drafts of a person that were never published, in the order in which rows are locked.
select event_id from event where creator_user_id = %(user_id)s and status = 'draft' and unpublished order by event_id;
