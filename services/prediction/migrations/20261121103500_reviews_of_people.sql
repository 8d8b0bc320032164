-- migrate:up
set lock_timeout = '5s';

-- A person's own list shows what waits beside what was decided.
-- lint-allow migrations: reviews are few, and the table is short
create index risk_review_of_user on risk_review (user_id, created_at desc, order_id desc) where status <> 3;

-- migrate:down
