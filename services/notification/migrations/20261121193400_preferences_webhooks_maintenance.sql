-- migrate:up
set lock_timeout = '5s';

-- What people want to hear, and when. Who has no row hears everything.
create table preference (
  user_id uuid primary key,
  -- Kinds of notices that are kept out of the inbox, and off the person's channel.
  muted_inbox text[] not null,
  muted_socket text[] not null,
  quiet_from time,
  quiet_to time,
  time_zone text check (char_length(time_zone) <= 64),
  updated_at timestamptz not null,
  check ((quiet_from is null) = (quiet_to is null) and (quiet_from is null) = (time_zone is null))
);

-- Whether the platform is being worked on: one row, and none before it was said for the first time.
create table maintenance (
  only_row boolean primary key default true check (only_row),
  state text not null check (state in ('off', 'announced', 'on')),
  message text not null check (char_length(message) <= 500),
  starts_at timestamptz,
  ends_at timestamptz,
  changed_by uuid not null,
  changed_at timestamptz not null
);

-- Addresses that programs of people asked to be told at. `sequence` counts what a subscription was given to tell,
-- `delivered` is the one cursor: everything up to it was taken. `due_at` is at once schedule, lease and next attempt;
-- it is null while nothing waits. A subscription's secret is not here: it is derived, and this is only its mark.
create table webhook (
  subscription_id uuid primary key,
  user_id uuid not null,
  url text not null check (char_length(url) between 1 and 2048),
  kinds text[] not null check (cardinality(kinds) > 0),
  secret_mark bytea not null,
  sequence bigint not null default 0,
  delivered bigint not null default 0,
  due_at timestamptz,
  lease uuid,
  attempts bigint not null default 0,
  -- Whose answers take long wait among themselves.
  slow boolean not null default false,
  failing_since timestamptz,
  last_attempt_at timestamptz,
  last_result text,
  disabled_at timestamptz,
  disabled_reason text,
  -- When its owner found the notice that it was disabled.
  told_at timestamptz,
  created_at timestamptz not null,
  check (delivered between 0 and sequence),
  check ((disabled_at is null) = (disabled_reason is null))
) with (fillfactor = 70);

create index webhook_owner on webhook (user_id);
create index webhook_due on webhook (due_at) where due_at is not null and disabled_at is null;
create index webhook_untold on webhook (disabled_at) where disabled_at is not null and told_at is null;

-- What waits to be told. The id stays the same however often it is sent.
create table webhook_message (
  subscription_id uuid not null references webhook on delete cascade,
  sequence bigint not null check (sequence > 0),
  message_id uuid not null,
  kind text not null,
  data text not null,
  occurred_at timestamptz not null,
  primary key (subscription_id, sequence)
);

-- migrate:down
