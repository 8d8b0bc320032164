-- migrate:up
set lock_timeout = '5s';

-- What auth told last of people: who is barred, and whose identity was checked. Only of those of whom it told that. Each of
-- the two has the number of the fact that said so, since one that was put aside may come later than the next.
create table known_person (
  user_id uuid primary key,
  barred boolean not null default false,
  barred_sequence bigint not null default 0,
  kyc text not null default '',
  jurisdiction text not null default '',
  kyc_sequence bigint not null default 0
);

-- What somebody has deposited is added up before they may deposit more.
create index deposit_of_user on deposit (user_id, created_at);  -- lint-allow migrations: no rail but the demo's has filled it yet

-- migrate:down
