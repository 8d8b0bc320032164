-- migrate:up transaction:false
create index concurrently person_rule_excluded on person_rule (user_id) where excluded_until is not null;

-- migrate:down
