-- name: insert_session_revocations
-- Tells that the tokens of some sessions count no more.
insert into revocation (revocation_id, session_id, expires_at)
select revocation_id, session_id, %(expires_at)s
from unnest(%(revocation_ids)s::uuid[], %(session_ids)s::uuid[]) as told (revocation_id, session_id);

-- name: insert_user_revocation
-- Tells that the older tokens of a person count no more.
insert into revocation (revocation_id, user_id, version, expires_at)
values (%(revocation_id)s, %(user_id)s, %(version)s, %(expires_at)s);

-- name: notify_revocations
-- Wakes whoever follows.
select pg_notify('auth_revocation', '');

-- name: raise_token_version
-- Makes a person's tokens of today worthless.
update account set token_version = token_version + 1 where user_id = %(user_id)s returning token_version;

-- name: horizon
-- Transactions from this one on may not have been seen yet.
select pg_snapshot_xmin(pg_current_snapshot())::text;

-- name: revocations_since
-- What was told since, and still matters.
select coalesce(session_id::text, '') as session_id, coalesce(user_id::text, '') as user_id,
  coalesce(version, 0) as version, expires_at
from revocation
where written_by >= %(horizon)s::xid8 and expires_at > %(now)s;

-- name: forget_revocations
-- Removes what matters no more.
delete from revocation where expires_at < %(now)s;
