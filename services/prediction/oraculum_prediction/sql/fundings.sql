-- Subsidies on their way into escrows.

-- name: begin_funding
-- Notes that money is about to move for a market; what was given up and is back begins anew, under the next number.
insert into funding (event_id, asset, subsidy_units)
values (%(event_id)s, %(asset)s, %(subsidy_units)s)
on conflict (event_id) do update
set asset = excluded.asset,
    subsidy_units = excluded.subsidy_units,
    attempt = funding.attempt + 1,
    begun_at = clock_timestamp(),
    given_up_at = null,
    returned_at = null
where funding.returned_at is not null

-- name: funding
-- What is on its way.
select event_id, asset, subsidy_units, attempt, given_up_at is not null as given_up
from funding
where event_id = %(event_id)s

-- name: end_funding
-- The market stands; nothing comes back where this try was given up meanwhile.
delete from funding
where event_id = %(event_id)s and attempt = %(attempt)s and given_up_at is null
returning event_id

-- name: forget_fundings
-- Their markets stand.
delete from funding f where exists (select from market m where m.event_id = f.event_id)

-- name: give_up_fundings
-- A page, by event, of what is old and has no market: whoever was to write it comes too late from now on.
update funding
set given_up_at = coalesce(given_up_at, clock_timestamp())
where event_id in (
    select event_id from funding
    where returned_at is null and begun_at < clock_timestamp() - make_interval(secs => %(age_seconds)s)
      and event_id > %(after)s
    order by event_id
    limit %(row_count)s
    for update
)
returning event_id, asset, subsidy_units, attempt, true as given_up

-- name: funding_returned
-- The money is with the house again.
update funding set returned_at = clock_timestamp()
where event_id = %(event_id)s and attempt = %(attempt)s and returned_at is null
