-- migrate:up
set lock_timeout = '5s';

create table event (
  event_id uuid primary key,
  title text not null check (char_length(title) between 1 and 500),
  description text not null check (char_length(description) <= 20000),
  event_type text not null check (event_type in ('binary', 'multiple_choice')),
  category text not null check (
    category in ('sports', 'politics', 'crypto', 'weather', 'economics', 'entertainment', 'custom')),
  tags text[] not null,
  outcome_labels text[] not null check (
    cardinality(outcome_labels) between 2 and 100 and (event_type <> 'binary' or cardinality(outcome_labels) = 2)),
  status text not null check (status in ('draft', 'active', 'locked', 'resolving', 'resolved', 'cancelled')),
  start_time timestamptz,
  end_time timestamptz not null check (end_time > start_time),
  -- Five minutes before the start, or the end where there is no start.
  locks_at timestamptz not null generated always as (
    coalesce((start_time at time zone 'UTC' - interval '5 minutes') at time zone 'UTC', end_time)) stored,
  resolution_source text not null,
  asset text not null,
  subsidy_units bigint not null check (subsidy_units > 0),
  prior_millionths bigint[] not null check (
    cardinality(prior_millionths) in (0, cardinality(outcome_labels))),
  creator_user_id uuid,
  venue text,
  venue_market_id text,
  -- The venue's own outcome ids by our index, so that its result means ours.
  venue_outcome_ids text[],
  venue_url text,
  image_url text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  -- The words that search looks through; written with the row, because it gathers several columns.
  search_text text not null,
  search_words tsvector not null generated always as (to_tsvector('english', search_text)) stored,
  check ((venue is null) = (venue_market_id is null) and (venue is null) = (venue_outcome_ids is null)),
  -- A venue market opens one event, however often it is told of.
  unique (venue, venue_market_id)
);

create index event_newest on event (created_at desc, event_id desc);
create index event_newest_by_status on event (status, created_at desc, event_id desc);
create index event_newest_by_category on event (category, status, created_at desc, event_id desc);
create index event_locking on event (locks_at, event_id) where status = 'active';
create index event_creator on event (creator_user_id, created_at desc) where creator_user_id is not null;
create index event_search on event using gin (search_words);
-- Every further order in which a list may be asked for.
create index event_by_start on event ((coalesce(start_time, end_time)), event_id);
create index event_by_end on event (end_time, event_id);
create index event_by_lock on event (locks_at, event_id);
-- What the crawler's rules have open is counted before each event that they open.
create index event_crawled_open on event using gin (tags)
  where status in ('draft', 'active') and venue is not null;

-- What may follow what. The code says so too; this is for the day when it does not.
create function check_event_transition() returns trigger language plpgsql as $$
begin
  if (old.status, new.status) not in (
    ('draft', 'active'), ('draft', 'cancelled'),
    ('active', 'locked'), ('active', 'resolved'), ('active', 'resolving'), ('active', 'cancelled'),
    ('locked', 'resolving'), ('locked', 'resolved'), ('locked', 'cancelled'),
    ('resolving', 'resolved'), ('resolving', 'cancelled')
  ) then
    raise exception 'an event does not go from % to %', old.status, new.status
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

create trigger event_transition before update of status on event
  for each row when (old.status is distinct from new.status) execute function check_event_transition();

-- What somebody wants an event to come to, from the moment it is asked until the market is closed and it is committed.
create table verdict (
  event_id uuid primary key references event (event_id),
  kind text not null check (kind in ('resolve', 'cancel')),
  -- Empty for a cancellation: the void prices come from the closed market.
  payout_millionths bigint[] not null,
  source text not null,
  note text not null,
  actor_user_id uuid,
  asked_at timestamptz not null
);

create table resolution (
  event_id uuid not null references event (event_id),
  revision bigint not null check (revision > 0),
  payout_millionths bigint[] not null,
  source text not null,
  note text not null,
  resolved_at timestamptz not null,
  closing_sequence bigint not null check (closing_sequence >= 0),
  primary key (event_id, revision)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

create trigger resolution_append_only before update or delete or truncate on resolution
  for each statement execute function refuse_change();

-- An event with its latest resolution: what everybody reads.
create view event_row as
select e.event_id, e.title, e.description, e.event_type, e.category, e.tags, e.outcome_labels, e.status, e.start_time,
  e.end_time, e.locks_at, e.resolution_source, e.asset, e.subsidy_units, e.prior_millionths, e.creator_user_id,
  e.venue, e.venue_market_id, e.venue_outcome_ids, e.venue_url, e.image_url, e.created_at, e.updated_at, e.version,
  r.revision, r.payout_millionths, r.source, r.note, r.resolved_at, r.closing_sequence, e.search_words
from event e
left join lateral (
  select l.revision, l.payout_millionths, l.source, l.note, l.resolved_at, l.closing_sequence
  from resolution l where l.event_id = e.event_id order by l.revision desc limit 1) r on true;

-- The kit's tables, the same in every service's schema. A service's first migration repeats this text; a test proves it.

-- Facts on their way to Kafka, written in the transaction that makes them true. A row is here until the broker has
-- acknowledged it: what is published is deleted, so presence is the whole state.
create table outbox (
    id bigint generated always as identity primary key,
    event_id uuid not null,
    topic text not null,
    -- Facts of one key keep their order. Without a key there is no order and no sequence.
    key text,
    sequence bigint check (sequence > 0),
    type text not null,
    subject text,
    payload bytea not null,
    traceparent text,
    occurred_at timestamptz not null default clock_timestamp(),
    check (key is not null or sequence is null)
) with (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- The last number given to a key, for facts whose writer has no sequence of its own. Its row lock is the key's lock.
create table outbox_sequence (
    topic text not null,
    key text not null,
    last_sequence bigint not null,
    primary key (topic, key)
) with (fillfactor = 80);

-- One row: whether the relay sleeps and wants to be notified. See relay.py for why not every commit notifies.
create table outbox_relay (
    only_row boolean primary key default true check (only_row),
    sleeping boolean not null
);

-- What a consumer has handled. Ids are UUIDv7, so the oldest are a range of the primary key and cheap to drop.
create table inbox (
    consumer text not null,
    event_id uuid not null,
    primary key (consumer, event_id)
);

-- The last sequence that a consumer has seen of a key, to notice gaps and what comes again.
create table inbox_sequence (
    consumer text not null,
    source text not null,
    topic text not null,
    key text not null,
    last_sequence bigint not null,
    primary key (consumer, source, topic, key)
) with (fillfactor = 80);

-- Work to be done at a time. due_at is when a worker looks at the row next: at first run_at, then the end of the lease
-- of whoever runs it, then the time of the next attempt. So a crash needs no sweeper: the lease ends by itself.
create table job (
    id uuid primary key,
    kind text not null,
    unique_key text,
    payload jsonb not null,
    run_at timestamptz not null,
    due_at timestamptz not null,
    cron text,
    attempts bigint not null default 0,
    lease uuid,
    -- Counts what is asked of this row, so that a request made while the job runs makes it run again.
    version bigint not null default 1,
    dead_at timestamptz,
    last_error text,
    created_at timestamptz not null default clock_timestamp(),
    unique (kind, unique_key)
) with (fillfactor = 80);

create index job_due on job (due_at) where dead_at is null;
create index job_dead on job (dead_at) where dead_at is not null;

-- Answers of commands, written in the command's own transaction and kept for a day. The id is derived from caller,
-- method and key; the status is that of gRPC, and missing only while the command that claimed the row is at work.
create table idempotency (
    id uuid primary key,
    request_hash bytea not null,
    status smallint,
    response bytea,
    created_at timestamptz not null default clock_timestamp(),
    check ((status is null) = (response is null))
);

create index idempotency_created_at on idempotency (created_at);

-- migrate:down
