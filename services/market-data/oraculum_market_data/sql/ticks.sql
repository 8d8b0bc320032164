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

-- name: list_trades
-- Trades of a market, newest first, from after a position on.
select outcome, trade_id, price, size, taker_side, venue_time, received_at
from trade
where venue = %(venue)s and venue_market_id = %(venue_market_id)s
  and (venue_time, trade_id) < (%(before_time)s, %(before_id)s)
order by venue_time desc, trade_id desc
limit %(row_count)s;

-- name: list_candles
-- Candles of a market over a time, oldest first.
select outcome, open_time, open_millionths, high_millionths, low_millionths, close_millionths, volume, trades
from candle
where venue = %(venue)s and venue_market_id = %(venue_market_id)s and span = %(span)s
  and open_time >= %(from_time)s and open_time < %(to_time)s
  and (%(outcome)s::smallint is null or outcome = %(outcome)s)
order by open_time, outcome
limit %(row_count)s;

-- name: save_trades
-- Writes trades down and folds those that are new into their candles, each once however often it is told.
-- Within a batch, of several states of one trade the last counts; later states of one that is written are ignored.
with given as (
  select distinct on (venue, venue_market_id, trade_id, venue_time) *
  from unnest(%(venues)s::text[], %(venue_market_ids)s::text[], %(trade_ids)s::text[], %(times)s::timestamptz[],
    %(outcomes)s::smallint[], %(prices)s::numeric[], %(sizes)s::numeric[], %(taker_sides)s::text[],
    %(received)s::timestamptz[]) with ordinality
    as t (venue, venue_market_id, trade_id, venue_time, outcome, price, size, taker_side, received_at, place)
  order by venue, venue_market_id, trade_id, venue_time, place desc
), fresh as (
  insert into trade (venue, venue_market_id, trade_id, venue_time, outcome, price, size, taker_side, received_at)
  select venue, venue_market_id, trade_id, venue_time, outcome, price, size, taker_side, received_at from given
  on conflict do nothing
  returning venue, venue_market_id, trade_id, venue_time, outcome, price, size
), spans as (
  select venue, venue_market_id, outcome, span, trade_id, venue_time, size,
    to_timestamp(floor(extract(epoch from venue_time) / span) * span) as open_time,
    round(price * 1000000)::bigint as millionths
  from fresh cross join unnest(array[60, 300, 3600, 86400]::bigint[]) as span
), sums as (
  select venue, venue_market_id, outcome, span, open_time,
    (array_agg(millionths order by venue_time, trade_id))[1] as opened,
    max(millionths) as highest,
    min(millionths) as lowest,
    (array_agg(millionths order by venue_time desc, trade_id desc))[1] as closed,
    sum(size) as volume,
    count(*) as trades,
    min(venue_time) as first_at,
    max(venue_time) as last_at
  from spans group by venue, venue_market_id, outcome, span, open_time
)
insert into candle as c (venue, venue_market_id, outcome, span, open_time, open_millionths, high_millionths,
  low_millionths, close_millionths, volume, trades, first_at, last_at)
select venue, venue_market_id, outcome, span, open_time, opened, highest, lowest, closed, volume, trades, first_at,
  last_at
from sums order by venue, venue_market_id, span, open_time, outcome
on conflict (venue, venue_market_id, span, open_time, outcome) do update set
  open_millionths = case when excluded.first_at < c.first_at then excluded.open_millionths else c.open_millionths end,
  high_millionths = greatest(c.high_millionths, excluded.high_millionths),
  low_millionths = least(c.low_millionths, excluded.low_millionths),
  close_millionths = case when excluded.last_at >= c.last_at then excluded.close_millionths else c.close_millionths end,
  volume = c.volume + excluded.volume,
  trades = c.trades + excluded.trades,
  first_at = least(c.first_at, excluded.first_at),
  last_at = greatest(c.last_at, excluded.last_at);
