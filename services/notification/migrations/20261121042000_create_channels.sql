-- migrate:up
set lock_timeout = '5s';

-- Where each channel stands. Its row lock gives out sequences one after the other, so they have no gaps.
create table channel (
  name text primary key check (char_length(name) between 1 and 256),
  sequence bigint not null check (sequence > 0)
) with (fillfactor = 70);

-- What channels said, kept for as long as somebody may resume.
create table message (
  channel text not null,
  sequence bigint not null check (sequence > 0),
  kind text not null,
  data jsonb not null,
  occurred_at timestamptz not null,
  written_at timestamptz not null default clock_timestamp(),
  primary key (channel, sequence)
);

create index message_oldest on message using brin (written_at);

-- The inbox. A cause brings a person one notice, however often we hear of it.
create table notice (
  notification_id uuid primary key,
  user_id uuid not null,
  cause text not null,
  kind text not null,
  title text not null check (char_length(title) between 1 and 300),
  body text not null check (char_length(body) <= 2000),
  data jsonb not null,
  created_at timestamptz not null,
  read_at timestamptz,
  unique (user_id, cause)
);

create index notice_newest on notice (user_id, created_at desc, notification_id desc);
create index notice_unread on notice (user_id, created_at desc, notification_id desc) where read_at is null;

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
