-- migrate:up
set lock_timeout = '5s';

-- How much was traded of late in each event, as the logarithm of a volume that weighs half as much every six hours. All
-- of them fade alike, so their order changes only when somebody trades: nothing is ever counted again.
create table trend (
  event_id uuid primary key references event (event_id),
  score double precision not null,
  -- The last fill that is in it.
  last_sequence bigint not null default 0
) with (fillfactor = 70);

create index trend_highest on trend (score desc, event_id desc);

-- As if one unit had been traded when they were written down.
insert into trend (event_id, score)
select event_id, ln(2) / 21600 * extract(epoch from created_at)::double precision from event where status <> 'draft';

-- migrate:down
