-- migrate:up
set lock_timeout = '5s';

-- The shares behind resting sales are those that the position reserves, when the transaction ends. Only rows in which one
-- of the two changes are looked at.
create function check_reserved_shares() returns trigger language plpgsql as $$
declare
    resting numeric;
    held bigint;
begin
    select coalesce(sum(open_shares), 0) into resting
    from trade_order
    where event_id = new.event_id and user_id = new.user_id and outcome = new.outcome and side = 2 and status in (7, 8);
    select reserved into held
    from position
    where user_id = new.user_id and event_id = new.event_id and outcome = new.outcome;
    if resting <> coalesce(held, 0) then
        raise exception '% shares are reserved behind % that are for sale', coalesce(held, 0), resting
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;

create constraint trigger position_reserves_what_rests after update on position
deferrable initially deferred for each row when (new.reserved <> old.reserved)
execute function check_reserved_shares();

create constraint trigger position_opens_unreserved after insert on position
deferrable initially deferred for each row when (new.reserved <> 0)
execute function check_reserved_shares();

create constraint trigger trade_order_reserves_new after insert on trade_order
deferrable initially deferred for each row when (new.side = 2 and new.status in (7, 8))
execute function check_reserved_shares();

create constraint trigger trade_order_reserves_changed after update on trade_order
deferrable initially deferred for each row when (new.side = 2 and old.open_shares is distinct from new.open_shares)
execute function check_reserved_shares();

-- When somebody wants everything cancelled unless they say otherwise until then.
create table dead_man (
    user_id uuid primary key,
    fires_at timestamptz not null
) with (fillfactor = 70);

create index dead_man_due on dead_man (fires_at);

-- The receipts of fills that were made together: all from which anybody computes them anew, orders that were met included.
-- Of a fill that stands alone it follows from its order and from the fills before it, and is written when somebody asks.
create table receipt (
    event_id uuid not null,
    group_first bigint not null check (group_first > 0),
    document text not null,
    primary key (event_id, group_first)
);

create trigger receipt_is_for_ever before update or delete or truncate on receipt
for each statement execute function refuse_change('what was traded stays');

-- migrate:down
