-- migrate:up
set lock_timeout = '5s';

-- A market of a venue as it stands now. `document` is the whole normal form; the columns beside it are what lists look
-- for. `fingerprint` is made of all that a listener cares about, so the database itself says whether a market changed.
create table venue_market (
  venue text not null check (venue in ('polymarket', 'kalshi', 'manifold')),
  venue_market_id text not null,
  title text not null,
  status text not null check (status in (
    'upcoming', 'open', 'paused', 'closed', 'determined', 'disputed', 'resolved', 'void', 'unknown')),
  document jsonb not null,
  fingerprint bytea not null,
  first_seen_at timestamptz not null,
  changed_at timestamptz not null,
  seen_at timestamptz not null,
  search_words tsvector not null generated always as (to_tsvector('english', title)) stored,
  primary key (venue, venue_market_id)
);

create index venue_market_newest on venue_market (first_seen_at desc, venue desc, venue_market_id desc);
create index venue_market_newest_by_status
  on venue_market (status, first_seen_at desc, venue desc, venue_market_id desc);
create index venue_market_newest_by_venue
  on venue_market (venue, status, first_seen_at desc, venue_market_id desc);
create index venue_market_search on venue_market using gin (search_words);

-- How quotes moved, at most one a second of each outcome. What a venue wrote stays as it wrote it.
create table venue_quote (
  venue text not null,
  venue_market_id text not null,
  outcome smallint not null,
  received_at timestamptz not null,
  venue_time timestamptz,
  bid numeric,
  ask numeric,
  bid_size numeric,
  ask_size numeric,
  last numeric
) partition by range (received_at);

create index venue_quote_of_market on venue_quote (venue, venue_market_id, received_at desc);

-- Trades, those of the venues and the fills of our own events (venue `oraculum`). The key makes repeats harmless; a
-- trade's time never changes, so it may be part of the key that partitions need.
create table trade (
  venue text not null,
  venue_market_id text not null,
  trade_id text not null,
  venue_time timestamptz not null,
  outcome smallint not null,
  price numeric not null,
  size numeric not null,
  taker_side text not null check (taker_side in ('buy', 'sell', '')),
  received_at timestamptz not null,
  primary key (venue, venue_market_id, trade_id, venue_time)
) partition by range (venue_time);

create index trade_newest on trade (venue, venue_market_id, venue_time desc, trade_id desc);

-- Prices over spans of time, made of trades. `span` is in seconds. The first and last trade are remembered by their
-- time, so that trades may come in any order.
create table candle (
  venue text not null,
  venue_market_id text not null,
  outcome smallint not null,
  span bigint not null check (span in (60, 300, 3600, 86400)),
  open_time timestamptz not null,
  open_millionths bigint not null,
  high_millionths bigint not null,
  low_millionths bigint not null,
  close_millionths bigint not null,
  volume numeric not null,
  trades bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (venue, venue_market_id, span, open_time, outcome)
) partition by list (span);

create table candle_1m partition of candle for values in (60) partition by range (open_time);
create table candle_5m partition of candle for values in (300) partition by range (open_time);
create table candle_1h partition of candle for values in (3600);
create table candle_1d partition of candle for values in (86400);

-- What comes with a time for which there is no month yet (a venue may name any) lands here and is not lost.
create table venue_quote_other partition of venue_quote default;
create table trade_other partition of trade default;
create table candle_1m_other partition of candle_1m default;
create table candle_5m_other partition of candle_5m default;

-- Makes the partition of a month, unless it is there. Two processes that begin together must not make it both.
create function add_month(parent text, month date) returns void language plpgsql as $$
declare
  first date := date_trunc('month', month);
begin
  perform pg_advisory_xact_lock(hashtext('market_data.months'));
  execute format(
    'create table if not exists %I partition of %I for values from (%L) to (%L)',
    parent || to_char(first, '_YYYY_MM'), parent,
    first::timestamp at time zone 'UTC', (first + interval '1 month') at time zone 'UTC');
end
$$;

-- Drops the partitions of the months before a day, and says how many they were.
create function drop_months(parent text, before date) returns bigint language plpgsql as $$
declare
  child text;
  dropped bigint := 0;
begin
  for child in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent::regclass and c.relname ~ ('^' || parent || '_[0-9]{4}_[0-9]{2}$')
      and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before
  loop
    execute format('drop table %I', child);
    dropped := dropped + 1;
  end loop;
  return dropped;
end
$$;

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
