-- migrate:up
set lock_timeout = '5s';

-- Who deleted their account: nothing is written for them any more, whatever is told late.
create table gone_person (
  user_id uuid primary key,
  gone_at timestamptz not null
);

-- migrate:down
