-- name: begin_progress
-- Remember events of which no fill was applied yet.
insert into fill_progress (event_id)
select unnest(%(event_ids)s::uuid[]) as event_id
order by event_id
on conflict do nothing;

-- name: lock_progress
-- How far events are applied, locked in one order; whoever applies their fills holds these rows first.
select event_id::text, sequence, halted_at is not null as halted
from fill_progress
where event_id = any(%(event_ids)s::uuid[])
order by event_id
for no key update;

-- name: advance_progress
-- Remember how far events are applied now, which of them stand still, and what the fills that were applied moved: in one
-- statement, for each costs a small batch as much as its rows do.
with counted as (
    insert into fill_total as t (event_id, asset, bought_units, sold_units)
    select *
    from unnest(%(moved_event_ids)s::uuid[], %(assets)s::text[], %(bought)s::bigint[], %(sold)s::bigint[])
        as moved (event_id, asset, bought_units, sold_units)
    order by event_id, asset
    on conflict (event_id, asset) do update
    set bought_units = t.bought_units + excluded.bought_units, sold_units = t.sold_units + excluded.sold_units
)
update fill_progress p
set sequence = n.sequence,
    halted_at = case when n.halted then coalesce(p.halted_at, clock_timestamp()) end,
    changed_at = clock_timestamp()
from unnest(%(event_ids)s::uuid[], %(sequences)s::bigint[], %(halted)s::boolean[]) as n (event_id, sequence, halted)
where p.event_id = n.event_id;

-- name: waiting_fills
-- The next of the fills of events that wait for one before them: an event that stood still for hours has very many.
select f.fact
from unnest(%(event_ids)s::uuid[]) as asked (event_id)
cross join lateral (
    select w.fact
    from fill_waiting w
    where w.event_id = asked.event_id
    order by w.sequence
    limit %(limit)s
) as f;

-- name: same_waiting
-- Of the fills that wait, those with these numbers.
select w.fact
from unnest(%(event_ids)s::uuid[], %(sequences)s::bigint[]) as asked (event_id, sequence)
join fill_waiting w on w.event_id = asked.event_id and w.sequence = asked.sequence;

-- name: keep_waiting
-- Put fills aside until the one before them comes; the same fill again changes nothing.
insert into fill_waiting (event_id, sequence, fact)
select * from unnest(%(event_ids)s::uuid[], %(sequences)s::bigint[], %(facts)s::bytea[])
on conflict do nothing;

-- name: forget_waiting
-- Drop what has been applied.
delete from fill_waiting w
using fill_progress p
where p.event_id = any(%(event_ids)s::uuid[]) and w.event_id = p.event_id and w.sequence <= p.sequence;

-- name: events_waiting
-- The next events of which something waits, by id: each has its turn, however many stand still for good. One look into each
-- index for each event, for of a single one millions of fills may wait.
with recursive waiting (event_id) as (
    select first.event_id
    from (
        (select event_id from fill_waiting where event_id > %(after)s::uuid order by event_id limit 1)
        union all
        (select event_id from release_waiting where event_id > %(after)s::uuid order by event_id limit 1)
    ) as first
    where first.event_id is not null
    union
    select further.event_id
    from waiting
    cross join lateral (
        (select event_id from fill_waiting where event_id > waiting.event_id order by event_id limit 1)
        union all
        (select event_id from release_waiting where event_id > waiting.event_id order by event_id limit 1)
    ) as further
)
select event_id::text as id from waiting order by event_id limit %(limit)s;

-- name: measure_waiting
-- How many fills wait (counted up to a bound, counting must not become the load), and for how many seconds the oldest has.
select (select count(*) from (select from fill_waiting limit 100000) as counted),
    coalesce(extract(epoch from clock_timestamp() - (select min(received_at) from fill_waiting)), 0)::float8;

-- name: measure_halted
-- How many events stand still, and for how many seconds the first of them has.
select count(*), coalesce(extract(epoch from clock_timestamp() - min(halted_at)), 0)::float8
from fill_progress
where halted_at is not null;

-- name: open_incident
-- Write down what can't happen, once; true when it is news.
insert into incident (id, kind, event_id, reference_id, details)
values (%(id)s, %(kind)s, %(event_id)s, %(reference_id)s, %(details)s)
on conflict (id) do update set closed_at = null, details = excluded.details
where incident.closed_at is not null
returning true;

-- name: close_incidents
-- What stood in the way of these events' fills is gone.
update incident
set closed_at = clock_timestamp()
where event_id = any(%(event_ids)s::uuid[]) and kind = any(%(kinds)s) and closed_at is null;

-- name: count_incidents
-- Open incidents by kind.
select kind, count(*)
from incident
where closed_at is null
group by kind;
