-- migrate:up
set lock_timeout = '5s';

-- When the hour ends whose prices are paid, where an event shall be called off and an administrator named one: else it is the last
-- hour of its trading.
alter table verdict add column void_hour_ends_at timestamptz;

-- migrate:down
