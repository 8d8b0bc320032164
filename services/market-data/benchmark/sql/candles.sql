-- Candles to ask for.

-- name: fill_candles
-- A month of hourly candles of both outcomes for so many markets, as a year of following would have left them.
insert into candle (venue, venue_market_id, outcome, span, open_time, open_millionths, high_millionths, low_millionths,
  close_millionths, volume, trades, first_at, last_at)
select 'polymarket', market_id, outcome, 3600, opened, 500000 + hour %% 1000, 510000 + hour %% 1000, 490000 + hour %% 1000,
  501000 + hour %% 1000, (hour * 7 + outcome) / 100.0, hour %% 50 + 1, opened, opened + interval '59 minutes'
from unnest(%(market_ids)s::text[]) as market_id
cross join generate_series(0, 719) as hour
cross join generate_series(0, 1) as outcome
cross join lateral (select %(from_time)s::timestamptz + hour * interval '1 hour' as opened) as at

-- name: settle_candles
-- What autovacuum would have done by the time that somebody asks.
vacuum analyze candle
