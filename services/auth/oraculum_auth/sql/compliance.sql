-- name: newest_check
-- A person's newest identity check, locked: what begins or decides one takes turns.
select check_id, user_id, status, provider, external_id, reason, country, region, person_sealed, documents, risk, listed,
  said_at, created_at, decided_at
from kyc_check where user_id = %(user_id)s order by created_at desc, check_id desc limit 1 for update;

-- name: check_by_id
-- One identity check, locked.
select check_id, user_id, status, provider, external_id, reason, country, region, person_sealed, documents, risk, listed,
  said_at, created_at, decided_at
from kyc_check where check_id = %(check_id)s for update;

-- name: lock_owner
-- Locks the account that a check is of, as long as it is not deleted.
select user_id from account
where user_id = (select user_id from kyc_check where check_id = %(check_id)s) and deleted_at is null
for no key update;

-- name: rejected_before
-- Whether a person was rejected before.
select exists (select from kyc_check where user_id = %(user_id)s and status = 'rejected');

-- name: insert_check
-- Begins an identity check.
insert into kyc_check (check_id, user_id, status, provider, country, region, person_sealed, risk, listed, created_at)
values (%(check_id)s, %(user_id)s, 'pending', %(provider)s, %(country)s, %(region)s, %(person_sealed)s, %(risk)s,
  %(listed)s, %(now)s);

-- name: note_external_id
-- The provider knows the applicant by this.
update kyc_check set external_id = %(external_id)s where check_id = %(check_id)s;

-- name: note_document
-- The provider has one more document.
update kyc_check set documents = documents || %(kind)s::text where check_id = %(check_id)s;

-- name: note_wish
-- The provider wants something more of the person.
update kyc_check set reason = %(reason)s, said_at = %(said_at)s where check_id = %(check_id)s;

-- name: decide_check
-- Decides a check; an administrator may overrule a decision, a provider only what is pending.
update kyc_check set status = %(status)s, reason = %(reason)s, decided_at = %(now)s,
  said_at = coalesce(%(said_at)s, said_at)
where check_id = %(check_id)s;

-- name: set_kyc
-- What tokens and services are told of a person; the first approval lifts the tier. Touches no row of a deleted account.
update account set kyc = %(kyc)s,
  jurisdiction = case when %(kyc)s = 'approved' then %(jurisdiction)s else jurisdiction end,
  tier = case when %(kyc)s = 'approved' and tier = 'basic' then 'verified' else tier end
where user_id = %(user_id)s and deleted_at is null
returning jurisdiction, tier;

-- name: insert_report
-- Keeps what looked suspicious.
insert into compliance_report (report_id, user_id, kind, risk, details, created_at)
values (%(report_id)s, %(user_id)s, %(kind)s, %(risk)s, %(details)s, %(now)s);

-- name: reports
-- What looked suspicious, newest first.
select report_id, user_id, kind, risk, details, created_at from compliance_report
where (%(user_id)s::uuid is null or user_id = %(user_id)s)
  and (%(kind)s::text is null or kind = %(kind)s)
  and (%(before_created_at)s::timestamptz is null
    or (created_at, report_id) < (%(before_created_at)s, %(before_report_id)s))
order by created_at desc, report_id desc
limit %(row_count)s;
