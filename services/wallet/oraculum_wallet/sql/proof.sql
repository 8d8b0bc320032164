-- name: one_snapshot
-- Let every statement of this transaction see the same instant, and take the time it needs.
set transaction isolation level repeatable read;

-- name: take_time
-- A proof reads more than a request may.
select set_config('statement_timeout', %(milliseconds)s, true);

-- name: sums
-- Sums of all counters by asset; sides must agree. Each counter fits 64 bits, and their sum need not: every unit is counted
-- again with each account that it passes.
select asset, sum(debits_posted), sum(credits_posted), sum(debits_pending), sum(credits_pending)
from account
group by asset
order by asset;

-- name: overdrawn
-- Accounts that spent more than they had.
select id::text, kind, debits_posted + debits_pending - credits_posted
from account
where kind not in (7, 8) and debits_posted + debits_pending > credits_posted
order by id
limit %(limit)s;

-- name: pending_differs
-- Accounts whose pending counters are not what is pending.
with side as (
    select debit_account_id as account_id, units as debits, 0 as credits from pending_transfer
    union all
    select credit_account_id, 0, units from pending_transfer
), pending as (
    select account_id, sum(debits) as debits, sum(credits) as credits from side group by account_id
)
select a.id::text, a.debits_pending, a.credits_pending, coalesce(p.debits, 0), coalesce(p.credits, 0)
from account a
left join pending p on p.account_id = a.id
where (a.debits_pending, a.credits_pending) <> (coalesce(p.debits, 0), coalesce(p.credits, 0))
order by a.id
limit %(limit)s;

-- name: statement_differs
-- People whose last entry shows another balance than their account has.
select a.id::text, a.credits_posted - a.debits_posted, coalesce(last.balance, 0)
from account a
left join lateral (
    select balance
    from (
        (
            select debit_balance_units as balance, posted_at, number
            from transfer
            where debit_account_id = a.id and debit_kind = 1 and units > 0 and phase in (1, 3)
            order by posted_at desc, number desc
            limit 1
        )
        union all
        (
            select credit_balance_units, posted_at, number
            from transfer
            where credit_account_id = a.id and credit_kind = 1 and units > 0 and phase in (1, 3)
            order by posted_at desc, number desc
            limit 1
        )
    ) as ends
    order by posted_at desc, number desc
    limit 1
) as last on true
where a.kind = 1
  and a.changed_at > clock_timestamp() - make_interval(secs => %(changed_seconds)s)
  and a.credits_posted - a.debits_posted <> coalesce(last.balance, 0)
order by a.id
limit %(limit)s;

-- name: reserves_differ
-- People whose account of order reserves has something else than lies behind their orders, order by order.
with behind as (
    select account_id, sum(units_left) as units from order_reserve group by account_id
)
select coalesce(a.id, b.account_id)::text, coalesce(a.credits_posted - a.debits_posted, 0), coalesce(b.units, 0)
from (select id, credits_posted, debits_posted from account where kind = 2) as a
full join behind b on b.account_id = a.id
where coalesce(a.credits_posted - a.debits_posted, 0) <> coalesce(b.units, 0)
order by 1
limit %(limit)s;

-- name: proven_up_to
-- The number up to which every transfer is in what was proven.
select number from proof_progress;

-- name: counters_differ
-- Accounts whose counters are not the sums of their transfers: what was proven before, and what came since. Or, anew, of
-- all their transfers, trusting no earlier proof.
with proven as (
    select * from proven_account where not %(anew)s
), side as (
    select debit_account_id as account_id, number,
           case when phase in (1, 3) then units else 0 end as debits_posted,
           case when phase = 2 then units else -released_units end as debits_pending,
           0 as credits_posted, 0 as credits_pending
    from transfer
    where number > %(number)s
    union all
    select credit_account_id, number, 0, 0, case when phase in (1, 3) then units else 0 end,
           case when phase = 2 then units else -released_units end
    from transfer
    where number > %(number)s
), since as (
    select s.account_id, sum(s.debits_posted) as debits_posted, sum(s.debits_pending) as debits_pending,
           sum(s.credits_posted) as credits_posted, sum(s.credits_pending) as credits_pending
    from side s
    left join proven p on p.account_id = s.account_id
    where s.number > coalesce(p.number, 0)
    group by s.account_id
)
select coalesce(a.id, p.account_id, s.account_id)::text, a.kind,
       a.debits_posted, coalesce(p.debits_posted, 0) + coalesce(s.debits_posted, 0),
       a.debits_pending, coalesce(p.debits_pending, 0) + coalesce(s.debits_pending, 0),
       a.credits_posted, coalesce(p.credits_posted, 0) + coalesce(s.credits_posted, 0),
       a.credits_pending, coalesce(p.credits_pending, 0) + coalesce(s.credits_pending, 0)
from account a
full join proven p on p.account_id = a.id
full join since s on s.account_id = coalesce(a.id, p.account_id)
where a.id is null
   or a.debits_posted <> coalesce(p.debits_posted, 0) + coalesce(s.debits_posted, 0)
   or a.debits_pending <> coalesce(p.debits_pending, 0) + coalesce(s.debits_pending, 0)
   or a.credits_posted <> coalesce(p.credits_posted, 0) + coalesce(s.credits_posted, 0)
   or a.credits_pending <> coalesce(p.credits_pending, 0) + coalesce(s.credits_pending, 0)
order by 1
limit %(limit)s;
