-- migrate:up
set lock_timeout = '5s';

-- Null where an address has shown that it wants to be told, and for all that there were before anybody asked.
alter table webhook add column unproved_since timestamptz;

-- How often people had addresses asked, within the hour that began then.
create table webhook_asking (
  user_id uuid primary key,
  began_at timestamptz not null,
  asked bigint not null check (asked > 0)
);

-- migrate:down
