-- name: balances
-- A person's accounts, and how far the fills of some events are applied: one statement, so both are of one instant.
select kind, asset, credits_posted - debits_posted - debits_pending, debits_pending, credits_posted + credits_pending,
       null as event_id, 0 as sequence
from account
where id = any(%(account_ids)s::uuid[])
union all
select 0, '', 0, 0, 0, event_id::text, sequence
from fill_progress
where event_id = any(%(event_ids)s::uuid[]);

-- name: entries_before
-- What went out of and came into accounts of people, newest first, between two positions; a few rows of each index, or where
-- only some kinds are asked for all of them from the first position on.
select entry.*
from unnest(%(account_ids)s::uuid[]) as named (account_id)
cross join lateral (
    (
        select id::text as transfer_id, kind, asset, -units as units, event_id::text, reference_id::text, posted_at,
               debit_balance_units as balance_units, number
        from transfer
        where debit_account_id = named.account_id and debit_kind = 1 and units > 0 and phase in (1, 3)
          and (posted_at, number) < (%(before_time)s, %(before_number)s)
          and (posted_at, number) >= (%(from_time)s, %(from_number)s)
          and (%(kinds)s::smallint[] is null or kind = any(%(kinds)s::smallint[]))
        order by posted_at desc, number desc
        limit %(row_count)s
    )
    union all
    (
        select id::text, kind, asset, units, event_id::text, reference_id::text, posted_at, credit_balance_units, number
        from transfer
        where credit_account_id = named.account_id and credit_kind = 1 and units > 0 and phase in (1, 3)
          and (posted_at, number) < (%(before_time)s, %(before_number)s)
          and (posted_at, number) >= (%(from_time)s, %(from_number)s)
          and (%(kinds)s::smallint[] is null or kind = any(%(kinds)s::smallint[]))
        order by posted_at desc, number desc
        limit %(row_count)s
    )
) as entry
order by entry.posted_at desc, entry.number desc
limit %(row_count)s;

-- name: entry_so_far_back
-- The position behind which each index has no more than so many entries before another; none where no index has as many.
select entry.posted_at, entry.number
from unnest(%(account_ids)s::uuid[]) as named (account_id)
cross join lateral (
    (
        select posted_at, number
        from transfer
        where debit_account_id = named.account_id and debit_kind = 1 and units > 0 and phase in (1, 3)
          and (posted_at, number) < (%(before_time)s, %(before_number)s)
        order by posted_at desc, number desc
        offset %(row_count)s - 1
        limit 1
    )
    union all
    (
        select posted_at, number
        from transfer
        where credit_account_id = named.account_id and credit_kind = 1 and units > 0 and phase in (1, 3)
          and (posted_at, number) < (%(before_time)s, %(before_number)s)
        order by posted_at desc, number desc
        offset %(row_count)s - 1
        limit 1
    )
) as entry
order by entry.posted_at desc, entry.number desc
limit 1;

-- name: entries_between
-- What went out of and came into one account of a person, oldest first, after a position and before an instant, and the
-- last entry up to that position: one statement, so that nothing slips in between.
with entry as (
    (
        select id::text as transfer_id, kind, asset, -units as units, event_id::text, reference_id::text, posted_at,
               debit_balance_units as balance_units, number
        from transfer
        where debit_account_id = %(account_id)s and debit_kind = 1 and units > 0 and phase in (1, 3)
          and (posted_at, number) > (%(after_time)s, %(after_number)s) and posted_at < %(to_time)s
        order by posted_at, number
        limit %(row_count)s
    )
    union all
    (
        select id::text, kind, asset, units, event_id::text, reference_id::text, posted_at, credit_balance_units, number
        from transfer
        where credit_account_id = %(account_id)s and credit_kind = 1 and units > 0 and phase in (1, 3)
          and (posted_at, number) > (%(after_time)s, %(after_number)s) and posted_at < %(to_time)s
        order by posted_at, number
        limit %(row_count)s
    )
    union all
    (
        select id::text, kind, asset, -units, event_id::text, reference_id::text, posted_at, debit_balance_units, number
        from transfer
        where debit_account_id = %(account_id)s and debit_kind = 1 and units > 0 and phase in (1, 3)
          and (posted_at, number) <= (%(after_time)s, %(after_number)s)
        order by posted_at desc, number desc
        limit 1
    )
    union all
    (
        select id::text, kind, asset, units, event_id::text, reference_id::text, posted_at, credit_balance_units, number
        from transfer
        where credit_account_id = %(account_id)s and credit_kind = 1 and units > 0 and phase in (1, 3)
          and (posted_at, number) <= (%(after_time)s, %(after_number)s)
        order by posted_at desc, number desc
        limit 1
    )
)
select *
from entry
order by posted_at, number
limit %(row_count)s + 2;
