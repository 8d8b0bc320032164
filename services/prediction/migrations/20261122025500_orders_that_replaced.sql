-- migrate:up transaction:false
create index concurrently trade_order_replacing on trade_order (replaces_order_id) where replaces_order_id is not null;

-- migrate:down
