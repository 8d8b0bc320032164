-- migrate:up
set lock_timeout = '5s';

-- A name by which its owner takes an address off; a new one of the database's making for those that are there.
-- lint-allow migrations: each row needs a value of its own, and nothing is released
alter table wallet_address add column wallet_id uuid not null default gen_random_uuid();

-- A challenge that adds an address to an account signs nobody in, and the other way round.
alter table challenge add column user_id uuid;

-- migrate:down
