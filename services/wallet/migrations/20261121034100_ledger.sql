-- migrate:up
set lock_timeout = '5s';

-- The assets that a ledger may hold; the same list as oraculum_money.ASSETS, which a test proves.
create domain asset_code as text check (value in ('USD', 'USDC', 'SOL', 'ETH'));

-- Who owns what. The counters move only through rows of `transfer`: see apply_transfers below.
-- kind: 1 user, 2 order reserve, 3 event escrow, 4 fees, 5 rounding, 6 house, 7 rail, 8 capital, as in the contract.
create table account (
    -- Derived (UUIDv5) from kind, owner and asset, so that nobody needs to look it up.
    id uuid primary key,
    kind smallint not null check (kind between 1 and 8),
    owner_id text not null,
    asset asset_code not null,
    debits_pending bigint not null default 0,
    debits_posted bigint not null default 0,
    credits_pending bigint not null default 0,
    credits_posted bigint not null default 0,
    -- Time of the last transfer that touched it; the next one is later, whatever the clock says.
    changed_at timestamptz not null default clock_timestamp(),
    constraint account_is_one unique (kind, owner_id, asset),
    constraint account_counters_not_negative check (
        debits_pending >= 0 and debits_posted >= 0 and credits_pending >= 0 and credits_posted >= 0
    ),
    -- Rails and capital are debit-normal: they owe us. Everybody else spends only what came in.
    constraint account_not_overdrawn check (kind in (7, 8) or debits_posted + debits_pending <= credits_posted)
) with (fillfactor = 60);

-- Every movement of money that ever was, insert only. A row tells the whole of its effect on its two accounts:
-- phases 1 (posted) and 3 (post of a pending one) move `units`; phase 2 (pending) reserves `units`; phases 3 and 4
-- (void) release the `released_units` that their pending transfer had reserved.
create table transfer (
    -- Rises with each account: it is drawn while the account is locked.
    number bigint not null,
    posted_at timestamptz not null,
    units bigint not null,
    -- What a balancing transfer asked for at most; it moved what there was.
    asked_units bigint,
    released_units bigint not null default 0,
    -- Posted balances of both accounts after it, on the side that is normal for them.
    debit_balance_units bigint not null,
    credit_balance_units bigint not null,
    phase smallint not null,
    kind smallint not null,
    debit_kind smallint not null,
    credit_kind smallint not null,
    id uuid primary key,
    debit_account_id uuid not null,
    credit_account_id uuid not null,
    pending_id uuid,
    event_id uuid,
    reference_id uuid,
    asset text not null,
    constraint transfer_moves_between_two check (debit_account_id <> credit_account_id),
    constraint transfer_kind_is_known check (kind between 1 and 13),
    constraint transfer_makes_sense check (
        case phase
            when 1 then units >= 0 and released_units = 0 and pending_id is null
            when 2 then units > 0 and released_units = 0 and pending_id is null
            when 3 then units > 0 and released_units >= units and pending_id is not null
            when 4 then units = 0 and released_units > 0 and pending_id is not null
            else false
        end
        and (asked_units is null or (phase in (1, 2) and asked_units >= units))
        and (units > 0 or phase = 4 or asked_units is not null)
    )
);

-- A pending transfer ends once, whoever tries twice.
create unique index transfer_ends_pending on transfer (pending_id) where pending_id is not null;

-- A person's books, in order. Other accounts have no statement, and three of four rows need no entry here.
create index transfer_user_debits on transfer (debit_account_id, posted_at, number)
where debit_kind = 1 and units > 0 and phase in (1, 3);
create index transfer_user_credits on transfer (credit_account_id, posted_at, number)
where credit_kind = 1 and units > 0 and phase in (1, 3);

-- Finds the tail of the ledger for the proof that reads it again, at next to no cost for those who write.
create index transfer_tail on transfer using brin (number) with (pages_per_range = 16, autosummarize = on);

-- A batch draws one value and numbers its transfers from value to value + 8191.
create sequence transfer_number as bigint increment by 8192 minvalue 8192 start with 8192 cache 1;

-- Transfers that are pending now: small, for holds live seconds. Kept by apply_transfers, never written otherwise.
create table pending_transfer (
    id uuid primary key,
    debit_account_id uuid not null,
    credit_account_id uuid not null,
    asset text not null,
    units bigint not null,
    kind smallint not null,
    event_id uuid,
    reference_id uuid,
    posted_at timestamptz not null
) with (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- Finds the oldest holds. They are few while the broker is there; when it is away for an hour they are millions, and the
-- sweep asks for a page of them several times a second.
create index pending_transfer_oldest on pending_transfer (posted_at, id);

-- Whoever inserts transfers moves the money by it: equal units on both sides, into accounts of that asset and kind that
-- exist, no pending transfer ended that is not open. The counters are sums of transfers by construction, so debits equal
-- credits by construction, and the constraints of `account` refuse what would overdraw.
-- A plan made for a batch of one is kept for batches of thousands, so there must be only one plan: from each new row, or
-- each changed account, probe the primary key. Hash and merge joins are off, and `= any (array[x])` keeps the planner
-- from seeing an equality that it could join by the other way round, row by row of the whole table.
create function apply_transfers() returns trigger language plpgsql
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set jit = off
as $$
declare
    expected bigint;
    found_rows bigint;
begin
    insert into pending_transfer (
        id, debit_account_id, credit_account_id, asset, units, kind, event_id, reference_id, posted_at
    )
    select id, debit_account_id, credit_account_id, asset, units, kind, event_id, reference_id, posted_at
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
               case when phase in (1, 3) then units else 0 end as debits_posted,
               case when phase = 2 then units else -released_units end as debits_pending,
               0 as credits_posted,
               0 as credits_pending
        from created
        union all
        select credit_account_id, credit_kind, asset, posted_at,
               0,
               0,
               case when phase in (1, 3) then units else 0 end,
               case when phase = 2 then units else -released_units end
        from created
    ), change as (
        select account_id, kind, asset, max(posted_at) as changed_at,
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
        returning 1
    )
    select (select count(*) from change), (select count(*) from applied) into expected, found_rows;
    if expected <> found_rows then
        raise exception 'transfers name % accounts that do not exist with that kind and asset',
            expected - found_rows using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;

create trigger transfer_moves_money after insert on transfer
referencing new table as created for each statement execute function apply_transfers();

-- What is refused to everybody, our own code included. At depth 0 it is not apply_transfers that asks.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% of % is refused: %', lower(tg_op), tg_table_name, tg_argv[0]
        using errcode = 'integrity_constraint_violation';
end
$$;

create trigger transfer_is_for_ever before update or delete or truncate on transfer
for each statement execute function refuse_change('what was posted stays; a mistake is mended by another transfer');

create trigger account_moves_by_transfers before update on account
for each statement when (pg_trigger_depth() = 0) execute function refuse_change('money moves by transfers only');

create trigger account_is_for_ever before delete or truncate on account
for each statement execute function refuse_change('an account is never closed');

create trigger account_opens_empty before insert on account
for each row when (
    new.debits_pending <> 0 or new.debits_posted <> 0 or new.credits_pending <> 0 or new.credits_posted <> 0
) execute function refuse_change('an account opens empty');

create trigger pending_moves_by_transfers before insert or update or delete or truncate on pending_transfer
for each statement when (pg_trigger_depth() = 0) execute function refuse_change('it follows the transfers');

-- migrate:down
