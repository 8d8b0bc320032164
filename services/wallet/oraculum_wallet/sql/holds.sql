-- name: try_lead
-- Become the one that sweeps, if nobody is.
select pg_try_advisory_lock(hashtext('oraculum.holds'), hashtext(current_schema()));

-- name: resign
-- Let another one sweep.
select pg_advisory_unlock(hashtext('oraculum.holds'), hashtext(current_schema()));

-- name: old_holds
-- Transfers that have been pending for longer than holds should be, oldest first, a page after the last.
select id::text, reference_id::text, event_id::text, posted_at
from pending_transfer
where posted_at < clock_timestamp() - make_interval(secs => %(age_seconds)s)
  and (posted_at, id) > (%(after_time)s, %(after_id)s::uuid)
order by posted_at, id
limit %(limit)s;

-- name: measure_pending
-- How many transfers are pending, and for how many seconds the oldest has been.
select count(*), coalesce(extract(epoch from clock_timestamp() - min(posted_at)), 0)::float8
from pending_transfer;
