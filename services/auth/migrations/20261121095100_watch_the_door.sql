-- migrate:up
set lock_timeout = '5s';

-- Which chain a message names: only a contract on that one may answer for its signature.
alter table challenge add column chain_id text not null default '';

-- Answers of sign-ins by their idempotency key, sealed with the person's key: a lost answer is given again, and whoever
-- reads this table signs in nowhere. What was asked is kept as a keyed hash, for it held a password.
create table sign_in_answer (
  answer_id uuid primary key,
  request_index bytea not null,
  user_id uuid references account (user_id) on delete cascade,
  answer_sealed bytea,
  created_at timestamptz not null,
  check ((user_id is null) = (answer_sealed is null))
);

create index sign_in_answer_age on sign_in_answer (created_at);

-- Devices that signed in to an account, by keyed hash, and where from: what is not here is unusual.
create table known_device (
  user_id uuid not null references account (user_id) on delete cascade,
  device bytea not null check (octet_length(device) = 32),
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (user_id, device)
) with (fillfactor = 80);

create table known_country (
  user_id uuid not null references account (user_id) on delete cascade,
  country text not null check (char_length(country) = 2),
  latitude double precision,
  longitude double precision,
  last_seen_at timestamptz not null,
  primary key (user_id, country)
) with (fillfactor = 80);

-- A mailed token may be a code for an unusual sign-in too.
-- lint-allow migrations: the constraint comes back at once and takes one word more
alter table mailed_token drop constraint mailed_token_purpose_check;
alter table mailed_token add constraint mailed_token_purpose_check
  check (purpose in ('verify', 'reset', 'sign_in')) not valid;

-- Accounts at providers of OpenID Connect that sign in to one of ours.
create table open_id_identity (
  issuer text not null,
  subject text not null,
  user_id uuid not null references account (user_id) on delete cascade,
  created_at timestamptz not null,
  primary key (issuer, subject)
);

create index open_id_identity_owner on open_id_identity (user_id);

-- Sign-ins under way at a provider. Only hashes of what the browser carries.
create table open_id_attempt (
  state_hash bytea primary key check (octet_length(state_hash) = 32),
  provider text not null,
  browser_hash bytea not null check (octet_length(browser_hash) = 32),
  nonce text not null,
  code_verifier text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- Once the provider has said who it is, which is asked only once: the person still owes a code.
  code_hash bytea,
  owner uuid references account (user_id) on delete cascade
);

create index open_id_attempt_expiry on open_id_attempt (expires_at);

-- migrate:down
