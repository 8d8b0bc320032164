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
