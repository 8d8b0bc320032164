-- name: insert_dispute
-- Writes a dispute down whose bond is yet to be held; nothing when the person has one.
insert into dispute (dispute_id, event_id, proposal_number, user_id, reason, evidence_url, status, asset, bond_units,
  created_at)
values (%(dispute_id)s, %(event_id)s, %(proposal_number)s, %(user_id)s, %(reason)s, %(evidence_url)s, 'bonding',
  %(asset)s, %(bond_units)s, %(now)s)
on conflict (event_id, proposal_number, user_id) where status <> 'refused' do nothing;

-- name: dispute
-- One dispute.
select dispute_id, event_id, proposal_number, user_id, reason, evidence_url, status, asset, bond_units, bond_settled,
  created_at, decided_at, decided_by, decision_note
from dispute where dispute_id = %(dispute_id)s;

-- name: undecided
-- Disputes of an event that are not decided yet.
select dispute_id, event_id, proposal_number, user_id, reason, evidence_url, status, asset, bond_units, bond_settled,
  created_at, decided_at, decided_by, decision_note
from dispute where event_id = %(event_id)s and status in ('bonding', 'open') order by dispute_id;

-- name: page
-- Disputes, newest first, after a position.
select dispute_id, event_id, proposal_number, user_id, reason, evidence_url, status, asset, bond_units, bond_settled,
  created_at, decided_at, decided_by, decision_note
from dispute
where (%(user_id)s::uuid is null or user_id = %(user_id)s) and (%(event_id)s::uuid is null or event_id = %(event_id)s)
  and (%(statuses)s::text[] is null or status = any (%(statuses)s))
  and (%(after_time)s::timestamptz is null or (created_at, dispute_id) < (%(after_time)s, %(after_id)s::uuid))
order by created_at desc, dispute_id desc limit %(row_count)s;

-- name: set_status
-- Takes a dispute a step further; the database refuses a step that is none.
update dispute set status = %(status)s where dispute_id = %(dispute_id)s;

-- name: decide
-- Decides a dispute.
update dispute set status = %(status)s, decided_at = %(now)s, decided_by = %(decided_by)s, decision_note = %(note)s
where dispute_id = %(dispute_id)s;

-- name: bond_settled
-- The bond is where the decision sends it.
update dispute set bond_settled = true where dispute_id = %(dispute_id)s;
