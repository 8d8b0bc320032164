-- name: ranges
-- Where the prices of a market's outcomes began, were and are, and what was traded of each: from one candle of each day.
select outcome, (array_agg(open_millionths order by open_time))[1], max(high_millionths), min(low_millionths),
  (array_agg(close_millionths order by open_time desc))[1], sum(trades)::bigint, min(first_at), max(last_at)
from candle
where venue = %(venue)s and venue_market_id = %(venue_market_id)s and span = 86400
group by outcome
order by outcome;

-- name: spans
-- What was traded in a market in each of some spans, all outcomes together, those without a trade too.
select s.starts_at, coalesce(sum(c.volume), 0)::text, coalesce(sum(c.trades), 0)::bigint
from generate_series(%(first)s::timestamptz, %(last)s::timestamptz, make_interval(secs => %(span)s::bigint)) as s (starts_at)
left join candle c on c.venue = %(venue)s and c.venue_market_id = %(venue_market_id)s and c.span = %(span)s::bigint
  and c.open_time = s.starts_at and c.open_time between %(first)s::timestamptz and %(last)s::timestamptz
group by s.starts_at
order by s.starts_at;
