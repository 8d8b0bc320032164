-- migrate:up
set lock_timeout = '5s';

-- What the proof of the ledger has added up so far: per account the sums of its transfers up to a number. Each run adds
-- what came since; once a day everything is added up anew.
create table proven_account (
    account_id uuid primary key,
    number bigint not null,
    debits_pending bigint not null,
    debits_posted bigint not null,
    credits_pending bigint not null,
    credits_posted bigint not null
) with (fillfactor = 60);

-- When the proof ran, and the highest transfer number that had been drawn by then.
create table proof_run (
    ran_at timestamptz primary key,
    number bigint not null
);

-- migrate:down
