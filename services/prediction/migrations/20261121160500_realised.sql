-- migrate:up
set lock_timeout = '5s';

-- What each sale came to for whoever sold: what the shares had cost, and what was won or lost by it. It follows from the
-- fills, and is kept so that a person's history need not be folded anew whenever somebody looks at it. Merged sets are
-- sales here, one of each outcome. What settlements come to is told by `payout`.
create table realised (
    event_id uuid not null,
    sequence bigint not null check (sequence > 0),
    user_id uuid not null,
    realised_at timestamptz not null,
    cost_units bigint not null check (cost_units >= 0),
    result_units bigint not null,
    primary key (event_id, sequence)
);

create index realised_of_user on realised (user_id, realised_at desc, event_id desc, sequence desc);

-- migrate:down
