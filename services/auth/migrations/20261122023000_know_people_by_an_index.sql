-- migrate:up
set lock_timeout = '5s';

-- By which other accounts of the same person are found: a keyed hash of name and day of birth, none once the account is
-- deleted. A job gives the checks of before theirs.
alter table kyc_check add column person_index bytea;

-- migrate:down
