-- Alerts: what people should know of their limits, triggers and orders under review.

-- name: insert_alerts
-- New alerts; one of a limit that was reached before on the same day is left out.
insert into risk_alert (alert_id, user_id, kind, subject, message, event_id, order_id)
select alert_id, user_id, kind, subject, message, event_id, order_id
from unnest(
    %(alert_ids)s::uuid[], %(user_ids)s::uuid[], %(kinds)s::smallint[], %(subjects)s::text[], %(messages)s::text[],
    %(event_ids)s::uuid[], %(order_ids)s::uuid[]
) as a (alert_id, user_id, kind, subject, message, event_id, order_id)
order by user_id, subject
on conflict do nothing
returning alert_id, created_at

-- name: alerts_of_user
-- A page of a person's alerts, newest first.
select alert_id, user_id, kind, subject, message, event_id, order_id, created_at
from risk_alert
where user_id = %(user_id)s
  and (%(before_time)s::timestamptz is null or (created_at, alert_id) < (%(before_time)s, %(before_id)s::uuid))
order by created_at desc, alert_id desc
limit %(row_count)s
