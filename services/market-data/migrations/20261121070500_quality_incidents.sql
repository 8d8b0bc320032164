-- migrate:up
set lock_timeout = '5s';

-- What was wrong with what a venue said, from when to when. An incident without an end lasts; whoever begins to follow
-- the venues ends what was left open by the process before, for nobody watched meanwhile.
create table quality_incident (
  id uuid not null,
  kind text not null check (kind in ('stale', 'gap', 'crossed', 'locked', 'out_of_range', 'time_backwards', 'duplicate',
    'sum', 'silent', 'skew')),
  venue text not null,
  -- Empty when it is about the venue.
  venue_market_id text not null,
  -- Null when it is about all outcomes.
  outcome smallint,
  started_at timestamptz not null,
  ended_at timestamptz,
  occurrences bigint not null check (occurrences > 0),
  detail text not null,
  primary key (id, started_at),
  check (ended_at >= started_at)
) partition by range (started_at);

create index quality_incident_newest on quality_incident (started_at desc, id desc);
create index quality_incident_of_market on quality_incident (venue, venue_market_id, started_at desc, id desc);
create index quality_incident_open on quality_incident (started_at desc, id desc) where ended_at is null;

create table quality_incident_other partition of quality_incident default;

-- The same question on two venues, as the matcher found it; the first venue is the one that comes first in the alphabet.
create table market_match (
  first_venue text not null,
  first_market_id text not null,
  first_outcome smallint not null,
  second_venue text not null,
  second_market_id text not null,
  second_outcome smallint not null,
  score_millionths bigint not null check (score_millionths between 0 and 1000000),
  found_at timestamptz not null,
  primary key (first_venue, first_market_id, first_outcome, second_venue, second_market_id)
);

create index market_match_of_second on market_match (second_venue, second_market_id);

-- migrate:down
