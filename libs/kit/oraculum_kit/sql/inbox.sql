-- name: inbox_admit
-- Note the ids as handled and say which are new. In order of id, so that two who note the same ones never deadlock.
insert into inbox (consumer, event_id)
select %(consumer)s, event_id from unnest(%(event_ids)s::uuid[]) as given (event_id) order by event_id
on conflict do nothing
returning event_id::text;

-- name: inbox_move_on
-- Let keys that stand right before what is at hand stand behind it; which did. The others are looked at one by one: those
-- that nobody has heard of, that stand behind some of it already, or that miss something before it.
update inbox_sequence s
set last_sequence = given.last_sequence
from unnest(%(sources)s::text[], %(topics)s::text[], %(keys)s::text[], %(stood)s::bigint[], %(sequences)s::bigint[])
    as given (source, topic, key, stood_at, last_sequence)
where s.consumer = %(consumer)s and s.source = given.source and s.topic = given.topic and s.key = given.key
  and s.last_sequence = given.stood_at
returning s.source, s.topic, s.key;

-- name: inbox_sequences
-- The last sequence seen of each key at hand, locked.
select s.source, s.topic, s.key, s.last_sequence
from inbox_sequence s
join unnest(%(sources)s::text[], %(topics)s::text[], %(keys)s::text[]) as given (source, topic, key)
    on s.source = given.source and s.topic = given.topic and s.key = given.key
where s.consumer = %(consumer)s
order by s.source, s.topic, s.key
for update of s;

-- name: inbox_remember
-- Remember the last sequence of each key at hand.
insert into inbox_sequence as s (consumer, source, topic, key, last_sequence)
select %(consumer)s, source, topic, key, last_sequence
from unnest(%(sources)s::text[], %(topics)s::text[], %(keys)s::text[], %(sequences)s::bigint[])
    as given (source, topic, key, last_sequence)
order by source, topic, key
on conflict (consumer, source, topic, key)
    do update set last_sequence = greatest(s.last_sequence, excluded.last_sequence);

-- name: inbox_forget
-- Drop the oldest ids, a bounded number at a time; UUIDv7 order is time order.
delete from inbox
where consumer = %(consumer)s and event_id in (
    select event_id from inbox
    where consumer = %(consumer)s and event_id < %(before)s
    order by event_id
    limit %(row_count)s
);
