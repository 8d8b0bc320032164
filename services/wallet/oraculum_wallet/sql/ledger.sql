-- name: open_accounts
-- Open accounts that have no row yet, and say which; in one order, so that two that open the same ones wait instead of deadlocking.
insert into account (id, kind, owner_id, asset)
select *
from unnest(%(ids)s::uuid[], %(kinds)s::smallint[], %(owners)s::text[], %(assets)s::text[])
    as named (id, kind, owner_id, asset)
order by id
on conflict do nothing
returning id::text;

-- name: open_pendings
-- Transfers that are pending now. What they say never changes, whether they still are is asked again under lock.
select id::text, debit_account_id::text, credit_account_id::text, asset, units, kind, event_id::text, reference_id::text,
       expires_at
from pending_transfer
where id = any(%(ids)s::uuid[]);

-- name: lock_accounts
-- The counters of accounts, locked in one order for everybody: people first, what many share last and so for shorter.
select id::text, kind, owner_id, asset, debits_pending, debits_posted, credits_pending, credits_posted, changed_at,
       frozen_at is not null or fenced
from account
where id = any(%(ids)s::uuid[])
order by kind, id
for no key update;

-- name: under_locks
-- All that is asked while the accounts are locked, in one statement, for each costs a small batch as much as its rows do:
-- blocks of numbers and the time, so that both rise with each account; and, of the transfers that were made before, those
-- that are asked for and those that ended what is to be ended. One row without a transfer if there are none. What
-- stands in a select of its own is not seen by the planner, which would make a plan anew for each batch.
with drawn as materialized (
    select array(select nextval('transfer_number') from generate_series(1, (select %(blocks)s::integer))) as blocks,
           clock_timestamp() as time
)
select
    d.blocks, d.time, t.id::text, t.phase, t.kind, t.debit_account_id::text, t.debit_kind, t.credit_account_id::text,
    t.credit_kind, t.asset, t.units, t.asked_units, t.released_units, t.pending_id::text, t.event_id::text,
    t.reference_id::text, t.debit_balance_units, t.credit_balance_units, t.timeout_seconds
from drawn d
left join transfer t on t.id = any(%(ids)s::uuid[]) or t.pending_id = any((select %(pending_ids)s)::uuid[]);

-- name: fill_sequences
-- How far the fills of events are applied.
select event_id::text, sequence
from fill_progress
where event_id = any(%(ids)s::uuid[]);

-- name: frozen_or_full_owners
-- Whose accounts are frozen, or have counted up to a mark, of those named.
select owner_id, frozen_at is not null
from account
where id = any(%(ids)s::uuid[])
    and (
        frozen_at is not null
        or debits_posted >= %(full_at)s - debits_pending
        or credits_posted >= %(full_at)s - credits_pending
    );

-- name: database_time
-- The time that money goes by.
select clock_timestamp();

-- name: copy_transfers
-- Record transfers, and by that move the money: see apply_transfers in the schema.
copy transfer (
    number, posted_at, units, asked_units, released_units, debit_balance_units, credit_balance_units, phase, kind,
    debit_kind, credit_kind, id, debit_account_id, credit_account_id, pending_id, event_id, reference_id, asset,
    timeout_seconds
) from stdin;
