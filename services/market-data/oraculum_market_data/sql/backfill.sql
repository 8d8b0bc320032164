-- name: stretches
-- How far the histories of a venue's markets were asked for.
select venue_market_id, since, reach, cursor, is_whole from backfill where venue = %(venue)s;

-- name: save_stretch
-- Notes how far the history of a market was asked for.
insert into backfill (venue, venue_market_id, since, reach, cursor, is_whole)
values (%(venue)s, %(venue_market_id)s, %(since)s, %(reach)s, %(cursor)s, %(is_whole)s)
on conflict (venue, venue_market_id) do update set
  since = excluded.since, reach = excluded.reach, cursor = excluded.cursor, is_whole = excluded.is_whole;

-- name: told_trades
-- The trades among these that are written down already, whatever time was told with them: a socket may know seconds where
-- the history knows microseconds.
select distinct trade_id from trade
where venue = %(venue)s and venue_market_id = %(venue_market_id)s and trade_id = any(%(trade_ids)s::text[]);

-- name: told_transactions
-- The transactions among these of which Polymarket's socket has told the trades: its word for a trade is another than the
-- history's, and has the side where that has the wallet.
select distinct split_part(trade_id, ':', 1) from trade
where venue = %(venue)s and venue_market_id = %(venue_market_id)s
  and venue_time between %(since)s::timestamptz - interval '10 minutes' and %(reach)s::timestamptz + interval '10 minutes'
  and split_part(trade_id, ':', 3) in ('BUY', 'SELL')
  and split_part(trade_id, ':', 1) = any(%(transactions)s::text[]);
