-- migrate:up transaction:false
create index concurrently trade_order_of_event on trade_order (event_id, created_at desc, order_id desc);

-- migrate:down
