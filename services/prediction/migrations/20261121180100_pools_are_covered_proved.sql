-- migrate:up
set lock_timeout = '5s';

-- By itself, because it reads the whole table and lets it be written meanwhile.
alter table market validate constraint market_covers_its_pools;

-- migrate:down
