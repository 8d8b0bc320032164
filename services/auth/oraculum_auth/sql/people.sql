-- name: lock_person
-- Whoever asks for a person's other accounts, or adds one, takes turns.
select pg_advisory_xact_lock(hashtextextended('person/' || encode(%(person_index)s, 'hex'), 0));

-- name: indexes_of
-- As whom somebody was approved, always in the same order: what they only say of themselves may be another's name.
select distinct person_index from kyc_check
where user_id = %(user_id)s and status = 'approved' and person_index is not null order by 1;

-- name: others
-- The other accounts that name a person, whether each was approved as them, and whether something is held against it.
select account.user_id,
  exists (
    select from kyc_check
    where kyc_check.user_id = account.user_id and person_index = %(person_index)s and status = 'approved') as approved,
  banned_at is not null
    or exists (select from play_state where play_state.user_id = account.user_id and excluded_until > %(now)s)
    or exists (
      select from play_limit
      where play_limit.user_id = account.user_id and (value is not null or pending_value is not null)) as restricted
from account
where deleted_at is null and account.user_id <> %(user_id)s
  and account.user_id in (select user_id from kyc_check where person_index = %(person_index)s)
order by account.user_id;
