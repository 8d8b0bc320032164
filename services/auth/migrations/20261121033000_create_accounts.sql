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
