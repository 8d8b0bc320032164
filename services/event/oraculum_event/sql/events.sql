-- name: insert_event
-- Writes an event down as a draft; nothing when its venue market has one already.
insert into event (event_id, title, description, event_type, category, tags, outcome_labels, status, start_time,
  end_time, resolution_source, asset, subsidy_units, prior_millionths, creator_user_id, venue, venue_market_id,
  venue_outcome_ids, venue_url, image_url, created_at, updated_at, search_text, unpublished, publication, creator_pays,
  creation_fee_units, scale_lower, scale_upper, scale_step, scale_unit, challenge_seconds, resolve_by,
  deadline_payout_millionths, mechanism)
values (%(event_id)s, %(title)s, %(description)s, %(event_type)s, %(category)s, %(tags)s, %(outcome_labels)s, 'draft',
  %(start_time)s, %(end_time)s, %(resolution_source)s, %(asset)s, %(subsidy_units)s, %(prior_millionths)s,
  %(creator_user_id)s, %(venue)s, %(venue_market_id)s, %(venue_outcome_ids)s, %(venue_url)s, %(image_url)s,
  %(now)s, %(now)s, %(search_text)s, %(unpublished)s, %(publication)s, %(creator_pays)s, %(creation_fee_units)s, %(scale_lower)s,
  %(scale_upper)s, %(scale_step)s, %(scale_unit)s, %(challenge_seconds)s, %(resolve_by)s, %(deadline_payout)s,
  %(mechanism)s)
on conflict (venue, venue_market_id) do nothing;

-- name: event
-- One event with its latest resolution.
select event_id, title, description, event_type, category, tags, outcome_labels, status, start_time, end_time, locks_at,
  resolution_source, asset, subsidy_units, prior_millionths, creator_user_id, venue, venue_market_id, venue_outcome_ids,
  venue_url, image_url, created_at, updated_at, version, revision, payout_millionths, source, note, resolved_at,
  closing_sequence, value, unpublished, creator_pays, creation_fee_units, publication, scale_lower, scale_upper,
  scale_step, scale_unit, challenge_seconds, resolve_by, deadline_payout_millionths, mechanism
from event_row where event_id = %(event_id)s;

-- name: lock_event
-- Holds the event's row until the transaction ends: whoever writes facts of an event has this.
select event_id from event where event_id = %(event_id)s for update;

-- name: events_by_id
-- Several events with their latest resolutions.
select event_id, title, description, event_type, category, tags, outcome_labels, status, start_time, end_time, locks_at,
  resolution_source, asset, subsidy_units, prior_millionths, creator_user_id, venue, venue_market_id, venue_outcome_ids,
  venue_url, image_url, created_at, updated_at, version, revision, payout_millionths, source, note, resolved_at,
  closing_sequence, value, unpublished, creator_pays, creation_fee_units, publication, scale_lower, scale_upper,
  scale_step, scale_unit, challenge_seconds, resolve_by, deadline_payout_millionths, mechanism
from event_row where event_id = any (%(event_ids)s);

-- name: event_ids_by_venue_market
-- Events that were opened from these venue markets.
select m.venue, m.venue_market_id, e.event_id
from unnest(%(venues)s::text[], %(venue_market_ids)s::text[]) as m (venue, venue_market_id)
join event e using (venue, venue_market_id);

-- name: set_status
-- Moves an event on; the database refuses a step that is none.
update event set status = %(status)s, updated_at = %(now)s, version = version + 1 where event_id = %(event_id)s;

-- name: is_due
-- Whether the time has come at which an event locks, by the database's own clock.
select locks_at <= clock_timestamp() from event where event_id = %(event_id)s;

-- name: update_event
-- Changes what is given and leaves the rest.
update event set
  title = coalesce(%(title)s, title),
  description = coalesce(%(description)s, description),
  category = coalesce(%(category)s, category),
  image_url = coalesce(%(image_url)s, image_url),
  start_time = coalesce(%(start_time)s, start_time),
  end_time = coalesce(%(end_time)s, end_time),
  resolution_source = coalesce(%(resolution_source)s, resolution_source),
  tags = coalesce(%(tags)s, tags),
  outcome_labels = coalesce(%(outcome_labels)s, outcome_labels),
  prior_millionths = coalesce(%(prior_millionths)s, prior_millionths),
  subsidy_units = coalesce(%(subsidy_units)s, subsidy_units),
  scale_lower = coalesce(%(scale_lower)s, scale_lower),
  scale_upper = coalesce(%(scale_upper)s, scale_upper),
  scale_step = coalesce(%(scale_step)s, scale_step),
  scale_unit = coalesce(%(scale_unit)s, scale_unit),
  mechanism = coalesce(%(mechanism)s, mechanism),
  search_text = coalesce(%(search_text)s, search_text),
  updated_at = %(now)s,
  version = version + 1
where event_id = %(event_id)s;

-- name: publish
-- Shows a draft to everybody; each publication has a number.
update event set unpublished = false, publication = publication + 1, refusal = '', updated_at = %(now)s, version = version + 1
where event_id = %(event_id)s;

-- name: unpublish
-- Makes an event a draft again that only its author sees, with the reason why its market was refused, if it was.
update event set unpublished = true, refusal = %(refusal)s, updated_at = %(now)s, version = version + 1
where event_id = %(event_id)s;

-- name: refusal
-- Why the market of a draft was refused when it was last published; empty where it was not.
select refusal from event where event_id = %(event_id)s;

-- name: keep_venue_word
-- Keeps what an event's venue said last where it could not be taken yet, and forgets an earlier word.
update event set venue_word = %(venue_word)s
where event_id = %(event_id)s and venue_word is distinct from %(venue_word)s;

-- name: venue_word
-- What an event's venue said last, where it could not be taken yet.
select venue_word from event where event_id = %(event_id)s;

-- name: count_open_by_rule
-- How many events are drafts or open that crawler rules opened; a rule's word is among their tags.
select tag, count(*) from event cross join unnest(tags) as tag
where status in ('draft', 'active') and venue is not null and tags && %(tags)s::text[] and tag = any (%(tags)s)
group by tag;

-- name: hold_crawler
-- Held until the transaction ends, so that replicas count one after the other what each of them opens.
select pg_advisory_xact_lock(hashtextextended(current_schema() || '.crawler', 0));

-- name: list_events
-- Events of a list; the repository adds what is asked for: filters, order, how many.
select event_id, title, description, event_type, category, tags, outcome_labels, status, start_time, end_time, locks_at,
  resolution_source, asset, subsidy_units, prior_millionths, creator_user_id, venue, venue_market_id, venue_outcome_ids,
  venue_url, image_url, created_at, updated_at, version, revision, payout_millionths, source, note, resolved_at,
  closing_sequence, value, unpublished, creator_pays, creation_fee_units, publication, scale_lower, scale_upper,
  scale_step, scale_unit, challenge_seconds, resolve_by, deadline_payout_millionths, mechanism
from event_row
