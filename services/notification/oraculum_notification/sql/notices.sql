-- name: insert_notices
-- Writes notices; a cause that brought one before brings no second. Those that are new come back.
insert into notice (notification_id, user_id, cause, kind, title, body, data, created_at)
select * from unnest(%(ids)s::uuid[], %(user_ids)s::uuid[], %(causes)s::text[], %(kinds)s::text[], %(titles)s::text[],
  %(bodies)s::text[], %(data)s::jsonb[], %(times)s::timestamptz[])
on conflict (user_id, cause) do nothing
returning notification_id;

-- name: page
-- A page of somebody's notices, newest first.
select notification_id, user_id, kind, title, body, data::text as data, created_at, read_at
from notice
where user_id = %(user_id)s
  and (not %(unread_only)s or read_at is null)
  and (%(before_created_at)s::timestamptz is null
    or (created_at, notification_id) < (%(before_created_at)s, %(before_id)s))
order by created_at desc, notification_id desc
limit %(row_count)s;

-- name: count_unread
-- How many of somebody's notices are unread.
select count(*) from notice where user_id = %(user_id)s and read_at is null;

-- name: mark_read
-- Marks one notice of this person; reading it twice keeps the first time.
update notice set read_at = coalesce(read_at, %(now)s)
where notification_id = %(notification_id)s and user_id = %(user_id)s
returning notification_id, user_id, kind, title, body, data::text as data, created_at, read_at;

-- name: mark_all_read
-- Marks everything of this person.
update notice set read_at = %(now)s where user_id = %(user_id)s and read_at is null;
