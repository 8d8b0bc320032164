-- migrate:up
set lock_timeout = '5s';

-- How far the trades of a market were asked for by their history, beside what its socket tells. The stretch at hand is
-- `since` to `reach`; `cursor` is the page that comes next, written in the transaction that keeps the page before it, so
-- whoever goes on after a crash asks for no page twice and leaves none out. Whole stretches follow each other.
create table backfill (
  venue text not null,
  venue_market_id text not null,
  since timestamptz not null,
  reach timestamptz not null,
  cursor text not null,
  is_whole boolean not null,
  primary key (venue, venue_market_id)
);

-- migrate:down
