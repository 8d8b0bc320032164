-- name: advance
-- Gives each channel so many sequences and holds its row; in the order of names, so that writers never wait in a ring.
insert into channel (name, sequence)
select name, added from unnest(%(names)s::text[], %(added)s::bigint[]) as given (name, added) order by name
on conflict (name) do update set sequence = channel.sequence + excluded.sequence
returning name, sequence;

-- name: insert_messages
-- Keeps what channels say. Data is one array of JSON: within an array of PostgreSQL each quote in it would be escaped.
insert into message (channel, sequence, kind, data, occurred_at, traceparent)
select * from rows from (unnest(%(channels)s::text[], %(sequences)s::bigint[], %(kinds)s::text[]),
  jsonb_array_elements(%(data)s::jsonb), unnest(%(times)s::timestamptz[], %(traceparents)s::text[]));

-- name: tell_replicas
-- Wakes every replica when this transaction commits; each payload names channels.
select pg_notify(%(topic)s, payload) from unnest(%(payloads)s::text[]) as payload;

-- name: listen_topic
-- The name under which replicas of this schema hear of each other's messages.
select 'oraculum_' || current_schema() || '_messages';

-- name: positions
-- Where channels stand; those that never said anything are left out.
select name, sequence from channel where name = any (%(names)s);

-- name: messages_after
-- What several channels said after a sequence each, in order. Most said nothing, and many were never there: only those that
-- went on since then are looked up among the messages, and of each no more than is asked for in all.
select m.channel, m.sequence, m.kind, m.data::text as data, m.occurred_at, m.traceparent
from unnest(%(channels)s::text[], %(after)s::bigint[]) as seen (channel, sequence)
join channel c on c.name = seen.channel and c.sequence > seen.sequence
cross join lateral (
  select channel, sequence, kind, data, occurred_at, traceparent
  from message where channel = c.name and sequence > seen.sequence order by sequence limit %(row_count)s) as m
order by m.channel, m.sequence
limit %(row_count)s;

-- name: latest_of_each_kind
-- The last message of each kind among the newest of a channel. A busy channel keeps a million: nobody looks at them all.
select distinct on (kind) channel, sequence, kind, data, occurred_at
from (
  select channel, sequence, kind, data::text as data, occurred_at
  from message where channel = %(channel)s order by sequence desc limit 1000) as newest
order by kind, sequence desc;

-- name: forget_messages
-- Drops what nobody resumes from any more, but never the newest of a channel; programs hear some channels late.
delete from message m where m.written_at < %(before)s
  and (m.written_at < %(kept_before)s or m.channel <> all (%(kept_channels)s::text[]))
  and exists (select from message newer where newer.channel = m.channel and newer.sequence > m.sequence);
