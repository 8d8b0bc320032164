-- name: lock_others
-- Some keys that another key than the active one wraps.
select user_id, key_id, wrapped from person_key where key_id <> %(active)s limit 500 for update;

-- name: replace_wrappings
-- Keeps new wrappings of the same keys.
update person_key set key_id = new.key_id, wrapped = new.wrapped
from unnest(%(user_ids)s::uuid[], %(key_ids)s::text[], %(wrapped)s::bytea[]) as new (user_id, key_id, wrapped)
where person_key.user_id = new.user_id;
