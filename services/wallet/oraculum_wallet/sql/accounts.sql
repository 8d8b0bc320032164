-- name: accounts_now
-- Accounts as they are.
select id::text, kind, owner_id, asset, debits_pending, debits_posted, credits_pending, credits_posted, frozen_at
from account
where id = any(%(ids)s::uuid[])
order by id;

-- name: accounts_at
-- Accounts as they were when all that was posted before an instant was: what they are less what came since, so the cost
-- follows how long ago it was.
with side as (
    select debit_account_id as account_id,
           case when phase = 2 then units else -released_units end as debits_pending,
           case when phase in (1, 3) then units else 0 end as debits_posted,
           0 as credits_pending, 0 as credits_posted
    from transfer
    where posted_at >= %(at)s and debit_account_id = any(%(ids)s::uuid[])
    union all
    select credit_account_id, 0, 0,
           case when phase = 2 then units else -released_units end,
           case when phase in (1, 3) then units else 0 end
    from transfer
    where posted_at >= %(at)s and credit_account_id = any(%(ids)s::uuid[])
), since as (
    select account_id, sum(debits_pending)::bigint as debits_pending, sum(debits_posted)::bigint as debits_posted,
           sum(credits_pending)::bigint as credits_pending, sum(credits_posted)::bigint as credits_posted
    from side
    group by account_id
)
select a.id::text, a.kind, a.owner_id, a.asset,
       a.debits_pending - coalesce(s.debits_pending, 0), a.debits_posted - coalesce(s.debits_posted, 0),
       a.credits_pending - coalesce(s.credits_pending, 0), a.credits_posted - coalesce(s.credits_posted, 0),
       a.frozen_at
from account a
left join since s on s.account_id = a.id
where a.id = any(%(ids)s::uuid[])
order by a.id;

-- name: transfers_by_id
-- Transfers as they stand in the ledger.
select id::text, number, phase, kind, debit_account_id::text, debit_kind, credit_account_id::text, credit_kind, asset,
       units, released_units, pending_id::text, event_id::text, reference_id::text, posted_at, debit_balance_units,
       credit_balance_units
from transfer
where id = any(%(ids)s::uuid[])
order by number;

-- name: account_transfers
-- All that touched an account in a time, newest first, before a position.
select id::text, number, phase, kind, debit_account_id::text, debit_kind, credit_account_id::text, credit_kind, asset,
       units, released_units, pending_id::text, event_id::text, reference_id::text, posted_at, debit_balance_units,
       credit_balance_units
from transfer
where posted_at >= %(from_time)s and posted_at < %(to_time)s
  and (debit_account_id = %(account_id)s or credit_account_id = %(account_id)s)
  and (posted_at, number) < (%(before_time)s, %(before_number)s)
order by posted_at desc, number desc
limit %(row_count)s;
