-- name: freeze
-- Freeze an account; nothing when it is frozen already, or gone.
update account
set frozen_at = clock_timestamp()
where id = %(account_id)s and frozen_at is null
returning true;

-- name: thaw
-- Let an account take part again, unless another incident keeps it frozen.
update account
set frozen_at = null
where id = %(account_id)s
  and not exists (select from incident where account_id = %(account_id)s and closed_at is null);

-- name: open_account_incident
-- Write down what is wrong with an account, once; true when it is news.
insert into incident (id, kind, event_id, account_id, details)
values (%(id)s, %(kind)s, %(event_id)s, %(account_id)s, %(details)s)
on conflict (id) do update
set closed_at = null, closed_by = null, note = null, opened_at = clock_timestamp(), details = excluded.details
where incident.closed_at is not null
returning true;

-- name: incident
-- One incident, ours alone until the transaction ends.
select id, kind, event_id::text, account_id::text, reference_id::text, details, opened_at, closed_at, closed_by, note
from incident
where id = %(id)s
for update;

-- name: incidents
-- Incidents, newest first, before a position.
select id, kind, event_id::text, account_id::text, reference_id::text, details, opened_at, closed_at, closed_by, note
from incident
where (closed_at is null or %(include_closed)s) and (opened_at, id) < (%(before_time)s, %(before_id)s::uuid)
order by opened_at desc, id desc
limit %(row_count)s;

-- name: close_incident
-- A person has looked at it.
update incident
set closed_at = clock_timestamp(), closed_by = %(user_id)s, note = %(note)s
where id = %(id)s;

-- name: account_differs
-- Whether one account still breaks an invariant: what was proven of it, and what came since.
with p as (
    select * from proven_account where account_id = %(account_id)s
), side as (
    select case when phase in (1, 3) then units else 0 end as debits_posted,
           case when phase = 2 then units else -released_units end as debits_pending,
           0 as credits_posted, 0 as credits_pending,
           case when debit_kind = 3 and kind = 4 and phase in (1, 3) then -units else 0 end as traded
    from transfer
    where number > (select number from proof_progress) and debit_account_id = %(account_id)s
      and number > coalesce((select number from p), 0)
    union all
    select 0, 0, case when phase in (1, 3) then units else 0 end,
           case when phase = 2 then units else -released_units end,
           case when credit_kind = 3 and kind = 3 and phase in (1, 3) then units else 0 end
    from transfer
    where number > (select number from proof_progress) and credit_account_id = %(account_id)s
      and number > coalesce((select number from p), 0)
), due as (
    select coalesce(sum(debits_pending), 0) + coalesce((select debits_pending from p), 0) as debits_pending,
           coalesce(sum(debits_posted), 0) + coalesce((select debits_posted from p), 0) as debits_posted,
           coalesce(sum(credits_pending), 0) + coalesce((select credits_pending from p), 0) as credits_pending,
           coalesce(sum(credits_posted), 0) + coalesce((select credits_posted from p), 0) as credits_posted,
           coalesce(sum(traded), 0) + coalesce((select traded_units from p), 0) as traded
    from side
)
select (a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted)
       is distinct from (due.debits_pending, due.debits_posted, due.credits_pending, due.credits_posted)
   or (a.kind not in (7, 8) and a.debits_posted + a.debits_pending > a.credits_posted)
   or (a.kind = 3 and due.traded <> coalesce(t.bought_units - t.sold_units, 0))
from due
left join account a on a.id = %(account_id)s
left join fill_total t on t.event_id = case when a.kind = 3 then a.owner_id::uuid end and t.asset = a.asset;
