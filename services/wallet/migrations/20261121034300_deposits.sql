-- migrate:up
set lock_timeout = '5s';

-- Money on its way in. status: 1 pending, 2 credited, 3 failed, as in the contract.
create table deposit (
    -- Derived from user, route and key.
    id uuid primary key,
    user_id uuid not null,
    rail text not null,
    asset asset_code not null,
    units bigint not null check (units > 0),
    status smallint not null check (status between 1 and 3),
    transfer_id uuid not null unique,
    created_at timestamptz not null,
    credited_at timestamptz,
    check ((status = 2) = (credited_at is not null))
);

-- migrate:down
