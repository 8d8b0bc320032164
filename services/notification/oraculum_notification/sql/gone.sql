-- name: hold_people
-- Lets one transaction at a time write what a person keeps here: nothing is made behind the deletion of their account.
select pg_advisory_xact_lock(hashtextextended('notification of ' || user_id, 0))
from (select user_id::text from unnest(%(user_ids)s::uuid[]) as given (user_id) order by 1) as people;

-- name: note_gone
-- Notes who deleted their account; told again it changes nothing.
insert into gone_person (user_id, gone_at)
select user_id, %(gone_at)s from unnest(%(user_ids)s::uuid[]) as gone (user_id)
on conflict (user_id) do nothing;

-- name: forget_notices
-- Erases what people found in their inboxes.
delete from notice where user_id = any (%(user_ids)s::uuid[]);

-- name: forget_channels
-- Erases what people's own channels said.
delete from message where channel = any (%(channels)s::text[]);

-- name: gone_among
-- Who of these deleted their account.
select user_id from gone_person where user_id = any (%(user_ids)s::uuid[]);

-- name: forget_preferences
-- Erases what people wanted to hear.
delete from preference where user_id = any (%(user_ids)s::uuid[]);
