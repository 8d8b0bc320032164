-- name: insert_proposal
-- Proposes a result; it may be disputed for so many seconds by the database's own clock.
insert into proposal (event_id, number, payout_millionths, value, source, note, actor_user_id, confirmed_by,
  closing_sequence, proposed_at, challenge_ends_at, bond_units)
select %(event_id)s, coalesce(max(number), 0) + 1, %(payout_millionths)s, %(value)s, %(source)s, %(note)s,
  %(actor_user_id)s, %(confirmed_by)s, %(closing_sequence)s, now(), now() + make_interval(secs => %(seconds)s),
  %(bond_units)s
from proposal where event_id = %(event_id)s
returning challenge_ends_at;

-- name: proposals
-- The latest proposals of these events, and how many disputes of each are undecided.
select distinct on (p.event_id) p.event_id, p.number, p.payout_millionths, p.value, p.source, p.note, p.actor_user_id,
  p.confirmed_by, p.closing_sequence, p.proposed_at, p.challenge_ends_at, p.bond_units, p.overturned_at,
  p.challenge_ends_at <= clock_timestamp() as ended,
  (select count(*) from dispute d where d.event_id = p.event_id and d.proposal_number = p.number
    and d.status in ('bonding', 'open')) as undecided
from proposal p where p.event_id = any (%(event_ids)s) order by p.event_id, p.number desc;

-- name: overturn
-- A dispute was upheld against a proposal.
update proposal set overturned_at = %(now)s
where event_id = %(event_id)s and number = %(number)s and overturned_at is null;

-- name: is_overturned
-- Whether a dispute was upheld against the latest proposal of an event; nothing where there is none.
select overturned_at is not null from proposal where event_id = %(event_id)s order by number desc limit 1;

-- name: waiting_verdicts
-- Results of these events that wait for another administrator.
select event_id, kind, payout_millionths, source, note, actor_user_id, asked_at, value, awaits_confirmation, confirmed_by,
  void_hour_ends_at
from verdict where event_id = any (%(event_ids)s) and awaits_confirmation;

-- name: await_confirmation
-- Lets a verdict wait for another administrator.
update verdict set awaits_confirmation = true where event_id = %(event_id)s;

-- name: confirm
-- Another administrator says the same.
update verdict set awaits_confirmation = false, confirmed_by = %(confirmed_by)s where event_id = %(event_id)s;
