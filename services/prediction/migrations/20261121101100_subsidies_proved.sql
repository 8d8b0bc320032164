-- migrate:up
set lock_timeout = '5s';

-- By itself, because it reads whole tables and lets them be written meanwhile.
alter table trade_order validate constraint trade_order_type_check;
alter table trade_order validate constraint trade_order_shares_check;
alter table fill validate constraint fill_role_check;
alter table fill validate constraint fill_shares_check;

-- migrate:down
