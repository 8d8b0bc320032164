-- name: lock_others
-- Some keys that another key than the active one wraps.
select user_id, key_id, wrapped from person_key where key_id <> %(active)s limit 500 for update;

-- name: replace_wrappings
-- Keeps new wrappings of the same keys.
update person_key set key_id = new.key_id, wrapped = new.wrapped
from unnest(%(user_ids)s::uuid[], %(key_ids)s::text[], %(wrapped)s::bytea[]) as new (user_id, key_id, wrapped)
where person_key.user_id = new.user_id;

-- name: began_at
-- The time by which the database says when transactions began.
select clock_timestamp();

-- name: older_transactions
-- Whether a transaction of this role goes on that began before then. By when they began and not by their ids: one that has
-- wrapped a key and written nothing yet has none.
select exists (
  select from pg_stat_activity
  where datname = current_database() and usename = current_user and pid <> pg_backend_pid()
    and xact_start < %(began_at)s);
