-- For how long the oldest fill has waited is asked every few seconds, most of all while millions wait.
-- migrate:up transaction:false
create index concurrently fill_waiting_by_age on fill_waiting (received_at);

-- migrate:down
