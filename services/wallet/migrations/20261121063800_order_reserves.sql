-- migrate:up
set lock_timeout = '5s';

-- What lies behind each order that rests, or is about to. Kept by apply_reserves, so the rows of a person are what the
-- person's account of that kind has, order by order, and no order can spend what lies behind another.
create table order_reserve (
    order_id uuid primary key,
    account_id uuid not null,
    event_id uuid not null,
    user_id uuid not null,
    asset text not null,
    units_left bigint not null,
    -- Whether a fact told of the order. One that nothing is told of was perhaps never decided: the sweep asks.
    confirmed boolean not null default false,
    reserved_at timestamptz not null,
    constraint order_reserve_not_overdrawn check (units_left >= 0)
) with (fillfactor = 70);

-- Finds what a crash may have left behind: few among all that rest.
create index order_reserve_unconfirmed on order_reserve (reserved_at, order_id) where not confirmed;

-- Money enters a reserve once, at once, from the person whose order it is, and leaves it in the name of that order.
create function apply_reserves() returns trigger language plpgsql
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set jit = off
as $$
declare
    expected bigint;
    found_rows bigint;
begin
    if not exists (select from created where debit_kind = 2 or credit_kind = 2) then
        return null;
    end if;
    if exists (
        select from created
        where (debit_kind = 2 or credit_kind = 2)
          and (phase <> 1 or (credit_kind = 2 and (kind <> 12 or debit_kind <> 1)))
    ) then
        raise exception 'a reserve is filled at once and by its owner' using errcode = 'integrity_constraint_violation';
    end if;

    insert into order_reserve (order_id, account_id, event_id, user_id, asset, units_left, reserved_at)
    select c.reference_id, r.id, c.event_id, r.owner_id::uuid, c.asset, c.units, c.posted_at
    from created c
    join account r on r.id = any (array[c.credit_account_id])
    join account u on u.id = any (array[c.debit_account_id]) and u.owner_id = r.owner_id
    where c.credit_kind = 2;
    get diagnostics found_rows = row_count;
    select count(*) into expected from created where credit_kind = 2;
    if expected <> found_rows then
        raise exception '% reserves are not of the person who pays', expected - found_rows
            using errcode = 'integrity_constraint_violation';
    end if;

    with drawn as (
        select reference_id, debit_account_id, sum(units)::bigint as units
        from created
        where debit_kind = 2
        group by reference_id, debit_account_id
    ), applied as (
        update order_reserve r
        set units_left = r.units_left - d.units
        from drawn d
        where r.order_id = any (array[d.reference_id]) and r.account_id = d.debit_account_id
        returning 1
    )
    select (select count(*) from drawn), (select count(*) from applied) into expected, found_rows;
    if expected <> found_rows then
        raise exception '% orders have no reserve to draw on', expected - found_rows
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;

-- After transfer_moves_money, which has seen to it that the accounts exist.
create trigger transfer_reserves after insert on transfer
referencing new table as created for each statement execute function apply_reserves();

create trigger order_reserve_follows_transfers before insert or truncate on order_reserve
for each statement when (pg_trigger_depth() = 0) execute function refuse_change('it follows the transfers');

create trigger order_reserve_changes_by_transfers before update on order_reserve
for each row when (
    pg_trigger_depth() = 0
    and (new.order_id, new.account_id, new.event_id, new.user_id, new.asset, new.units_left)
    is distinct from (old.order_id, old.account_id, old.event_id, old.user_id, old.asset, old.units_left)
) execute function refuse_change('it follows the transfers');

create trigger order_reserve_ends_empty before delete on order_reserve
for each row when (old.units_left > 0) execute function refuse_change('there is money in it');

-- What orders no longer need of their reserves, told before the fills that it presumes. Normally empty.
create table release_waiting (
    order_id uuid not null,
    -- 0 tells of the end.
    revision bigint not null check (revision >= 0),
    event_id uuid not null,
    after_sequence bigint not null check (after_sequence >= 0),
    -- oraculum.prediction.v1.BetsFact
    fact bytea not null,
    received_at timestamptz not null default clock_timestamp(),
    primary key (order_id, revision)
);

create index release_waiting_of_event on release_waiting (event_id, after_sequence);

-- migrate:down
