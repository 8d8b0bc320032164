-- migrate:up
set lock_timeout = '5s';

-- What the market of an event trades by. Whoever knows nothing of this column means the logarithmic rule.
alter table event add column mechanism text not null default 'lmsr';
-- The same bounds as the form's: two outcomes share one pool, and of more each has its own.
alter table event add constraint event_mechanism_fits check (
  case mechanism
    when 'lmsr' then true
    when 'cpmm' then cardinality(outcome_labels) = 2
    when 'cpmm_multi' then cardinality(outcome_labels) between 3 and 20
    else false
  end) not valid;

create or replace view event_row as
select e.event_id, e.title, e.description, e.event_type, e.category, e.tags, e.outcome_labels, e.status, e.start_time,
  e.end_time, e.locks_at, e.resolution_source, e.asset, e.subsidy_units, e.prior_millionths, e.creator_user_id,
  e.venue, e.venue_market_id, e.venue_outcome_ids, e.venue_url, e.image_url, e.created_at, e.updated_at, e.version,
  r.revision, r.payout_millionths, r.source, r.note, r.resolved_at, r.closing_sequence, e.search_words,
  e.unpublished, e.creator_pays, e.creation_fee_units, e.publication, e.scale_lower, e.scale_upper, e.scale_step,
  e.scale_unit, e.challenge_seconds, e.resolve_by, e.deadline_payout_millionths, r.value, e.mechanism
from event e
left join lateral (
  select l.revision, l.payout_millionths, l.source, l.note, l.resolved_at, l.closing_sequence, l.value
  from resolution l where l.event_id = e.event_id order by l.revision desc limit 1) r on true;

-- migrate:down
