-- migrate:up
set lock_timeout = '5s';

-- Whose accounts are fenced since they ask to be deleted, by number: a fence that was lifted stays lifted, and an older one
-- that comes late changes nothing.
create table leaving (
  user_id uuid primary key,
  fence bigint not null check (fence > 0),
  lifted boolean not null,
  changed_at timestamptz not null default clock_timestamp()
);

-- Whether a person is about to leave: their account (kind 1) then begins nothing, as if it were frozen.
alter table account add column fenced boolean not null default false;

-- As before; who leaves begins nothing either.
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
               phase = 2 or kind in (1, 2, 12, 14, 17) as begins,
               case when phase in (1, 3) then units else 0 end as debits_posted,
               case when phase = 2 then units else -released_units end as debits_pending,
               0 as credits_posted,
               0 as credits_pending
        from created
        union all
        select credit_account_id, credit_kind, asset, posted_at,
               phase = 2 or kind in (1, 2, 12, 14, 17),
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
          and ((a.frozen_at is null and not a.fenced) or (a.kind in (1, 2, 9) and not c.begins))
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
