-- migrate:up
set lock_timeout = '5s';

-- The administrator who decided; none where the provider did, or where it was decided before this was written down.
alter table kyc_check add column decided_by uuid;

-- migrate:down
