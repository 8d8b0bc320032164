-- migrate:up
set lock_timeout = '5s';

-- Limits that people set themselves: dollars in millionths, or minutes. What is pending holds from its time on.
create table play_limit (
  user_id uuid not null references account (user_id) on delete cascade,
  kind text not null
    check (kind in ('deposit_day', 'deposit_week', 'deposit_month', 'loss_day', 'loss_week', 'time_day')),
  value bigint check (value >= 0),
  pending_at timestamptz,
  pending_value bigint check (pending_value >= 0),
  primary key (user_id, kind),
  check (pending_at is not null or pending_value is null)
);

create table play_state (
  user_id uuid primary key references account (user_id) on delete cascade,
  -- Counts what was told of this person, so that nobody takes an earlier word for a later one.
  revision bigint not null,
  exclusion text not null default '' check (exclusion in ('', 'cooling_off', 'self_exclusion')),
  excluded_until timestamptz,
  -- Time signed in, of the day: counted by tokens given out, each moment once.
  day date,
  day_seconds bigint not null default 0,
  covered_until timestamptz,
  time_out_until timestamptz,
  check ((exclusion = '') = (excluded_until is null))
) with (fillfactor = 80);

-- migrate:down
