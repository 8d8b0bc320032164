-- migrate:up
set lock_timeout = '5s';

-- What an event came to: one row for each revision of its resolution, and how far its settlement is.
-- step: 1 taking back what an earlier revision paid too much, 2 paying, 3 marking orders, 4 emptying the escrow, 5 done.
create table settlement (
    event_id uuid not null references market (event_id),
    revision bigint not null check (revision > 0),
    -- What one whole share of each outcome pays, in millionths.
    payout_prices bigint[] not null check (0 <= all (payout_prices)),
    refunded boolean not null,
    closing_sequence bigint not null check (closing_sequence >= 0),
    step smallint not null check (step between 1 and 5),
    -- The last one that the step has dealt with: a user, or the number of a fill.
    after_user_id uuid,
    after_sequence bigint not null default 0,
    people_paid bigint not null default 0,
    paid_units bigint not null default 0,
    taken_back_units bigint not null default 0,
    -- What people who had been paid too much no longer had; the house bears it.
    lost_units bigint not null default 0 check (lost_units >= 0),
    rounding_units bigint not null default 0 check (rounding_units >= 0),
    house_result_units bigint not null default 0,
    heard_at timestamptz not null default clock_timestamp(),
    settled_at timestamptz,
    primary key (event_id, revision),
    constraint settlement_ends_once check ((step = 5) = (settled_at is not null))
) with (fillfactor = 70);

-- Those that are not done: a few among all that ever were.
create index settlement_undone on settlement (heard_at) where step < 5;

-- What each person was due by a revision and what was moved for it: what was due before lies in the earlier rows.
create table payout (
    event_id uuid not null,
    user_id uuid not null,
    revision bigint not null,
    due_units bigint not null check (due_units >= 0),
    -- Negative when an earlier revision had paid too much.
    moved_units bigint not null,
    paid_at timestamptz not null default clock_timestamp(),
    primary key (event_id, user_id, revision),
    foreign key (event_id, revision) references settlement (event_id, revision)
);

create trigger payout_is_for_ever before update or delete or truncate on payout
for each statement execute function refuse_change('what was paid stays; a mistake is mended by another revision');

-- migrate:down
