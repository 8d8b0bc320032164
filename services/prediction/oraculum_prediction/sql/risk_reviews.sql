-- Reviews: orders that wait for somebody to look at them, and by what people are known to belong together.

-- name: insert_reviews
-- Orders that are held; one that was held before fails the whole batch, as an order that was decided before does.
insert into risk_review (
    order_id, user_id, event_id, outcome, side, amount_units, asked_shares, limit_price, tier, request, request_hash, score,
    signals, received_at, kyc, jurisdiction
)
select order_id, user_id, event_id, outcome, side, amount_units, asked_shares, limit_price, tier, request, request_hash,
    score, signals::jsonb, received_at, kyc, jurisdiction
from unnest(
    %(order_ids)s::uuid[], %(user_ids)s::uuid[], %(event_ids)s::uuid[], %(outcomes)s::smallint[], %(sides)s::smallint[],
    %(amounts)s::bigint[], %(asked_shares)s::bigint[], %(limits)s::bigint[], %(tiers)s::text[], %(requests)s::bytea[],
    %(request_hashes)s::bytea[], %(scores)s::bigint[], %(signals)s::text[], %(received)s::timestamptz[], %(kycs)s::text[],
    %(jurisdictions)s::text[]
) as r (
    order_id, user_id, event_id, outcome, side, amount_units, asked_shares, limit_price, tier, request, request_hash, score,
    signals, received_at, kyc, jurisdiction
)
order by order_id

-- name: reviews_by_id
-- Reviews of these orders.
select r.order_id, r.user_id, r.event_id, r.outcome, r.side, r.amount_units, r.asked_shares, r.limit_price, r.tier,
    r.request, r.request_hash, r.score, r.signals, r.status, r.received_at, m.asset, r.kyc, r.jurisdiction, r.created_at,
    r.decided_at, r.decided_by, r.note
from risk_review r
join market m on m.event_id = r.event_id
where r.order_id = any(%(order_ids)s::uuid[])

-- name: reviews
-- A page of reviews in one state, oldest first.
select r.order_id, r.user_id, r.event_id, r.outcome, r.side, r.amount_units, r.asked_shares, r.limit_price, r.tier,
    r.request, r.request_hash, r.score, r.signals, r.status, r.received_at, m.asset, r.kyc, r.jurisdiction, r.created_at,
    r.decided_at, r.decided_by, r.note
from risk_review r
join market m on m.event_id = r.event_id
where r.status = %(status)s
  and (%(after_time)s::timestamptz is null or (r.created_at, r.order_id) > (%(after_time)s, %(after_id)s::uuid))
order by r.created_at, r.order_id
limit %(row_count)s

-- name: reviews_of_user
-- A page of a person's orders that wait or were turned away, newest first: those that no other row tells of.
select r.order_id, r.user_id, r.event_id, r.outcome, r.side, r.amount_units, r.asked_shares, r.limit_price, r.tier,
    r.request, r.request_hash, r.score, r.signals, r.status, r.received_at, m.asset, r.kyc, r.jurisdiction, r.created_at,
    r.decided_at, r.decided_by, r.note
from risk_review r
join market m on m.event_id = r.event_id
where r.user_id = %(user_id)s
  and r.status <> 3
  and r.status = any(%(statuses)s::smallint[])
  and (%(event_id)s::uuid is null or r.event_id = %(event_id)s)
  and (%(before)s::timestamptz is null or (r.created_at, r.order_id) < (%(before)s, %(before_id)s::uuid))
order by r.created_at desc, r.order_id desc
limit %(row_count)s

-- name: decide_review
-- Decides a review that is pending, once.
update risk_review
set status = %(status)s, decided_at = clock_timestamp(), decided_by = %(decided_by)s, note = %(note)s
where order_id = %(order_id)s and status = 1

-- name: approved_reviews
-- Approved orders that were not placed a while after: who approved them may be gone.
select r.order_id, r.user_id, r.event_id, r.outcome, r.side, r.amount_units, r.asked_shares, r.limit_price, r.tier,
    r.request, r.request_hash, r.score, r.signals, r.status, r.received_at, m.asset, r.kyc, r.jurisdiction, r.created_at,
    r.decided_at, r.decided_by, r.note
from risk_review r
join market m on m.event_id = r.event_id
where r.status = 2 and r.decided_at < clock_timestamp() - make_interval(secs => %(older_seconds)s)
    and r.order_id > %(after)s::uuid
order by r.order_id
limit %(row_count)s

-- name: conclude_reviews
-- Notes that approved orders are being decided in this transaction; those that were not before.
update risk_review set status = 3
where order_id = any(%(order_ids)s::uuid[]) and status = 2
returning order_id

-- name: forget_pending_answers
-- Removes the answers that said that these orders wait, in the transaction that stores what became of them.
delete from idempotency where id = any(%(order_ids)s::uuid[])

-- name: see_people
-- Notes from which devices and addresses people came.
insert into risk_sighting (kind, trace, user_id)
select kind, decode(trace, 'hex'), user_id
from unnest(%(kinds)s::smallint[], %(traces)s::text[], %(user_ids)s::uuid[]) as s (kind, trace, user_id)
order by 1, 2, 3
on conflict (kind, trace, user_id) do update set last_at = clock_timestamp()

-- name: people_behind
-- Who came from these devices and addresses in the last month, a bounded number of each.
select a.kind, encode(s.trace, 'hex'), s.user_id
from unnest(%(kinds)s::smallint[], %(traces)s::text[]) as a (kind, trace)
cross join lateral (
    select s.trace, s.user_id
    from risk_sighting s
    where s.kind = a.kind and s.trace = decode(a.trace, 'hex') and s.last_at > clock_timestamp() - interval '30 days'
    limit %(people_max)s
) s

-- name: recent_trades_of
-- What these people traded in these markets within the hour, each asked about those that are named beside them. It is read
-- from the people's side, and of each the newest so many orders and fills of the hour: a batch of everybody's waits for
-- it, and reading the hour of a market would read what all others traded. Sets that become cash and subsidies oppose
-- nobody. (An index is of no use to clock_timestamp(), which may be another for each row.)
with traded as materialized (
    select a.user_id, array_agg(a.event_id) as event_ids
    from unnest(%(event_ids)s::uuid[], %(user_ids)s::uuid[]) as a (event_id, user_id)
    cross join lateral (
        select from position p where p.user_id = a.user_id and p.event_id = a.event_id limit 1
    ) as position
    group by a.user_id
)
select arrived.event_id, traded.user_id, arrived.outcome, arrived.side
from traded
cross join lateral (
    select o.event_id, o.outcome, o.side, o.type, o.fill_sequence
    from trade_order o
    where o.user_id = traded.user_id and o.created_at > statement_timestamp() - interval '1 hour'
    order by o.created_at desc, o.order_id desc
    limit %(looked_at_max)s
) as arrived
where arrived.event_id = any(traded.event_ids) and arrived.type in (1, 2) and arrived.fill_sequence is not null
union
select rested.event_id, traded.user_id, rested.outcome, rested.side
from traded
cross join lateral (
    select f.event_id, f.outcome, f.side
    from fill f
    where f.user_id = traded.user_id and f.role = 2 and f.filled_at > statement_timestamp() - interval '1 hour'
    order by f.filled_at desc, f.sequence desc
    limit %(looked_at_max)s
) as rested
where rested.event_id = any(traded.event_ids)
