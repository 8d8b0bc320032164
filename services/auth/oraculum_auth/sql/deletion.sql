-- name: begin_departure
-- Draws a fence for somebody who wants to go; whoever drew one before for them erases nothing any more.
insert into departure (user_id, fence, began_at) values (%(user_id)s, nextval('departure_fence'), %(now)s)
on conflict (user_id) do update set fence = excluded.fence, began_at = excluded.began_at
returning fence;

-- name: end_departure
-- Takes a fence's departure away; touches no row when it was ended, or another one began since.
delete from departure where user_id = %(user_id)s and fence = %(fence)s;

-- name: pseudonymise
-- Leaves of an account what books and logs speak of; touches no row when that was done before.
update account set deleted_at = %(now)s, email_index = null, email_sealed = null, email_verified = false,
  password_hash = null, display_name = 'Deleted account', preferences = '{}', roles = array['user'], tier = 'basic',
  jurisdiction = '', kyc = case when kyc = 'pending' then 'rejected' else kyc end
where user_id = %(user_id)s and deleted_at is null;

-- name: erase
-- Erases all that was the person's alone. Tokens and recovery codes go with what they hang on.
with wallets as (delete from wallet_address where user_id = %(user_id)s),
  sessions as (delete from session where user_id = %(user_id)s),
  factor as (delete from totp where user_id = %(user_id)s),
  mailed as (delete from mailed_token where user_id = %(user_id)s),
  keys as (delete from api_key where user_id = %(user_id)s),
  answers as (delete from sign_in_answer where user_id = %(user_id)s),
  devices as (delete from known_device where user_id = %(user_id)s),
  countries as (delete from known_country where user_id = %(user_id)s),
  identities as (delete from open_id_identity where user_id = %(user_id)s),
  attempts as (delete from open_id_attempt where owner = %(user_id)s),
  challenges as (delete from challenge where user_id = %(user_id)s),
  limits as (delete from play_limit where user_id = %(user_id)s),
  play as (delete from play_state where user_id = %(user_id)s),
  consents as (delete from consent where user_id = %(user_id)s)
delete from person_key where user_id = %(user_id)s;

-- name: excluded_until
-- Until when somebody asked not to play, if they did.
select excluded_until from play_state where user_id = %(user_id)s and excluded_until > %(now)s;

-- name: sealed_checks
-- What a person's identity checks have sealed, locked.
select check_id, person_sealed from kyc_check where user_id = %(user_id)s order by check_id for update;

-- name: keep_check
-- Seals a check under the key that is kept for it alone, and lets it be found by nobody's name; one that was pending is
-- pending no more.
update kyc_check set person_sealed = %(person_sealed)s, person_index = null,
  decided_at = coalesce(decided_at, %(now)s),
  reason = case when status = 'pending' then 'The account was deleted.' else reason end,
  status = case when status = 'pending' then 'rejected' else status end
where check_id = %(check_id)s;

-- name: forget_checks
-- Erases the identity checks of accounts that were deleted so long ago that nobody may keep them.
delete from kyc_check using account
where account.user_id = kyc_check.user_id and account.deleted_at < %(before)s;

-- name: forget_keys
-- Destroys the keys of accounts that were deleted and have no identity check any more.
delete from person_key using account
where account.user_id = person_key.user_id and account.deleted_at is not null
  and not exists (select from kyc_check where kyc_check.user_id = person_key.user_id);
