-- name: try_lead
-- Become the one that does some work, if nobody is.
select pg_try_advisory_lock(hashtext(%(work)s), hashtext(current_schema()));

-- name: resign
-- Let another one do it.
select pg_advisory_unlock(hashtext(%(work)s), hashtext(current_schema()));

-- name: last_drawn
-- The highest transfer number that anybody has drawn by now. Asked for before the look has a transaction of its own: see
-- proof_mark.
select case when is_called then last_value + 8191 else 0 end
from transfer_number;

-- name: tidy_lock
-- Take the lock that summarising takes, if nobody has it: one that waits would chase a vacuum away.
lock table transfer in share update exclusive mode nowait;

-- name: tidy
-- Let the index of the tail know the pages that came since: the server would within a minute or two, and until then each
-- look would read them all.
select brin_summarize_new_values('transfer_tail');

-- name: by_index
-- Whatever the planner thinks of a table that grew since it was looked at: the tail is found by its index.
select set_config('enable_seqscan', %(setting)s, true);

-- name: fold
-- Add what came since the last look to what was proven, and answer with the accounts that moved and do not hold: their
-- counters are not the sum of their transfers, they are overdrawn, or their trades are not what their fills say.
with side as (
    select debit_account_id as account_id, number,
           case when phase in (1, 3) then units else 0 end as debits_posted,
           case when phase = 2 then units else -released_units end as debits_pending,
           0 as credits_posted, 0 as credits_pending,
           case when debit_kind = 3 and kind = 4 and phase in (1, 3) then -units else 0 end as traded
    from transfer
    where number > %(number)s
    union all
    select credit_account_id, number, 0, 0, case when phase in (1, 3) then units else 0 end,
           case when phase = 2 then units else -released_units end,
           case when credit_kind = 3 and kind = 3 and phase in (1, 3) then units else 0 end
    from transfer
    where number > %(number)s
), since as (
    select s.account_id, max(s.number) as number, sum(s.debits_posted)::bigint as debits_posted,
           sum(s.debits_pending)::bigint as debits_pending, sum(s.credits_posted)::bigint as credits_posted,
           sum(s.credits_pending)::bigint as credits_pending, sum(s.traded)::bigint as traded
    from side s
    left join proven_account p on p.account_id = s.account_id
    where s.number > coalesce(p.number, 0)
    group by s.account_id
), folded as (
    insert into proven_account as p (
        account_id, number, debits_posted, debits_pending, credits_posted, credits_pending, traded_units
    )
    select account_id, number, debits_posted, debits_pending, credits_posted, credits_pending, traded
    from since
    on conflict (account_id) do update
    set number = excluded.number,
        debits_posted = p.debits_posted + excluded.debits_posted,
        debits_pending = p.debits_pending + excluded.debits_pending,
        credits_posted = p.credits_posted + excluded.credits_posted,
        credits_pending = p.credits_pending + excluded.credits_pending,
        traded_units = p.traded_units + excluded.traded_units
    returning *
)
select f.account_id::text, a.kind, a.owner_id, a.asset, a.frozen_at,
       a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted,
       f.debits_pending, f.debits_posted, f.credits_pending, f.credits_posted,
       f.traded_units, coalesce(t.bought_units - t.sold_units, 0)
from folded f
left join account a on a.id = f.account_id
left join fill_total t on t.event_id = case when a.kind = 3 then a.owner_id::uuid end and t.asset = a.asset
where a.id is null
   or (a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted)
      is distinct from (f.debits_pending, f.debits_posted, f.credits_pending, f.credits_posted)
   or (a.kind not in (7, 8) and a.debits_posted + a.debits_pending > a.credits_posted)
   or (a.kind = 3 and f.traded_units <> coalesce(t.bought_units - t.sold_units, 0))
limit %(limit)s;

-- name: slice_end
-- Where the next portion of all accounts ends; nothing when fewer are left.
select id::text
from account
where id > %(after)s::uuid
order by id
offset %(size)s - 1
limit 1;

-- name: slice
-- The accounts of a portion that do not hold, moved or not: see `fold`, in whose snapshot this is asked.
with portion as (
    select * from account where id > %(after)s::uuid and id <= %(up_to)s::uuid
), proven as (
    select * from proven_account where account_id > %(after)s::uuid and account_id <= %(up_to)s::uuid
)
select coalesce(a.id, p.account_id)::text, a.kind, a.owner_id, a.asset, a.frozen_at,
       a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted,
       coalesce(p.debits_pending, 0), coalesce(p.debits_posted, 0), coalesce(p.credits_pending, 0),
       coalesce(p.credits_posted, 0), coalesce(p.traded_units, 0), coalesce(t.bought_units - t.sold_units, 0)
from portion a
full join proven p on p.account_id = a.id
left join fill_total t on t.event_id = case when a.kind = 3 then a.owner_id::uuid end and t.asset = a.asset
where a.id is null
   or (a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted) is distinct from (
       coalesce(p.debits_pending, 0), coalesce(p.debits_posted, 0), coalesce(p.credits_pending, 0),
       coalesce(p.credits_posted, 0)
   )
   or (a.kind not in (7, 8) and a.debits_posted + a.debits_pending > a.credits_posted)
   or (a.kind = 3 and coalesce(p.traded_units, 0) <> coalesce(t.bought_units - t.sold_units, 0))
order by 1
limit %(limit)s;

-- name: settle
-- Move on to the highest number that no transfer can have any more: all that had been drawn when a look began before
-- which no transaction began that runs in the snapshot of this one.
update proof_progress
set number = m.number
from (
    select max(number) as number
    from proof_mark
    where look <= pg_snapshot_xmin(pg_current_snapshot())
) as m
where m.number > proof_progress.number;

-- name: forget_marks
-- What is settled needs no mark.
delete from proof_mark
where number <= (select number from proof_progress);

-- name: mark
-- Note what had been drawn when this look began. Its snapshot's upper end would not do: that is the transaction after the
-- last that has ended, and one that runs may be later than that.
insert into proof_mark (number, look)
values (%(number)s, pg_current_xact_id())
on conflict (number) do nothing;
