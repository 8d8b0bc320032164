-- migrate:up
set lock_timeout = '5s';

-- Markets on pools, beside those that follow the logarithmic rule. What a state is made of is another thing for each: see
-- oraculum_prediction.pricing.mechanisms, which keeps it and makes it again.
-- The price of YES at which a weighted pool opened, in millionths.
alter table market add column weight bigint;
-- What lies in pools: of one, NO and YES in it and then beside it; of several, YES of all outcomes and then NO of all.
alter table market add column pools bigint[] not null default '{}';
-- lint-allow migrations: pools have no such parameter; what takes its place stands below
alter table market alter column liquidity_units drop not null;

-- lint-allow migrations: what takes its place stands below, and allows more
alter table market drop constraint market_mechanism_check;
-- lint-allow migrations: what takes its place stands below, and allows more
alter table market drop constraint market_has_one_shape;
alter table market add constraint market_has_one_shape check (
    cardinality(sold) >= 2
    and cardinality(prices) = cardinality(sold)
    and cardinality(opening_prices) = cardinality(sold)
    and cardinality(outcome_volume_units) = cardinality(sold)
) not valid;
alter table market add constraint market_is_made_of_what_it_trades_by check (
    case mechanism
        when 'lmsr' then
            liquidity_units is not null and cardinality(prior) = cardinality(sold)
            and weight is null and cardinality(pools) = 0
        when 'cpmm' then
            liquidity_units is null and cardinality(prior) = 0 and weight between 1 and 999999
            and cardinality(sold) = 2 and cardinality(pools) = 4
            and 1 <= all (pools[1:2]) and 0 <= all (pools[3:4])
            -- Every share is half of a set that lies in escrow as one unit.
            and escrow_units = sold[1] + pools[1] + pools[3]
            and escrow_units = sold[2] + pools[2] + pools[4]
        when 'cpmm_multi' then
            liquidity_units is null and cardinality(prior) = 0 and weight is null
            and cardinality(pools) = 2 * cardinality(sold) and 1 <= all (pools)
        else false
    end
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
    if old.status <> 1 and (new.sequence, new.sold, new.pools, new.escrow_units, new.locks_at, new.closed_at)
        is distinct from (old.sequence, old.sold, old.pools, old.escrow_units, old.locks_at, old.closed_at) then
        raise exception 'market % does not trade', old.event_id using errcode = 'integrity_constraint_violation';
    end if;
    deeper := old.status = 1 and new.subsidy_units > old.subsidy_units
        and (new.mechanism <> 'lmsr' or new.liquidity_units > old.liquidity_units)
        and new.escrow_units >= new.subsidy_units - old.subsidy_units
        and (new.version, new.sequence, new.sold, new.pools, new.state_hash)
            is not distinct from (old.version, old.sequence, old.sold, old.pools, old.state_hash);
    if new.sequence < old.sequence or (new.version <= old.version and not deeper)
        or (new.event_id, new.mechanism, new.weight, new.asset, new.fee_kind, new.fee_rate)
        is distinct from (old.event_id, old.mechanism, old.weight, old.asset, old.fee_kind, old.fee_rate)
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

-- migrate:down
