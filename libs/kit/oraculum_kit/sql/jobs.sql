-- name: job_schedule
-- Ask for a job. Under a unique key it is there once: asking again changes it only when it shall be replaced, when it
-- is running (then it runs again afterwards) or when it was given up. A worker is notified when it is due soon.
with asked as (
    insert into job as j (id, kind, unique_key, payload, run_at, due_at)
    select %(job_id)s, %(kind)s, %(unique_key)s, %(payload)s, moment, moment
    from (select coalesce(%(run_at)s::timestamptz, clock_timestamp()) as moment) as given
    on conflict (kind, unique_key) do update set
        payload = excluded.payload,
        run_at = excluded.run_at,
        due_at = case when j.lease is null then excluded.due_at else j.due_at end,
        attempts = case when j.lease is null then 0 else j.attempts end,
        version = j.version + 1,
        dead_at = null
    where %(replace)s or j.lease is not null or j.dead_at is not null
    returning due_at
)
select
    (select count(*) from asked) > 0,
    (
        select count(pg_notify(current_schema() || '.job', ''))
        from asked
        where due_at < clock_timestamp() + make_interval(secs => %(notify_within_seconds)s)
    );

-- name: job_cancel
-- Take back a job that does not run yet.
delete from job where kind = %(kind)s and unique_key = %(unique_key)s and lease is null;

-- name: job_channel
-- The channel on which this schema's schedulers notify.
select current_schema() || '.job';

-- name: job_claim
-- Lease what is due. A lease that ran out makes the job due again by itself. By the time at which it begins: an index is of no
-- use to clock_timestamp(), which may be another for each row, and every look would read all that waits for its time.
with due as (
    select id, due_at from job
    where dead_at is null and due_at <= statement_timestamp() and kind = any(%(kinds)s)
    order by due_at
    limit %(limit)s
    for update skip locked
)
update job
set lease = %(lease)s, due_at = clock_timestamp() + make_interval(secs => %(lease_seconds)s), attempts = attempts + 1
from due
where job.id = due.id
returning job.id, job.kind, job.unique_key, job.payload, job.run_at, job.cron, job.attempts, job.version,
    extract(epoch from clock_timestamp() - due.due_at)::float8 as late_seconds;

-- name: job_seconds_until_due
-- How long until the next job of ours is due; null when there is none.
select extract(epoch from min(due_at) - clock_timestamp())::float8
from job
where dead_at is null and kind = any(%(kinds)s);

-- name: job_extend
-- Keep the leases of what still runs.
update job set due_at = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
where id = any(%(ids)s) and lease = %(lease)s;

-- name: job_taken
-- Which of these another worker runs by now.
select id from job where id = any(%(ids)s) and lease is not null and lease <> %(lease)s;

-- name: job_finish
-- The job is done: gone, or, when it was asked for again meanwhile, free to run again. Held first: who asks for it in this
-- moment is waited for, and only then is there anything to decide by.
with held as materialized (
    select id, version > %(version)s as asked_again from job where id = %(job_id)s and lease = %(lease)s for update
), again as (
    update job set lease = null, due_at = run_at, attempts = 0
    from held where job.id = held.id and held.asked_again
    returning job.id
), gone as (
    delete from job using held where job.id = held.id and not held.asked_again
    returning job.id
)
select (select count(*) from again) + (select count(*) from gone);

-- name: job_retry
-- The job failed: free to run again after a while, or at once when it was asked for again meanwhile.
update job set
    lease = null,
    due_at = case
        when version > %(version)s then run_at else clock_timestamp() + make_interval(secs => %(seconds)s)
    end,
    attempts = case when version > %(version)s then 0 else attempts - %(forgiven)s end,
    last_error = %(error)s
where id = %(job_id)s and lease = %(lease)s;

-- name: job_bury
-- The job has failed too often and waits for a person.
update job set lease = null, dead_at = clock_timestamp(), last_error = %(error)s
where id = %(job_id)s and lease = %(lease)s;

-- name: job_revive
-- Let a job that was given up run again.
update job set dead_at = null, attempts = 0, due_at = clock_timestamp() where id = %(job_id)s and dead_at is not null;

-- name: job_now
-- The database's clock.
select clock_timestamp();

-- name: job_cron_declare
-- Make sure that a recurring job is there; a changed expression moves its next run.
insert into job as j (id, kind, unique_key, payload, run_at, due_at, cron)
values (%(job_id)s, %(kind)s, 'cron', '{}', %(next_at)s, %(next_at)s, %(cron)s)
on conflict (kind, unique_key) do update set
    cron = excluded.cron,
    run_at = excluded.run_at,
    due_at = case when j.lease is null then excluded.due_at else j.due_at end
where j.cron is distinct from excluded.cron;

-- name: job_cron_next
-- A recurring job has had its turn, well or badly: its next one.
update job set lease = null, run_at = %(next_at)s, due_at = %(next_at)s, attempts = 0, last_error = %(error)s
where id = %(job_id)s and lease = %(lease)s;

-- name: job_measure
-- What waits, how long the oldest due job has, and what was given up.
select kind, count(*) filter (where dead_at is null) as waiting, count(*) filter (where dead_at is not null) as dead,
    greatest(0, coalesce(
        extract(epoch from clock_timestamp() - min(due_at) filter (where dead_at is null and lease is null)), 0
    ))::float8 as overdue_seconds
from job
where kind = any(%(kinds)s)
group by kind;
