-- name: reserves
-- What lies behind these orders.
select order_id::text, user_id::text, event_id::text, asset, units_left
from order_reserve
where order_id = any(%(order_ids)s::uuid[]);

-- name: confirm_reserves
-- Remember that something was told of these orders.
update order_reserve
set confirmed = true
where order_id = any(%(order_ids)s::uuid[]) and not confirmed;

-- name: forget_reserves
-- Drop what has ended and is empty.
delete from order_reserve
where order_id = any(%(order_ids)s::uuid[]) and units_left = 0;

-- name: unconfirmed_reserves
-- Reserves of which nothing was told for longer than an order takes, oldest first.
select order_id::text, user_id::text, event_id::text, asset, units_left
from order_reserve
where not confirmed and reserved_at < clock_timestamp() - make_interval(secs => %(age_seconds)s)
order by reserved_at, order_id
limit %(limit)s;

-- name: keep_releases
-- Put aside what is told before its fills are here; the same again changes nothing.
insert into release_waiting (order_id, revision, event_id, after_sequence, fact)
select * from unnest(
    %(order_ids)s::uuid[], %(revisions)s::bigint[], %(event_ids)s::uuid[], %(sequences)s::bigint[], %(facts)s::bytea[]
)
on conflict do nothing;

-- name: waiting_releases
-- What was put aside of these events and may be due, in the order in which it was told.
select fact
from release_waiting
where event_id = any(%(event_ids)s::uuid[])
order by event_id, after_sequence, received_at
limit %(limit)s;

-- name: forget_releases
-- Drop what has been done.
delete from release_waiting w
using unnest(%(order_ids)s::uuid[], %(revisions)s::bigint[]) as done (order_id, revision)
where w.order_id = done.order_id and w.revision = done.revision;
