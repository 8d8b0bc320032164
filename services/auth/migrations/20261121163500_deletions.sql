-- migrate:up
set lock_timeout = '5s';

-- When somebody deleted their account. The row stays as the pseudonym that books and logs speak of; nothing else of it does.
alter table account add column deleted_at timestamptz;

-- migrate:down
