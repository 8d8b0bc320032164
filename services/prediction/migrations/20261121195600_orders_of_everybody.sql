-- migrate:up transaction:false
create index concurrently trade_order_newest on trade_order (created_at desc, order_id desc);

-- migrate:down
