-- migrate:up
set lock_timeout = '5s';

-- What the crawler's rules have open is counted before each event that they open.
create index event_crawled_open on event using gin (tags)
  where status in ('draft', 'active') and venue is not null;

-- Every order in which a list may be asked for.
create index event_by_start on event ((coalesce(start_time, end_time)), event_id);
create index event_by_end on event (end_time, event_id);
create index event_by_lock on event (locks_at, event_id);

-- migrate:down
