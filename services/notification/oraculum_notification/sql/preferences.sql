-- name: preferences_of
-- What some people chose; who chose nothing has no row.
select user_id, muted_inbox, muted_socket, quiet_from, quiet_to, time_zone
from preference where user_id = any (%(user_ids)s::uuid[]);

-- name: put_preferences
-- Lets a person's choices be these.
insert into preference (user_id, muted_inbox, muted_socket, quiet_from, quiet_to, time_zone, updated_at)
values (%(user_id)s, %(muted_inbox)s::text[], %(muted_socket)s::text[], %(quiet_from)s, %(quiet_to)s, %(time_zone)s,
  %(updated_at)s)
on conflict (user_id) do update set muted_inbox = excluded.muted_inbox, muted_socket = excluded.muted_socket,
  quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, time_zone = excluded.time_zone,
  updated_at = excluded.updated_at;
