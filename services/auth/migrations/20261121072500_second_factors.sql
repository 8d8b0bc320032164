-- migrate:up
set lock_timeout = '5s';

-- The secret that an authenticator shares with us. It counts once a code has proved that it does.
create table totp (
  user_id uuid primary key references account (user_id) on delete cascade,
  secret_sealed bytea not null,
  -- The time step of the last code that was accepted: a code serves once.
  last_step bigint not null default 0,
  created_at timestamptz not null,
  confirmed_at timestamptz
);

-- Ways back in when the authenticator is lost; using one up deletes it.
create table recovery_code (
  user_id uuid not null references totp (user_id) on delete cascade,
  code_index bytea not null,
  primary key (user_id, code_index)
);

alter table session add column second_factor boolean not null default false;

-- Attempts to sign in since the last that succeeded, by a keyed hash of whom they are counted against.
create table sign_in_attempt (
  subject bytea primary key,
  attempts bigint not null,
  last_at timestamptz not null,
  blocked_until timestamptz not null
) with (fillfactor = 70);

create index sign_in_attempt_age on sign_in_attempt (last_at);

-- migrate:down
