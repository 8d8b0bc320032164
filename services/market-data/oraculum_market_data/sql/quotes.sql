-- name: save_quotes
-- Writes down how quotes stood.
insert into venue_quote (venue, venue_market_id, outcome, received_at, venue_time, bid, ask, bid_size, ask_size, last)
select * from unnest(%(venues)s::text[], %(venue_market_ids)s::text[], %(outcomes)s::smallint[],
  %(received)s::timestamptz[], %(times)s::timestamptz[], %(bids)s::numeric[], %(asks)s::numeric[],
  %(bid_sizes)s::numeric[], %(ask_sizes)s::numeric[], %(lasts)s::numeric[]);

-- name: last_quotes
-- The last quote of each outcome of a market that was written down.
select distinct on (outcome) outcome, received_at, venue_time, bid, ask, bid_size, ask_size, last
from venue_quote
where venue = %(venue)s and venue_market_id = %(venue_market_id)s and received_at >= %(since)s
order by outcome, received_at desc;
