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
where expires_at is null and posted_at < clock_timestamp() - make_interval(secs => %(age_seconds)s)
  and (posted_at, id) > (%(after_time)s, %(after_id)s::uuid)
order by posted_at, id
limit %(limit)s;

-- name: measure_pending
-- How many transfers are pending (counted up to a bound, counting must not become the load), and for how many seconds the
-- oldest has been.
select (select count(*) from (select from pending_transfer limit 100000) as counted),
    coalesce(extract(epoch from clock_timestamp() - (select min(posted_at) from pending_transfer)), 0)::float8;

-- name: expired_holds
-- A page of the pending transfers whose time is over, after the last.
select id::text, expires_at
from pending_transfer
where expires_at <= clock_timestamp() and (expires_at, id) > (%(after_time)s, %(after_id)s::uuid)
order by expires_at, id
limit %(limit)s;
