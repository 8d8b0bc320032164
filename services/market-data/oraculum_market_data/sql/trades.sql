-- name: list_trades
-- Trades of a market, newest first, from after a position on.
select outcome, trade_id, price, size, taker_side, venue_time, received_at
from trade
where venue = %(venue)s and venue_market_id = %(venue_market_id)s
  and (venue_time, trade_id) < (%(before_time)s, %(before_id)s)
order by venue_time desc, trade_id desc
limit %(row_count)s;

-- name: list_candles
-- Candles of a market over a time, oldest first; when they open in seconds since 1970, what was traded as text.
select outcome, extract(epoch from open_time)::bigint as opened, open_millionths, high_millionths, low_millionths,
  close_millionths, volume::text as volume, trades
from candle
where venue = %(venue)s and venue_market_id = %(venue_market_id)s and span = %(span)s
  and open_time >= %(from_time)s and open_time < %(to_time)s
  and (%(outcome)s::smallint is null or outcome = %(outcome)s)
order by open_time, outcome
limit %(row_count)s;

-- name: insert_trades
-- Writes down the trades that are not written yet, each once however often it is told, and says which these are. Of
-- several states of one trade in a batch the last counts.
insert into trade (venue, venue_market_id, trade_id, venue_time, outcome, price, size, taker_side, received_at)
select distinct on (venue, venue_market_id, trade_id, venue_time)
  venue, venue_market_id, trade_id, venue_time, outcome, price, size, taker_side, received_at
from unnest(%(venues)s::text[], %(venue_market_ids)s::text[], %(trade_ids)s::text[], %(times)s::timestamptz[],
  %(outcomes)s::smallint[], %(prices)s::numeric[], %(sizes)s::numeric[], %(taker_sides)s::text[],
  %(received)s::timestamptz[]) with ordinality
  as given (venue, venue_market_id, trade_id, venue_time, outcome, price, size, taker_side, received_at, place)
order by venue, venue_market_id, trade_id, venue_time, place desc
on conflict do nothing
returning venue, venue_market_id, trade_id;

-- name: fold_candles
-- Folds minutes, no two of them alike, into the candles of every span. Rows are taken in the order of their keys, so that
-- two writers never wait for each other crosswise.
insert into candle as c (venue, venue_market_id, outcome, span, open_time, open_millionths, high_millionths,
  low_millionths, close_millionths, volume, trades, first_at, last_at)
select venue, venue_market_id, outcome, span, date_bin(make_interval(secs => span), first_at, 'epoch') as open_time,
  (array_agg(open_millionths order by first_at))[1],
  max(high_millionths),
  min(low_millionths),
  (array_agg(close_millionths order by first_at desc))[1],
  sum(volume),
  sum(trades),
  min(first_at),
  max(last_at)
from unnest(%(venues)s::text[], %(venue_market_ids)s::text[], %(outcomes)s::smallint[], %(opens)s::bigint[],
  %(highs)s::bigint[], %(lows)s::bigint[], %(closes)s::bigint[], %(volumes)s::numeric[], %(counts)s::bigint[],
  %(firsts)s::timestamptz[], %(lasts)s::timestamptz[])
  as minute (venue, venue_market_id, outcome, open_millionths, high_millionths, low_millionths, close_millionths, volume,
    trades, first_at, last_at)
cross join unnest(array[60, 300, 3600, 86400]::bigint[]) as span
group by venue, venue_market_id, outcome, span, open_time
order by venue, venue_market_id, span, open_time, outcome
on conflict (venue, venue_market_id, span, open_time, outcome) do update set
  open_millionths = case when excluded.first_at < c.first_at then excluded.open_millionths else c.open_millionths end,
  high_millionths = greatest(c.high_millionths, excluded.high_millionths),
  low_millionths = least(c.low_millionths, excluded.low_millionths),
  close_millionths = case when excluded.last_at >= c.last_at then excluded.close_millionths else c.close_millionths end,
  volume = c.volume + excluded.volume,
  trades = c.trades + excluded.trades,
  first_at = least(c.first_at, excluded.first_at),
  last_at = greatest(c.last_at, excluded.last_at);
