-- migrate:up transaction:false
create index concurrently kyc_check_same_person on kyc_check (person_index) where person_index is not null;

-- migrate:down
