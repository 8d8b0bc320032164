-- migrate:up
set lock_timeout = '5s';

-- Who was barred, or let in again, as auth told it last, with the number of the fact that said so.
create table barred_person (
  user_id uuid primary key,
  barred boolean not null,
  sequence bigint not null
);

-- migrate:down
