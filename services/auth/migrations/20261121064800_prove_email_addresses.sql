-- migrate:up
set lock_timeout = '5s';

-- A person's own key, wrapped by one of the ring's. Without this row nothing of theirs can be read again.
create table person_key (
  user_id uuid primary key references account (user_id) on delete cascade,
  key_id text not null,
  wrapped bytea not null
);

create index person_key_ring on person_key (key_id);

-- An address is a claim until somebody proves it by a mail that reached it: many may claim one, and one has it.
-- It is sealed with the person's key, and found by a keyed hash.
alter table account add column email_index bytea;
alter table account add column email_sealed bytea;

-- lint-allow migrations: nothing is released, and whoever has an address in clear registers it again
alter table account drop column email;

alter table account add constraint account_email_whole
  check ((email_index is null) = (email_sealed is null)) not valid;
alter table account add constraint account_password_has_email
  check (password_hash is null or email_index is not null) not valid;

-- An address belongs to one account at most.
-- lint-allow migrations: nothing is released, and no table of accounts is long yet
create unique index account_email_proved on account (email_index) where email_verified;

-- Whoever signs in with an address that nobody proved: the newest claim of it.
-- lint-allow migrations: nothing is released, and no table of accounts is long yet
create index account_email_claimed on account (email_index, created_at desc) where not email_verified;

-- What a mail carries, by its hash. Using one up deletes it.
create table mailed_token (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  user_id uuid not null references account (user_id) on delete cascade,
  purpose text not null check (purpose in ('verify', 'reset')),
  created_at timestamptz not null,
  expires_at timestamptz not null
);

create index mailed_token_owner on mailed_token (user_id, purpose);
create index mailed_token_expiry on mailed_token (expires_at);

-- Which address was written to when, so that nobody can flood one through us. Kept for a day.
create table mail_sent (
  mail_id uuid primary key,
  email_index bytea not null,
  letter text not null,
  sent_at timestamptz not null
);

create index mail_sent_address on mail_sent (email_index, letter, sent_at);
create index mail_sent_age on mail_sent (sent_at);

-- migrate:down
