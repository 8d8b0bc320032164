-- migrate:up
set lock_timeout = '5s';

-- By itself, because it reads the whole table and lets it be written meanwhile.
alter table trade_order validate constraint trade_order_keeps_its_limit;

-- migrate:down
