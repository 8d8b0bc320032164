-- migrate:up
set lock_timeout = '5s';

-- The latest word of the event's venue where it could not be taken yet, as it was heard: another result waits or is proposed.
alter table event add column venue_word bytea;

-- migrate:down
