-- migrate:up
set lock_timeout = '5s';

-- A subsidy is an order, type 4, that is filled at once, role 4, and trades no share: only its money comes into the escrow.
-- lint-allow migrations: what takes its place lets more pass, and is there when this transaction ends
alter table trade_order drop constraint trade_order_type_check;
alter table trade_order add constraint trade_order_type_check check (type between 1 and 4) not valid;
-- lint-allow migrations: what takes its place lets more pass, and is there when this transaction ends
alter table trade_order drop constraint trade_order_shares_check;
alter table trade_order add constraint trade_order_shares_check check (
    case type when 4 then shares = 0 else shares > 0 end
) not valid;
-- lint-allow migrations: what takes its place lets more pass, and is there when this transaction ends
alter table fill drop constraint fill_role_check;
alter table fill add constraint fill_role_check check (role between 1 and 4) not valid;
-- lint-allow migrations: what takes its place lets more pass, and is there when this transaction ends
alter table fill drop constraint fill_shares_check;
alter table fill add constraint fill_shares_check check (
    case role when 4 then shares = 0 else shares > 0 end
) not valid;

-- A market only goes forward: open, closed, settled; no fill is forgotten, and nothing about its terms changes, but that
-- subsidies may give it more liquidity while it trades, in the transaction that counts them.
create or replace function guard_market() returns trigger language plpgsql as $$
declare
    deeper boolean;
begin
    if new.status < old.status then
        raise exception 'market % is closed for good', old.event_id using errcode = 'integrity_constraint_violation';
    end if;
    if old.status <> 1 and (new.sequence, new.sold, new.escrow_units, new.locks_at, new.closed_at)
        is distinct from (old.sequence, old.sold, old.escrow_units, old.locks_at, old.closed_at) then
        raise exception 'market % does not trade', old.event_id using errcode = 'integrity_constraint_violation';
    end if;
    deeper := old.status = 1 and new.liquidity_units > old.liquidity_units and new.subsidy_units > old.subsidy_units
        and new.escrow_units >= new.subsidy_units - old.subsidy_units
        and (new.version, new.sequence, new.sold, new.state_hash)
            is not distinct from (old.version, old.sequence, old.sold, old.state_hash);
    if new.sequence < old.sequence or (new.version <= old.version and not deeper)
        or (new.event_id, new.asset, new.fee_kind, new.fee_rate)
        is distinct from (old.event_id, old.asset, old.fee_kind, old.fee_rate)
        or (
            not deeper
            and (new.subsidy_units, new.liquidity_units, new.prior)
            is distinct from (old.subsidy_units, old.liquidity_units, old.prior)
        ) then
        raise exception 'market % cannot go back or change its terms', old.event_id
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end
$$;

-- What liquidity a market had at one of its fills, without reading all that was traded since.
-- lint-allow migrations: no fill is a subsidy yet, so that nothing is written into it while it is made
create index fill_of_subsidy on fill (event_id, sequence) where role = 4;

-- migrate:down
