-- migrate:up
set lock_timeout = '5s';

-- Subsidies on their way into escrows. A row stands here before the money moves, and goes in the transaction that writes the
-- market; what is old and has no market was left behind by a crash, and its money goes back to the house.
create table funding (
    event_id uuid primary key,
    asset asset_code not null,
    subsidy_units bigint not null check (subsidy_units > 0),
    -- Counts tries that were given up before this one: each moves its money by transfers of its own.
    attempt bigint not null default 0 check (attempt >= 0),
    begun_at timestamptz not null default clock_timestamp(),
    given_up_at timestamptz,
    returned_at timestamptz,
    constraint funding_returns_what_was_given_up check (returned_at is null or given_up_at is not null)
);

create index funding_under_way on funding (begun_at) where returned_at is null;

-- migrate:down
