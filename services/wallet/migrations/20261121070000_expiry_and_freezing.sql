-- migrate:up
set lock_timeout = '5s';

-- Set while an invariant of this account is broken: see apply_transfers below for what a frozen account still takes part in.
alter table account add column frozen_at timestamptz;

-- Everything but the freezing moves by transfers only.
drop trigger account_moves_by_transfers on account;
create trigger account_moves_by_transfers before update of
    id, kind, owner_id, asset, debits_pending, debits_posted, credits_pending, credits_posted, changed_at
on account
for each statement when (pg_trigger_depth() = 0) execute function refuse_change('money moves by transfers only');

-- How long a pending transfer may wait, where its asker wants it to end by itself. A trading hold never does: what names
-- an order ends by what becomes of the order.
alter table transfer add column timeout_seconds bigint;
-- lint-allow migrations: nothing is released, and the table is empty
alter table transfer add constraint transfer_expires_without_order check (
    timeout_seconds is null or (timeout_seconds > 0 and phase = 2 and reference_id is null)
);

alter table pending_transfer add column expires_at timestamptz;
-- lint-allow migrations: nothing is released, and the table is empty
create index pending_transfer_expiring on pending_transfer (expires_at, id) where expires_at is not null;

-- The tail is asked for by number and by time.
-- lint-allow migrations: nothing is released, and the table is empty
drop index transfer_tail;
-- lint-allow migrations: nothing is released, and the table is empty
create index transfer_tail on transfer using brin (number, posted_at) with (pages_per_range = 16, autosummarize = on);

-- As before, and two rules more.
-- A pending transfer that has expired is voided and nothing else. It was open when this transaction began or it was not:
-- neither the service's clock nor its word counts.
-- A frozen account takes part in nothing. A person's (kinds 1 and 2) begins nothing: no hold, no deposit, no withdrawal, no
-- reserve; what was promised before is still carried out, for the market at the other end has done nothing wrong.
create or replace function apply_transfers() returns trigger language plpgsql
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set jit = off
as $$
declare
    expected bigint;
    found_rows bigint;
begin
    insert into pending_transfer (
        id, debit_account_id, credit_account_id, asset, units, kind, event_id, reference_id, posted_at, expires_at
    )
    select id, debit_account_id, credit_account_id, asset, units, kind, event_id, reference_id, posted_at,
           posted_at + make_interval(secs => timeout_seconds)
    from created
    where phase = 2;

    with ended as (
        delete from pending_transfer p
        using created c
        where p.id = any (array[c.pending_id])
          and p.debit_account_id = c.debit_account_id
          and p.credit_account_id = c.credit_account_id
          and p.asset = c.asset
          and p.units = c.released_units
          and (p.expires_at is null or c.phase = 4 or greatest(c.posted_at, now()) < p.expires_at)
        returning 1
    )
    select (select count(*) from created where pending_id is not null), (select count(*) from ended)
    into expected, found_rows;
    if expected <> found_rows then
        raise exception '% of % transfers end a pending transfer that is not open or not theirs',
            expected - found_rows, expected using errcode = 'integrity_constraint_violation';
    end if;

    with side as (
        select debit_account_id as account_id, debit_kind as kind, asset, posted_at,
               phase = 2 or kind in (1, 2, 12) as begins,
               case when phase in (1, 3) then units else 0 end as debits_posted,
               case when phase = 2 then units else -released_units end as debits_pending,
               0 as credits_posted,
               0 as credits_pending
        from created
        union all
        select credit_account_id, credit_kind, asset, posted_at,
               phase = 2 or kind in (1, 2, 12),
               0,
               0,
               case when phase in (1, 3) then units else 0 end,
               case when phase = 2 then units else -released_units end
        from created
    ), change as (
        select account_id, kind, asset, max(posted_at) as changed_at, bool_or(begins) as begins,
               sum(debits_posted)::bigint as debits_posted, sum(debits_pending)::bigint as debits_pending,
               sum(credits_posted)::bigint as credits_posted, sum(credits_pending)::bigint as credits_pending
        from side
        group by account_id, kind, asset
    ), applied as (
        update account a
        set debits_posted = a.debits_posted + c.debits_posted,
            debits_pending = a.debits_pending + c.debits_pending,
            credits_posted = a.credits_posted + c.credits_posted,
            credits_pending = a.credits_pending + c.credits_pending,
            changed_at = c.changed_at
        from change c
        where a.id = any (array[c.account_id]) and a.kind = c.kind and a.asset = c.asset
          and (a.frozen_at is null or (a.kind in (1, 2) and not c.begins))
        returning 1
    )
    select (select count(*) from change), (select count(*) from applied) into expected, found_rows;
    if expected <> found_rows then
        raise exception 'transfers name % accounts that do not exist with that kind and asset, or are frozen',
            expected - found_rows using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;

-- migrate:down
