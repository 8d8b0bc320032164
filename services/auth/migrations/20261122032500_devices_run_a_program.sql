-- migrate:up
set lock_timeout = '5s';

-- What kind of program a device ran when it was seen last, as a keyed hash like the device itself: a program that was known
-- without a name keeps being known with the first one that it tells. Null where it was not seen since.
alter table known_device add column program bytea;

-- migrate:down
