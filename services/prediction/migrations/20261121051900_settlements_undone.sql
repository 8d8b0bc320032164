-- migrate:up
set lock_timeout = '5s';

-- Those that are not done: a few among all that ever were.
create index settlement_undone on settlement (heard_at) where step < 5;

-- migrate:down
