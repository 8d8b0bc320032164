-- migrate:up
set lock_timeout = '5s';

-- By itself, because it reads the whole table and lets it be written meanwhile.
alter table event validate constraint event_mechanism_fits;

-- migrate:down
