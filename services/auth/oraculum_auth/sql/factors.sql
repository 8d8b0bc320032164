-- name: totp
-- The second factor of a person.
select user_id, secret_sealed, last_step, confirmed_at from totp where user_id = %(user_id)s;

-- name: totp_confirmed
-- Whether a person's sign-in wants a second factor.
select exists (select from totp where user_id = %(user_id)s and confirmed_at is not null);

-- name: propose_totp
-- Keeps a secret until it is confirmed; touches no row when one is in force.
insert into totp (user_id, secret_sealed, created_at) values (%(user_id)s, %(secret_sealed)s, %(now)s)
on conflict (user_id) do update
set secret_sealed = excluded.secret_sealed, created_at = excluded.created_at, last_step = 0
where totp.confirmed_at is null;

-- name: use_step
-- Accepts the code of a time step; touches no row when that one or a later one was accepted before.
update totp set last_step = %(step)s, confirmed_at = coalesce(confirmed_at, %(now)s)
where user_id = %(user_id)s and last_step < %(step)s;

-- name: remove_totp
-- Takes the second factor away, and by cascade its recovery codes.
delete from totp where user_id = %(user_id)s;

-- name: forget_recovery_codes
-- Makes all recovery codes worthless.
delete from recovery_code where user_id = %(user_id)s;

-- name: insert_recovery_codes
-- Keeps recovery codes by their keyed hashes.
insert into recovery_code (user_id, code_index) select %(user_id)s, unnest(%(code_indexes)s::bytea[]);

-- name: use_recovery_code
-- Uses a recovery code up; touches no row when it is none, or was used before.
delete from recovery_code where user_id = %(user_id)s and code_index = %(code_index)s;

-- name: mark_second_factor
-- A session has shown the second factor, or all of a person's have none any more.
update session set second_factor = %(shown)s
where user_id = %(user_id)s and (%(session_id)s::uuid is null or session_id = %(session_id)s);

-- name: attempt
-- Counts an attempt before it is made; touches no row while its subject is blocked. The first few are free, then the
-- wait doubles up to its bound; a day of quiet forgets all.
insert into sign_in_attempt as known (subject, attempts, last_at, blocked_until)
values (%(subject)s, 1, %(now)s, %(now)s)
on conflict (subject) do update set
  attempts = case when known.last_at < %(now)s - interval '1 day' then 1 else known.attempts + 1 end,
  last_at = %(now)s,
  blocked_until = case
    when known.attempts + 1 <= %(free)s or known.last_at < %(now)s - interval '1 day' then %(now)s
    else %(now)s + least(%(wait_max)s, power(2, least(known.attempts + 1 - %(free)s, 30))) * interval '1 second'
  end
where known.blocked_until <= %(now)s
returning attempts;

-- name: attempt_from_network
-- Counts an attempt before it is made; touches no row while its network is blocked. A bucket that fills up by itself: so
-- many pass at once, and then one in so many seconds. last_at says when it will be full again.
insert into sign_in_attempt as known (subject, attempts, last_at, blocked_until)
values (%(subject)s, 1, %(now)s::timestamptz + %(each)s::interval, %(now)s::timestamptz)
on conflict (subject) do update set
  attempts = known.attempts + 1,
  last_at = greatest(known.last_at, %(now)s::timestamptz) + %(each)s::interval,
  blocked_until = greatest(known.last_at, %(now)s::timestamptz) + %(each)s::interval - (%(burst)s::integer - 1) * %(each)s::interval
where known.blocked_until <= %(now)s::timestamptz
returning attempts;

-- name: give_back
-- Takes an attempt from a network back: it was none at a password that somebody does not know.
update sign_in_attempt
set attempts = attempts - 1, last_at = last_at - %(each)s::interval, blocked_until = blocked_until - %(each)s::interval
where subject = %(subject)s;

-- name: blocked_until
-- Until when a subject is blocked.
select blocked_until from sign_in_attempt where subject = %(subject)s;

-- name: forgive
-- Forgets the attempts of a subject: one succeeded.
delete from sign_in_attempt where subject = any (%(subjects)s);

-- name: forget_attempts
-- Removes what is forgotten anyway.
delete from sign_in_attempt where last_at < %(before)s;

-- name: device_is_known
-- Whether this person signed in from this device before.
select exists (select from session where user_id = %(user_id)s and device_id = %(device_id)s);
