-- name: insert_verdict
-- Notes what an event shall come to; nothing when that is noted already.
insert into verdict (event_id, kind, payout_millionths, source, note, actor_user_id, asked_at, value, void_hour_ends_at)
values (%(event_id)s, %(kind)s, %(payout_millionths)s, %(source)s, %(note)s, %(actor_user_id)s, %(now)s, %(value)s,
  %(void_hour_ends_at)s)
on conflict (event_id) do nothing;

-- name: verdict
-- What an event shall come to.
select event_id, kind, payout_millionths, source, note, actor_user_id, asked_at, value, awaits_confirmation, confirmed_by,
  void_hour_ends_at
from verdict where event_id = %(event_id)s;

-- name: delete_verdict
-- It has come to it.
delete from verdict where event_id = %(event_id)s;

-- name: insert_resolution
-- Commits a result as the next revision.
insert into resolution (event_id, revision, payout_millionths, source, note, resolved_at, closing_sequence, value)
select %(event_id)s, coalesce(max(revision), 0) + 1, %(payout_millionths)s, %(source)s, %(note)s, %(now)s, %(closing_sequence)s,
  %(value)s
from resolution where event_id = %(event_id)s;
