-- name: consents
-- What a person agreed to or took back.
select purpose, granted, version, since from consent where user_id = %(user_id)s;

-- name: put_consent
-- Agrees or takes back; said again with the same text it stays as old as it is, and touches no row.
insert into consent (user_id, purpose, granted, version, since)
values (%(user_id)s, %(purpose)s, %(granted)s, %(version)s, %(now)s)
on conflict (user_id, purpose) do update
  set granted = excluded.granted, version = excluded.version, since = excluded.since
  where (consent.granted, consent.version) is distinct from (excluded.granted, excluded.version);

-- name: known_countries_of
-- Where a person signed in from.
select country, last_seen_at from known_country where user_id = %(user_id)s order by last_seen_at desc;

-- name: devices_of
-- Since when a person's devices are known, which themselves are kept as keyed hashes only.
select first_seen_at, last_seen_at from known_device where user_id = %(user_id)s order by first_seen_at;

-- name: checks_of
-- A person's identity checks.
select status, provider, reason, country, region, person_sealed, documents, created_at, decided_at
from kyc_check where user_id = %(user_id)s order by created_at;

-- name: identities_of
-- Accounts elsewhere that sign in to this one.
select issuer, subject, created_at from open_id_identity where user_id = %(user_id)s order by created_at;

-- name: acts_of
-- What the audit log has of a person, newest first.
select audit_class, service, action, subject_kind, subject_id, details, occurred_at
from audit_log where actor_user_id = %(user_id)s::text or subject_id = %(user_id)s::text
order by recorded_at desc limit %(row_count)s;
