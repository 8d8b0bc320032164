-- migrate:up
set lock_timeout = '5s';

-- A draft that only its author and administrators see. Whoever knows nothing of this column writes published drafts.
alter table event add column unpublished boolean not null default false;
-- Whether the subsidy and the fee are the author's; the house pays otherwise.
alter table event add column creator_pays boolean not null default false;
alter table event add column creation_fee_units bigint not null default 0;
-- Counts how often the draft was published: each has a charge of its own.
alter table event add column publication bigint not null default 0;

-- The range of a scalar event.
alter table event add column scale_lower numeric;
alter table event add column scale_upper numeric;
alter table event add column scale_step numeric;
alter table event add column scale_unit text;
alter table event add constraint event_scale_is_whole check (
  (event_type = 'scalar') = (scale_lower is not null)
  and (scale_lower is null) = (scale_upper is null) and (scale_lower is null) = (scale_step is null)
  and (scale_lower is null) = (scale_unit is null)
  and (scale_lower is null or (scale_lower < scale_upper and scale_step > 0))) not valid;
-- lint-allow migrations: what takes its place stands below, and allows more
alter table event drop constraint event_event_type_check;
alter table event add constraint event_type_is_known check (
  event_type in ('binary', 'multiple_choice', 'scalar')) not valid;
-- lint-allow migrations: what takes its place stands below, and allows more
alter table event drop constraint event_check;
alter table event add constraint event_outcomes_fit check (
  cardinality(outcome_labels) between 2 and 100
  and (event_type = 'multiple_choice' or cardinality(outcome_labels) = 2)) not valid;

-- How long a proposed result may be challenged; null where the platform's own time holds.
alter table event add column challenge_seconds bigint;
alter table event add constraint event_challenge_is_bounded check (
  challenge_seconds between 0 and 2592000) not valid;
-- When it is resolved without anybody saying so, and to what; called off where that is empty.
alter table event add column resolve_by timestamptz;
alter table event add column deadline_payout_millionths bigint[] not null default '{}';

-- The platform's own categories, and the operator's.
create table category (
  category text primary key check (category ~ '^[a-z][a-z0-9-]{1,49}$'),
  label text not null check (char_length(label) between 1 and 100),
  -- The platform's own in their order, the operator's after them.
  place bigint not null,
  created_by uuid,
  created_at timestamptz not null default clock_timestamp()
);
insert into category (category, label, place) values
  ('sports', 'Sports', 1), ('politics', 'Politics', 2), ('crypto', 'Crypto', 3), ('weather', 'Weather', 4),
  ('economics', 'Economics', 5), ('entertainment', 'Entertainment', 6), ('custom', 'Other', 7);
-- lint-allow migrations: what takes its place stands below, and allows more
alter table event drop constraint event_category_check;
alter table event add constraint event_category_is_known foreign key (category) references category (category) not valid;

-- What an author was asked to pay for a publication, and what became of it.
create table charge (
  event_id uuid not null references event (event_id),
  publication bigint not null check (publication > 0),
  user_id uuid not null,
  asset text not null,
  fee_units bigint not null check (fee_units >= 0),
  subsidy_units bigint not null check (subsidy_units > 0),
  status text not null check (status in ('asked', 'paid', 'refused', 'returned')),
  asked_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (event_id, publication)
);

-- The number that a scalar event came to.
alter table verdict add column value numeric;
alter table resolution add column value numeric;

create or replace view event_row as
select e.event_id, e.title, e.description, e.event_type, e.category, e.tags, e.outcome_labels, e.status, e.start_time,
  e.end_time, e.locks_at, e.resolution_source, e.asset, e.subsidy_units, e.prior_millionths, e.creator_user_id,
  e.venue, e.venue_market_id, e.venue_outcome_ids, e.venue_url, e.image_url, e.created_at, e.updated_at, e.version,
  r.revision, r.payout_millionths, r.source, r.note, r.resolved_at, r.closing_sequence, e.search_words,
  e.unpublished, e.creator_pays, e.creation_fee_units, e.publication, e.scale_lower, e.scale_upper, e.scale_step,
  e.scale_unit, e.challenge_seconds, e.resolve_by, e.deadline_payout_millionths, r.value
from event e
left join lateral (
  select l.revision, l.payout_millionths, l.source, l.note, l.resolved_at, l.closing_sequence, l.value
  from resolution l where l.event_id = e.event_id order by l.revision desc limit 1) r on true;

-- lint-allow migrations: nothing is released, and few drafts are unpublished
create index event_unpublished on event (creator_user_id, created_at desc, event_id desc) where unpublished;

-- migrate:down
