-- migrate:up
set lock_timeout = '5s';

-- Why prediction refused the market of a draft when it was last published, for whoever wrote it; empty where it did not.
alter table event add column refusal text not null default '';

-- migrate:down
