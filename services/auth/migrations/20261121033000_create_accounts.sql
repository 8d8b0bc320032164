-- migrate:up
set lock_timeout = '5s';

create table account (
  user_id uuid primary key,
  email text unique check (email = lower(email)),
  email_verified boolean not null default false,
  password_hash text,
  display_name text not null check (char_length(display_name) between 1 and 50),
  roles text[] not null default array['user'] check (roles <@ array['user', 'creator', 'admin'] and 'user' = any (roles)),
  tier text not null default 'basic' check (tier in ('basic', 'verified', 'premium')),
  kyc text not null default 'none' check (kyc in ('none', 'pending', 'approved', 'rejected')),
  jurisdiction text not null default '',
  preferences jsonb not null default '{}' check (jsonb_typeof(preferences) = 'object'),
  banned_at timestamptz,
  created_at timestamptz not null,
  check ((email is null) = (password_hash is null))
);

create index account_newest on account (created_at desc, user_id desc);

create table wallet_address (
  chain text not null check (chain in ('evm', 'solana')),
  address text not null,
  user_id uuid not null references account (user_id) on delete cascade,
  created_at timestamptz not null,
  primary key (chain, address)
);

create index wallet_address_owner on wallet_address (user_id);

-- A message that was given out to be signed. Using it up is an update of `used_at` that only one sign-in can win.
create table challenge (
  nonce text primary key,
  chain text not null check (chain in ('evm', 'solana')),
  address text not null,
  message text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create index challenge_expiry on challenge (expires_at);

create table session (
  session_id uuid primary key,
  user_id uuid not null references account (user_id) on delete cascade,
  address text not null,
  user_agent text not null,
  device_id text not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoke_reason text,
  check ((revoked_at is null) = (revoke_reason is null))
);

create index session_live on session (user_id, created_at desc) where revoked_at is null;

-- Only hashes: whoever reads this table can sign in nowhere. A used token stays, so that its reuse is recognised.
create table refresh_token (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  session_id uuid not null references session (session_id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create index refresh_token_session on refresh_token (session_id);

-- Facts of every service, kept for ever; nobody edits them, the service's own role included.
create table audit_entry (
  audit_id uuid primary key,
  audit_class text not null,
  service text not null,
  action text not null,
  actor_user_id text not null,
  subject_kind text not null,
  subject_id text not null,
  details jsonb not null,
  request_id text not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp()
);

create index audit_entry_actor on audit_entry (actor_user_id, occurred_at desc);
create index audit_entry_subject on audit_entry (subject_kind, subject_id, occurred_at desc);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

create trigger audit_entry_append_only before update or delete or truncate on audit_entry
  for each statement execute function refuse_change();

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
