-- migrate:up
set lock_timeout = '5s';

-- How far a subscription has been given what a public channel says: a line for everybody is written once, in the
-- channel's own log, and subscriptions catch up with it a portion at a time.
create table webhook_hearing (
  subscription_id uuid not null references webhook on delete cascade,
  channel text not null,
  sequence bigint not null check (sequence >= 0),
  primary key (subscription_id, channel)
);

create index webhook_hearing_behind on webhook_hearing (channel, sequence);

insert into webhook_hearing (subscription_id, channel, sequence)
select w.subscription_id, public.channel, coalesce(c.sequence, 0)
from webhook w
join (values
  ('events', array['event.created', 'event.updated', 'event.locked', 'event.proposed', 'event.disputed',
    'event.resolved', 'event.cancelled']),
  ('system', array['system.maintenance'])) as public (channel, kinds) on w.kinds && public.kinds
left join channel c on c.name = public.channel
where w.disabled_at is null;

-- migrate:down
