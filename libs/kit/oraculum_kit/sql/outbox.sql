-- name: outbox_add
-- Write facts in the order given, numbering those that bring no sequence of their own, and wake a relay that sleeps. A
-- sequence of 0 says that the fact is not counted.
-- The upsert of outbox_sequence locks each key before the rows of that key take their ids; keys are locked in order.
with fact as materialized (
    select *
    from unnest(
        %(event_ids)s::uuid[], %(topics)s::text[], %(keys)s::text[], %(sequences)s::bigint[], %(types)s::text[],
        %(subjects)s::text[], %(payloads)s::bytea[], %(traceparents)s::text[], %(times)s::timestamptz[]
    ) with ordinality as f (event_id, topic, key, sequence, type, subject, payload, traceparent, occurred_at, place)
), counted as (
    insert into outbox_sequence as s (topic, key, last_sequence)
    select topic, key, count(*)
    from fact
    where sequence is null and key is not null
    group by topic, key
    order by topic, key
    on conflict (topic, key) do update set last_sequence = s.last_sequence + excluded.last_sequence
    returning topic, key, last_sequence
), numbered as (
    select f.*, c.last_sequence + 1 - row_number() over (
        partition by f.topic, f.key, f.sequence is null order by f.place desc
    ) as given
    from fact f
    left join counted c on c.topic = f.topic and c.key = f.key
), woken as materialized (
    select pg_notify(current_schema() || '.outbox', '') as notified from outbox_relay where sleeping
)
insert into outbox (event_id, topic, key, sequence, type, subject, payload, traceparent, occurred_at)
select event_id, topic, key, nullif(coalesce(sequence, given), 0), type, subject, payload, traceparent,
       coalesce(occurred_at, clock_timestamp())
from numbered
where (select count(notified) from woken) >= 0
order by place;

-- name: outbox_lead
-- Become the one relay of this schema, if nobody is.
select pg_try_advisory_lock(hashtext('oraculum.outbox'), hashtext(current_schema()));

-- name: outbox_no_fsync
-- Spare this session the wait for the disk: what a crash forgets of its deletes is published again, which is harmless.
set synchronous_commit = off;

-- name: outbox_keepalive
-- Let the server notice within half a minute that our machine is gone, and give the lock to another.
select set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
       set_config('tcp_keepalives_count', '3', false);

-- name: outbox_batch
-- The oldest facts, by presence and not by cursor; each with the transaction that made it true.
select id, event_id, topic, key, sequence, type, subject, payload, traceparent, occurred_at,
       xmin::text::bigint as transaction
from outbox
order by id
limit %(limit)s;

-- name: outbox_delete
-- Forget what the broker has. By id, never by range: a lower id may have become visible since we looked.
delete from outbox where id = any(%(ids)s);

-- name: outbox_sleep
-- Say whether whoever writes next shall notify.
insert into outbox_relay (sleeping) values (%(sleeping)s)
on conflict (only_row) do update set sleeping = excluded.sleeping;

-- name: outbox_channel
-- The channel on which this schema's writers notify.
select current_schema() || '.outbox';

-- name: outbox_measure
-- How many facts wait (counted up to a bound, counting must not become the load) and for how long the oldest has.
select
    (select count(*) from (select 1 from outbox limit 100000) as counted) as depth,
    coalesce(
        (select extract(epoch from clock_timestamp() - occurred_at) from outbox order by id limit 1), 0
    )::float8 as age_seconds;
