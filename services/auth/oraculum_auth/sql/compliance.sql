-- name: newest_check
-- A person's newest identity check, locked: what begins or decides one takes turns.
select check_id, user_id, status, provider, external_id, reason, country, region, person_sealed, documents, risk, listed,
  said_at, screened, person_index, created_at, decided_at, decided_by
from kyc_check where user_id = %(user_id)s order by created_at desc, check_id desc limit 1 for update;

-- name: check_by_id
-- One identity check, locked.
select check_id, user_id, status, provider, external_id, reason, country, region, person_sealed, documents, risk, listed,
  said_at, screened, person_index, created_at, decided_at, decided_by
from kyc_check where check_id = %(check_id)s for update;

-- name: lock_owner
-- Locks the account that a check is of, as long as it is not deleted.
select user_id from account
where user_id = (select user_id from kyc_check where check_id = %(check_id)s) and deleted_at is null
for no key update;

-- name: rejected_before
-- Whether a person was rejected before.
select exists (select from kyc_check where user_id = %(user_id)s and status = 'rejected');

-- name: refused_before
-- Whether a person was refused for what they said of their age or their state.
select exists (
  select from compliance_report
  where user_id = %(user_id)s and kind in ('under_age', 'jurisdiction_refused'));

-- name: insert_check
-- Begins an identity check.
insert into kyc_check (check_id, user_id, status, provider, country, region, person_sealed, risk, listed, screened, person_index,
  created_at)
values (%(check_id)s, %(user_id)s, 'pending', %(provider)s, %(country)s, %(region)s, %(person_sealed)s, %(risk)s,
  %(listed)s, %(screened)s, %(person_index)s, %(now)s);

-- name: unscreened
-- Checks that count, the newest of people who are there, which were held against another list than the one of now: those
-- behind this one.
select check_id from kyc_check mine join account using (user_id)
where account.deleted_at is null and mine.status <> 'rejected' and mine.screened <> %(version)s
  and (%(after)s::uuid is null or mine.check_id > %(after)s)
  and not exists (
    select from kyc_check newer
    where newer.user_id = mine.user_id and (newer.created_at, newer.check_id) > (mine.created_at, mine.check_id))
order by check_id limit %(row_count)s;

-- name: note_screened
-- The person was held against this list, and is found by this index.
update kyc_check set screened = %(version)s, person_index = %(person_index)s where check_id = %(check_id)s;

-- name: matches_reported
-- What was reported of sanctioned names that a person's is like.
select details ->> 'names' from compliance_report where user_id = %(user_id)s and kind = 'sanctions_match';

-- name: hold_back
-- A check that is pending waits for an administrator.
update kyc_check set listed = true where check_id = %(check_id)s;

-- name: note_external_id
-- The provider knows the applicant by this.
update kyc_check set external_id = %(external_id)s where check_id = %(check_id)s;

-- name: note_document
-- The provider has one more document.
update kyc_check set documents = documents || %(kind)s::text where check_id = %(check_id)s;

-- name: note_wish
-- The provider wants something more of the person.
update kyc_check set reason = %(reason)s, said_at = %(said_at)s where check_id = %(check_id)s;

-- name: note_said
-- The provider said something of a check that was decided, which does not change it.
update kyc_check set said_at = %(said_at)s where check_id = %(check_id)s;

-- name: decide_check
-- Decides a check; an administrator may overrule a decision, a provider only what is pending or what itself approved.
update kyc_check set status = %(status)s, reason = %(reason)s, decided_at = %(now)s, decided_by = %(decided_by)s,
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
