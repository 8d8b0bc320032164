-- migrate:up
set lock_timeout = '5s';

-- Which of two orders of one person gives way where this one meets the other, as the contract numbers it: an edit keeps it.
alter table trade_order add column self_trade smallint not null default 1;
alter table trade_order add constraint trade_order_self_trade_check check (self_trade in (1, 2)) not valid;

-- migrate:down
