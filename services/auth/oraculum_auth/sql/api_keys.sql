-- name: insert_key
-- Keeps a new key.
insert into api_key (key_id, user_id, name, scopes, secret_sealed, created_at, expires_at)
values (%(key_id)s, %(user_id)s, %(name)s, %(scopes)s, %(secret_sealed)s, %(created_at)s, %(expires_at)s);

-- name: keys_of
-- A person's keys that still serve, newest first.
select key_id, user_id, name, scopes, secret_sealed, created_at, expires_at, last_used_at
from api_key
where user_id = %(user_id)s and revoked_at is null and (expires_at is null or expires_at > %(now)s)
order by created_at desc, key_id desc;

-- name: key
-- One key that still serves.
select key_id, user_id, name, scopes, secret_sealed, created_at, expires_at, last_used_at
from api_key
where key_id = %(key_id)s and revoked_at is null and (expires_at is null or expires_at > %(now)s);

-- name: touch_key
-- A key is in use; noted once a minute.
update api_key set last_used_at = %(now)s
where key_id = %(key_id)s and (last_used_at is null or last_used_at < %(now)s::timestamptz - interval '1 minute');

-- name: revoke_key
-- Ends a key of this person; touches no row when it is not theirs or has ended.
update api_key set revoked_at = %(now)s where key_id = %(key_id)s and user_id = %(user_id)s and revoked_at is null;

-- name: revoke_keys
-- Ends all keys of a person.
update api_key set revoked_at = %(now)s where user_id = %(user_id)s and revoked_at is null returning key_id;
