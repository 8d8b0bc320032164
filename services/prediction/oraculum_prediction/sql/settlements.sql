-- Settlement: what events came to, what people are due, and how far paying them is.

-- name: hear_resolution
-- Notes a revision of what an event came to, once. The first that is heard pays at once; a later one takes back first. One
-- that comes behind a later one, as from the topic of dead letters, says nothing any more.
insert into settlement (event_id, revision, payout_prices, refunded, closing_sequence, step)
select m.event_id, %(revision)s, %(payout_prices)s::bigint[], %(refunded)s, %(closing_sequence)s,
    case when exists (select from settlement s where s.event_id = m.event_id) then 1 else 2 end
from market m
where m.event_id = %(event_id)s
  and not exists (select from settlement s where s.event_id = m.event_id and s.revision > %(revision)s)
on conflict (event_id, revision) do nothing
returning event_id

-- name: next_settlement
-- The oldest revision of an event that is not done, with what it needs to know of the market. It corrects another where there
-- is one before it: the first that is heard may have any number, where a malformed one was put aside.
select s.event_id, s.revision, s.payout_prices, s.refunded, s.closing_sequence, s.step, s.after_user_id,
    s.people_paid, s.paid_units, s.taken_back_units, s.lost_units, m.asset, m.escrow_units, m.sequence,
    m.sold, m.status,
    exists (select from settlement o where o.event_id = s.event_id and o.revision < s.revision) as corrects
from settlement s
join market m on m.event_id = s.event_id
where s.event_id = %(event_id)s and s.step < 5
order by s.revision
limit 1

-- name: people_to_pay
-- The next people by id: what they hold, what it cost, and what earlier revisions moved to them in all; everybody, or only those
-- of whom this revision has no payout.
with page as (
    select distinct h.user_id
    from position h
    where h.event_id = %(event_id)s and (%(after_user_id)s::uuid is null or h.user_id > %(after_user_id)s)
      and (not %(unpaid_only)s or not exists (
          select from payout y
          where y.event_id = %(event_id)s and y.user_id = h.user_id and y.revision = %(revision)s
      ))
    order by h.user_id
    limit %(row_count)s
)
select p.user_id, array_agg(p.outcome order by p.outcome), array_agg(p.shares order by p.outcome),
    sum(p.realised_units - p.cost_units)::bigint,
    coalesce((
        select sum(y.moved_units) from payout y
        where y.event_id = %(event_id)s and y.user_id = p.user_id and y.revision < %(revision)s
    ), 0)::bigint,
    exists (
        select from payout y
        where y.event_id = %(event_id)s and y.user_id = p.user_id and y.revision = %(revision)s
    )
from page
join position p on p.user_id = page.user_id and p.event_id = %(event_id)s
group by p.user_id
order by p.user_id

-- name: resting_purchases
-- Who of these people has purchases resting that are paid in an asset, and where.
select distinct o.user_id, o.event_id
from trade_order o
join market m on m.event_id = o.event_id
where o.user_id = any(%(user_ids)s::uuid[]) and o.status in (7, 8) and o.side = 1 and m.asset = %(asset)s

-- name: insert_payouts
-- What was moved for these people; who has a row of this revision keeps it.
insert into payout (event_id, user_id, revision, due_units, moved_units)
select %(event_id)s, user_id, %(revision)s, due_units, moved_units
from unnest(%(user_ids)s::uuid[], %(due)s::bigint[], %(moved)s::bigint[]) as p (user_id, due_units, moved_units)

-- name: pay_positions
-- What each position was paid; the parts of a person add up to what the person was paid. Answers with what that changes for
-- each: what is at stake no more, and what was won or lost, of which a later revision adds the difference only.
with settled as (
    update position p
    set payout_units = paid.units
    from unnest(%(user_ids)s::uuid[], %(outcomes)s::smallint[], %(units)s::bigint[]) as paid (user_id, outcome, units)
    where p.event_id = %(event_id)s and p.user_id = paid.user_id and p.outcome = paid.outcome
    returning p.user_id, p.cost_units, old.payout_units as before_units, new.payout_units as units
)
select user_id, -coalesce(sum(cost_units) filter (where before_units is null), 0)::bigint,
    sum(units - coalesce(before_units, cost_units))::bigint
from settled
group by user_id

-- name: advance_settlement
-- Notes how far it is, if it still is where the work began: a worker that slept must not set it back.
update settlement
set step = %(step)s,
    after_user_id = %(after_user_id)s,
    people_paid = people_paid + %(people)s,
    paid_units = paid_units + %(paid)s,
    taken_back_units = taken_back_units + %(taken_back)s,
    lost_units = lost_units + %(lost)s
where event_id = %(event_id)s and revision = %(revision)s and step = %(from_step)s
  and after_user_id is not distinct from %(from_user_id)s::uuid

-- name: finish_settlement
-- Everybody was paid and the escrow is empty.
update settlement
set step = 5, settled_at = clock_timestamp(), rounding_units = %(rounding)s, house_result_units = %(house_result)s
where event_id = %(event_id)s and revision = %(revision)s and step < 5

-- name: still_due
-- What a revision will yet pay out: what people are due beyond what was moved to them.
select coalesce(sum(greatest(due.units - due.moved, 0)), 0)::bigint
from (
    select p.user_id,
        floor(sum(p.shares::numeric * (%(payout_prices)s::bigint[])[p.outcome + 1]) / 1000000) as units,
        coalesce(min(y.moved), 0) as moved
    from position p
    left join (
        select user_id, sum(moved_units) as moved from payout where event_id = %(event_id)s group by user_id
    ) y on y.user_id = p.user_id
    where p.event_id = %(event_id)s
    group by p.user_id
) as due

-- name: measure_undone
-- How many settlements are not done, and for how many seconds the oldest has not been.
select count(*), coalesce(extract(epoch from clock_timestamp() - min(heard_at)), 0)::float8
from settlement
where step < 5
