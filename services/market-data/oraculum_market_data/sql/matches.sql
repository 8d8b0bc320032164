-- name: delete_matches
-- Forgets all matches; the matcher writes them anew in the same transaction.
delete from market_match;

-- name: insert_matches
-- Writes matches down; one that was found before keeps the time of that.
insert into market_match (first_venue, first_market_id, first_outcome, second_venue, second_market_id, second_outcome,
  score_millionths, found_at)
select * from unnest(%(first_venues)s::text[], %(first_market_ids)s::text[], %(first_outcomes)s::smallint[],
  %(second_venues)s::text[], %(second_market_ids)s::text[], %(second_outcomes)s::smallint[], %(scores)s::bigint[],
  %(found)s::timestamptz[])
on conflict do nothing;

-- name: list_matches
-- Matches of markets that can still be traded, the surest first.
select x.first_outcome, x.second_outcome, x.score_millionths, x.found_at, a.document::text as first_document,
  b.document::text as second_document
from market_match x
join venue_market a on a.venue = x.first_venue and a.venue_market_id = x.first_market_id
join venue_market b on b.venue = x.second_venue and b.venue_market_id = x.second_market_id
where (%(venue)s::text is null or %(venue)s in (x.first_venue, x.second_venue))
  and (%(venue_market_id)s::text is null
    or (x.first_venue = %(venue)s and x.first_market_id = %(venue_market_id)s)
    or (x.second_venue = %(venue)s and x.second_market_id = %(venue_market_id)s))
order by x.score_millionths desc, x.first_venue, x.first_market_id, x.second_venue, x.second_market_id
limit %(row_count)s;
