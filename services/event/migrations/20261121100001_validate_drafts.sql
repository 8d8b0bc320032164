-- migrate:up
set lock_timeout = '5s';

-- In a transaction of its own: it reads every row, and lets everybody else read and write meanwhile.
alter table event validate constraint event_scale_is_whole;
alter table event validate constraint event_type_is_known;
alter table event validate constraint event_outcomes_fit;
alter table event validate constraint event_challenge_is_bounded;
alter table event validate constraint event_category_is_known;

-- migrate:down
