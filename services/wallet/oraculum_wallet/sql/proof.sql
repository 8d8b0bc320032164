-- name: one_snapshot
-- Let every statement of this transaction see the same instant, and take the time it needs.
set transaction isolation level repeatable read;

-- name: take_time
-- A proof reads more than a request may.
select set_config('statement_timeout', %(milliseconds)s, true);

-- name: sums
-- Sums of all counters by asset; sides must agree.
select asset, sum(debits_posted)::bigint, sum(credits_posted)::bigint, sum(debits_pending)::bigint,
       sum(credits_pending)::bigint
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
select a.id::text, a.debits_pending, a.credits_pending, coalesce(p.debits, 0)::bigint, coalesce(p.credits, 0)::bigint
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

-- name: proven_up_to
-- A number such that every transfer up to it is in what was proven: the numbers drawn by one run, when a later run saw
-- them settled. No batch lives for that long between drawing its numbers and its end. The run that asks is no later run:
-- it has not yet added up what it sees.
select coalesce(max(number), 0)
from proof_run
where ran_at < (
    select max(ran_at) from proof_run where ran_at < now()
) - make_interval(secs => %(settled_seconds)s);

-- name: counters_differ
-- Accounts whose counters are not the sums of their transfers: what was proven before, and what came since.
with side as (
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
    left join proven_account p on p.account_id = s.account_id
    where s.number > coalesce(p.number, 0)
    group by s.account_id
)
select a.id::text,
       a.debits_posted, (coalesce(p.debits_posted, 0) + coalesce(s.debits_posted, 0))::bigint,
       a.debits_pending, (coalesce(p.debits_pending, 0) + coalesce(s.debits_pending, 0))::bigint,
       a.credits_posted, (coalesce(p.credits_posted, 0) + coalesce(s.credits_posted, 0))::bigint,
       a.credits_pending, (coalesce(p.credits_pending, 0) + coalesce(s.credits_pending, 0))::bigint
from account a
full join proven_account p on p.account_id = a.id
full join since s on s.account_id = coalesce(a.id, p.account_id)
where a.id is null
   or a.debits_posted <> coalesce(p.debits_posted, 0) + coalesce(s.debits_posted, 0)
   or a.debits_pending <> coalesce(p.debits_pending, 0) + coalesce(s.debits_pending, 0)
   or a.credits_posted <> coalesce(p.credits_posted, 0) + coalesce(s.credits_posted, 0)
   or a.credits_pending <> coalesce(p.credits_pending, 0) + coalesce(s.credits_pending, 0)
order by a.id
limit %(limit)s;

-- name: remember_proof
-- Add what came since to what was proven; the next proof begins there.
with side as (
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
    select s.account_id, max(s.number) as number, sum(s.debits_posted)::bigint as debits_posted,
           sum(s.debits_pending)::bigint as debits_pending, sum(s.credits_posted)::bigint as credits_posted,
           sum(s.credits_pending)::bigint as credits_pending
    from side s
    left join proven_account p on p.account_id = s.account_id
    where s.number > coalesce(p.number, 0)
    group by s.account_id
)
insert into proven_account as p (
    account_id, number, debits_posted, debits_pending, credits_posted, credits_pending
)
select account_id, number, debits_posted, debits_pending, credits_posted, credits_pending
from since
on conflict (account_id) do update
set number = excluded.number,
    debits_posted = p.debits_posted + excluded.debits_posted,
    debits_pending = p.debits_pending + excluded.debits_pending,
    credits_posted = p.credits_posted + excluded.credits_posted,
    credits_pending = p.credits_pending + excluded.credits_pending;

-- name: forget_proof
-- Begin anew: the next proof adds up the whole ledger.
delete from proven_account;

-- name: forget_runs
-- Begin anew, the other half.
delete from proof_run;

-- name: begin_run
-- Note that a proof begins now, and the highest number drawn so far. The first statement of its transaction.
insert into proof_run (ran_at, number)
select now(), case when is_called then last_value + 8191 else 0 end
from transfer_number;

-- name: forget_old_runs
-- A few runs back is enough.
delete from proof_run where ran_at < clock_timestamp() - interval '1 hour';
