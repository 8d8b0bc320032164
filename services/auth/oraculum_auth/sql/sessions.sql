-- name: insert_challenge
-- Remembers a message that was given out to be signed.
insert into challenge (nonce, chain, address, chain_id, message, created_at, expires_at, user_id)
values (%(nonce)s, %(chain)s, %(address)s, %(chain_id)s, %(message)s, %(created_at)s, %(expires_at)s, %(user_id)s);

-- name: challenge
-- The message behind a nonce.
select chain, address, message, expires_at, used_at, user_id, chain_id from challenge where nonce = %(nonce)s;

-- name: use_challenge
-- Uses a nonce up; touches no row when somebody else was faster or it expired.
update challenge set used_at = %(now)s where nonce = %(nonce)s and used_at is null and expires_at > %(now)s;

-- name: forget_challenges
-- Removes what can no longer be used.
delete from challenge where expires_at < %(before)s;

-- name: insert_session
-- Begins a session.
insert into session (session_id, user_id, address, user_agent, device_id, created_at, last_used_at, expires_at,
  second_factor)
values (%(session_id)s, %(user_id)s, %(address)s, %(user_agent)s, %(device_id)s, %(now)s, %(now)s, %(expires_at)s,
  %(second_factor)s);

-- name: revoke_excess_sessions
-- Ends the oldest live sessions past the bound.
update session set revoked_at = %(now)s, revoke_reason = 'too_many_sessions'
where session_id in (
  select session_id from session
  where user_id = %(user_id)s and revoked_at is null and expires_at > %(now)s
  order by created_at desc, session_id desc
  offset %(keep)s)
returning session_id;

-- name: live_sessions
-- A person's sessions that may still be refreshed, newest first.
select session_id, user_id, address, user_agent, device_id, created_at, last_used_at, expires_at, revoked_at, second_factor
from session
where user_id = %(user_id)s and revoked_at is null and expires_at > %(now)s
order by created_at desc, session_id desc;

-- name: lock_session
-- One session, locked until the transaction ends.
select session_id, user_id, address, user_agent, device_id, created_at, last_used_at, expires_at, revoked_at, second_factor
from session where session_id = %(session_id)s for update;

-- name: began_at
-- When the session began that somebody speaks from; nothing of a program's key.
select created_at from session where session_id = %(session_id)s and user_id = %(user_id)s and revoked_at is null;

-- name: touch_session
-- A session was refreshed.
update session set last_used_at = %(now)s, expires_at = %(expires_at)s where session_id = %(session_id)s;

-- name: revoke_session
-- Ends a session of this person; touches no row when it is not theirs or ended before.
update session set revoked_at = %(now)s, revoke_reason = %(reason)s
where session_id = %(session_id)s and user_id = %(user_id)s and revoked_at is null;

-- name: insert_refresh_token
-- Remembers a token by its hash.
insert into refresh_token (token_hash, session_id, created_at, expires_at)
values (%(token_hash)s, %(session_id)s, %(now)s, %(expires_at)s);

-- name: refresh_token
-- What is known of a token, and whose it is.
select session_id, user_id, t.expires_at, t.used_at
from refresh_token t join session using (session_id) where token_hash = %(token_hash)s;

-- name: use_refresh_token
-- Uses a token up; touches no row when it was used before.
update refresh_token set used_at = %(now)s where token_hash = %(token_hash)s and used_at is null;

-- name: forget_sessions
-- Removes sessions, and by cascade their tokens, that ended long ago.
delete from session where expires_at < %(before)s;

-- name: revoke_sessions
-- Ends all live sessions of a person, but for one that may be kept.
update session set revoked_at = %(now)s, revoke_reason = %(reason)s
where user_id = %(user_id)s and revoked_at is null and expires_at > %(now)s
  and (%(keep)s::uuid is null or session_id <> %(keep)s)
returning session_id;
