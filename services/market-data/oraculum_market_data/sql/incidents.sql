-- name: save_incidents
-- Writes incidents down as they stand: new ones, and the end and the count of known ones.
insert into quality_incident as i (id, kind, venue, venue_market_id, outcome, started_at, ended_at, occurrences, detail)
select * from unnest(%(ids)s::uuid[], %(kinds)s::text[], %(venues)s::text[], %(venue_market_ids)s::text[],
  %(outcomes)s::smallint[], %(started)s::timestamptz[], %(ended)s::timestamptz[], %(occurrences)s::bigint[],
  %(details)s::text[])
on conflict (id, started_at) do update set ended_at = excluded.ended_at, occurrences = excluded.occurrences;

-- name: end_open_incidents
-- Ends what a process before us left open.
update quality_incident set ended_at = greatest(started_at, %(now)s) where ended_at is null;

-- name: list_incidents
-- Incidents, newest first, from after a position on.
select id, kind, venue, venue_market_id, outcome, started_at, ended_at, occurrences, detail
from quality_incident
where (%(venue)s::text is null or venue = %(venue)s)
  and (%(venue_market_id)s::text is null or venue_market_id = %(venue_market_id)s)
  and (not %(open_only)s or ended_at is null)
  and (started_at, id) < (%(before_time)s, %(before_id)s)
order by started_at desc, id desc
limit %(row_count)s;
