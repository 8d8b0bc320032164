-- Statements of idempotency.py. A row older than a day counts as absent, whether or not it was cleaned up yet.

-- name: claim
-- Takes the key for this command; no row comes back when an answer is stored. A concurrent claim waits for our commit.
insert into idempotency as stored (id, request_hash)
values (%(id)s, %(request_hash)s)
on conflict (id) do update
set request_hash = excluded.request_hash, status = null, response = null, created_at = clock_timestamp()
where stored.created_at < clock_timestamp() - interval '24 hours'
returning id

-- name: answer
-- Stores the answer of the command that claimed the key.
update idempotency set status = %(status)s, response = %(response)s where id = %(id)s

-- name: find_many
-- The stored answers of many keys.
select id, request_hash, status, response
from idempotency
where id = any(%(ids)s::uuid[]) and status is not null and created_at >= clock_timestamp() - interval '24 hours'

-- name: store_many
-- Stores many answers at once, in id order so that two batches never wait for each other in a circle; what comes back
-- was stored, what is missing had an answer before.
insert into idempotency as stored (id, request_hash, status, response)
select answer.id, answer.request_hash, answer.status, answer.response
from unnest(%(ids)s::uuid[], %(request_hashes)s::bytea[], %(statuses)s::smallint[], %(responses)s::bytea[])
    as answer (id, request_hash, status, response)
order by answer.id
on conflict (id) do update
set request_hash = excluded.request_hash,
    status = excluded.status,
    response = excluded.response,
    created_at = clock_timestamp()
where stored.created_at < clock_timestamp() - interval '24 hours'
returning id

-- name: forget
-- Removes a bounded number of answers that nobody may ask for any more. By the time at which it begins: an index is of no use
-- to clock_timestamp(), which may be another for each row, and the last portion would read a day of answers.
delete from idempotency
where id in (
    select id
    from idempotency
    where created_at < statement_timestamp() - interval '24 hours'
    order by created_at
    limit %(batch)s
    for update skip locked
)
