-- name: save_markets
-- Writes markets as they stand now, and says of each whether it is new or changed for those who listen.
insert into venue_market as m (venue, venue_market_id, title, status, document, fingerprint, first_seen_at, changed_at,
  seen_at)
select venue, venue_market_id, title, status, document, fingerprint, %(now)s, %(now)s, %(now)s
from unnest(%(venues)s::text[], %(venue_market_ids)s::text[], %(titles)s::text[], %(statuses)s::text[],
  %(documents)s::jsonb[], %(fingerprints)s::bytea[])
  as given (venue, venue_market_id, title, status, document, fingerprint)
order by venue, venue_market_id
on conflict (venue, venue_market_id) do update set
  title = excluded.title,
  status = excluded.status,
  document = excluded.document,
  fingerprint = excluded.fingerprint,
  changed_at = case when m.fingerprint = excluded.fingerprint then m.changed_at else excluded.changed_at end,
  seen_at = excluded.seen_at
returning new.venue, new.venue_market_id, old.fingerprint is distinct from new.fingerprint as is_changed;

-- name: market
-- One market.
select document::text as document, first_seen_at from venue_market
where venue = %(venue)s and venue_market_id = %(venue_market_id)s;

-- name: has_market
-- Whether a market is known.
select true from venue_market where venue = %(venue)s and venue_market_id = %(venue_market_id)s;

-- name: list_markets
-- Markets, those last that were seen first; what follows names filters, order and bounds.
select document::text as document, first_seen_at from venue_market

-- name: count_by_venue
-- How many markets are known of each venue.
select venue, count(*) from venue_market group by venue order by venue;
