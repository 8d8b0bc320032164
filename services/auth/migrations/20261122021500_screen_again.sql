-- migrate:up
set lock_timeout = '5s';

-- The version of the list of sanctioned names that a person was last held against. Whoever was held against none, or by
-- code that notes nothing here, is held against the list of now by the next look.
alter table kyc_check add column screened bytea not null default '';

comment on column kyc_check.listed is 'Whether a provider''s word is not enough: an administrator alone may approve.';

-- migrate:down
