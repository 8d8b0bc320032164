-- Who waits for whom.

-- name: lock_waiters
-- How many statements in this database (of this application alone) wait for what another transaction holds.
select count(*)
from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock' and %(of)s::text in ('', application_name);
