-- Triggers: sales that wait for a price.

-- name: insert_trigger
-- A new trigger, unless the person has as many waiting as may be.
insert into risk_trigger (trigger_id, user_id, event_id, outcome, kind, price, shares, limit_price)
select %(trigger_id)s, %(user_id)s, %(event_id)s, %(outcome)s, %(kind)s, %(price)s, %(shares)s, %(limit_price)s
where (select count(*) from risk_trigger where user_id = %(user_id)s and status = 1) < %(waiting_max)s
returning number

-- name: sellable_shares
-- What a person could sell of an outcome now.
select shares - reserved from position
where user_id = %(user_id)s and event_id = %(event_id)s and outcome = %(outcome)s

-- name: trigger
-- One trigger.
select trigger_id, user_id, event_id, outcome, kind, price, shares, limit_price, status, order_shares, reason, created_at,
    fired_at
from risk_trigger
where trigger_id = %(trigger_id)s

-- name: triggers_of_user
-- A page of a person's triggers, newest first.
select trigger_id, user_id, event_id, outcome, kind, price, shares, limit_price, status, order_shares, reason, created_at,
    fired_at
from risk_trigger
where user_id = %(user_id)s
  and (%(event_id)s::uuid is null or event_id = %(event_id)s)
  and (%(before_time)s::timestamptz is null or (created_at, trigger_id) < (%(before_time)s, %(before_id)s::uuid))
order by created_at desc, trigger_id desc
limit %(row_count)s

-- name: cancel_trigger
-- Takes back a trigger that waits.
update risk_trigger set status = 5, ended_at = clock_timestamp(), reason = %(reason)s
where trigger_id = %(trigger_id)s and status = 1

-- name: cancel_closed_triggers
-- Takes back what waits on markets that trade no more.
update risk_trigger t set status = 5, ended_at = clock_timestamp(), reason = 'MARKET_CLOSED'
from market m
where m.event_id = t.event_id and t.status = 1 and m.status <> 1

-- name: waiting_triggers
-- Triggers that came since; some that were known before may be among them.
select trigger_id, number, event_id, outcome, kind, price
from risk_trigger
where status = 1 and number > %(after_number)s
order by number
limit %(row_count)s

-- name: triggers_that_wait
-- Which of these wait still.
select trigger_id from risk_trigger where trigger_id = any(%(trigger_ids)s::uuid[]) and status = 1

-- name: reached_triggers
-- Triggers whose price is there now, whether or not anybody noticed.
select t.trigger_id
from risk_trigger t
join market m on m.event_id = t.event_id and m.status = 1 and clock_timestamp() < m.locks_at
where t.status = 1
  and case t.kind when 1 then m.prices[t.outcome + 1] <= t.price else m.prices[t.outcome + 1] >= t.price end
limit %(row_count)s

-- name: fire_trigger
-- Fires a trigger that waits and whose price is there, once whoever asks, and says how much it sells: what it was told to,
-- or what is there.
update risk_trigger t
set status = 2, fired_at = clock_timestamp(), order_shares = least(coalesce(t.shares, p.shares - p.reserved), p.shares - p.reserved)
from position p, market m
where t.trigger_id = %(trigger_id)s and t.status = 1
  and p.user_id = t.user_id and p.event_id = t.event_id and p.outcome = t.outcome and p.shares > p.reserved
  and m.event_id = t.event_id
  and case t.kind when 1 then m.prices[t.outcome + 1] <= t.price else m.prices[t.outcome + 1] >= t.price end
returning t.trigger_id, t.user_id, t.event_id, t.outcome, t.kind, t.price, t.shares, t.limit_price, t.status,
    t.order_shares, t.reason, t.created_at, t.fired_at

-- name: cancel_sold_out
-- Takes back a trigger whose price is there when there is nothing left that it could sell.
update risk_trigger t set status = 5, ended_at = clock_timestamp(), reason = 'NOTHING_TO_SELL'
from market m
where t.trigger_id = %(trigger_id)s and t.status = 1 and m.event_id = t.event_id
  and case t.kind when 1 then m.prices[t.outcome + 1] <= t.price else m.prices[t.outcome + 1] >= t.price end
  and not exists (
      select from position p
      where p.user_id = t.user_id and p.event_id = t.event_id and p.outcome = t.outcome and p.shares > p.reserved
  )

-- name: fired_triggers
-- Triggers whose sale was not placed a while after they fired: who fired them may be gone.
select trigger_id, user_id, event_id, outcome, kind, price, shares, limit_price, status, order_shares, reason, created_at,
    fired_at
from risk_trigger
where status = 2 and fired_at < clock_timestamp() - make_interval(secs => %(older_seconds)s)
order by fired_at
limit %(row_count)s

-- name: end_trigger
-- Notes what became of the sale, once.
update risk_trigger set status = %(status)s, ended_at = clock_timestamp(), reason = %(reason)s
where trigger_id = %(trigger_id)s and status = 2
