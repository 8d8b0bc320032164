-- migrate:up
set lock_timeout = '5s';

-- In a transaction of its own: it reads every row, and lets everybody else read and write meanwhile.
alter table account validate constraint account_kind_check;
alter table transfer validate constraint transfer_kind_is_known;

-- migrate:down
