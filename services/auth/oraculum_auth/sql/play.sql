-- name: limits
-- A person's limits.
select kind, value, pending_at, pending_value from play_limit where user_id = %(user_id)s;

-- name: put_limit
-- Keeps a limit.
insert into play_limit (user_id, kind, value, pending_at, pending_value)
values (%(user_id)s, %(kind)s, %(value)s, %(pending_at)s, %(pending_value)s)
on conflict (user_id, kind) do update
  set value = excluded.value, pending_at = excluded.pending_at, pending_value = excluded.pending_value;

-- name: state
-- A person's time without play, and their time today.
select revision, exclusion, excluded_until, day, day_seconds, covered_until, time_out_until
from play_state where user_id = %(user_id)s;

-- name: put_state
-- Keeps the state.
insert into play_state (user_id, revision, exclusion, excluded_until, day, day_seconds, covered_until, time_out_until)
values (%(user_id)s, %(revision)s, %(exclusion)s, %(excluded_until)s, %(day)s, %(day_seconds)s, %(covered_until)s,
  %(time_out_until)s)
on conflict (user_id) do update
  set revision = excluded.revision, exclusion = excluded.exclusion, excluded_until = excluded.excluded_until,
    day = excluded.day, day_seconds = excluded.day_seconds, covered_until = excluded.covered_until,
    time_out_until = excluded.time_out_until;

-- name: has_time_limit
-- Whether somebody's time is counted.
select exists (
  select from play_limit where user_id = %(user_id)s and kind = 'time_day' and (value is not null or pending_at is not null));
