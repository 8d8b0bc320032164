-- migrate:up
set lock_timeout = '5s';

-- What people have set themselves, as auth told it last. Only of those who have set something.
create table person_rule (
  user_id uuid primary key,
  revision bigint not null,
  deposit_day_units bigint,
  deposit_week_units bigint,
  deposit_month_units bigint,
  excluded_until timestamptz,
  exclusion text not null
);

-- migrate:down
