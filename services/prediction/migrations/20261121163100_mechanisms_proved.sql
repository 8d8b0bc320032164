-- migrate:up
set lock_timeout = '5s';

-- By itself, because it reads the whole table and lets it be written meanwhile.
alter table market validate constraint market_has_one_shape;
alter table market validate constraint market_is_made_of_what_it_trades_by;

-- migrate:down
