-- migrate:up
set lock_timeout = '5s';

-- What auth told of people who may write events: what came of their identity check, and until when they do not play, each with
-- the number of the word that said so.
create table known_person (
  user_id uuid primary key,
  kyc text not null default '',
  jurisdiction text not null default '',
  kyc_sequence bigint not null default 0,
  excluded_until timestamptz,
  exclusion text not null default '',
  revision bigint not null default 0
);

-- migrate:down
