-- migrate:up
set lock_timeout = '5s';

-- The assets that a market may trade in; the same list as oraculum_money.ASSETS, which a test proves.
create domain asset_code as text check (value in ('USD', 'USDC', 'SOL', 'ETH'));

-- A market as it stands. Its row lock is the lock of everything that happens in it: fills, positions, facts.
-- status: 1 open, 2 closed, 3 settled, as in the contract. An open market trades while the clock is before locks_at.
create table market (
    event_id uuid primary key,
    -- Pools come with the migration that lets them settle.
    mechanism text not null check (mechanism = 'lmsr'),
    asset asset_code not null,
    category text not null,
    subsidy_units bigint not null check (subsidy_units > 0),
    -- What OpenMarket was asked, so that asking again can be told from asking for something else.
    request_hash bytea not null,
    -- The pricing state: see oraculum_prediction.pricing.LmsrState, which validates it whenever it is read.
    liquidity_units bigint not null check (liquidity_units > 0),
    prior bigint[] not null,
    sold bigint[] not null,
    fee_kind text not null check (fee_kind in ('flat', 'quadratic')),
    fee_rate bigint not null check (fee_rate >= 0),
    -- No trade leaves any outcome above it, in millionths.
    price_max bigint not null check (price_max > 0 and price_max < 1000000),
    state_hash bytea not null check (length(state_hash) = 32),
    -- What follows from the state, kept for those who list many markets.
    prices bigint[] not null,
    opening_prices bigint[] not null,
    status smallint not null default 1 check (status between 1 and 3),
    locks_at timestamptz not null,
    -- Counts changes of this row: whoever priced on an older version has priced in vain.
    version bigint not null default 1,
    -- The last fill's number.
    sequence bigint not null default 0 check (sequence >= 0),
    volume_units bigint not null default 0 check (volume_units >= 0),
    outcome_volume_units bigint[] not null,
    -- What lies in the event's escrow once wallet has applied every fill: subsidy, plus costs, less proceeds.
    escrow_units bigint not null check (escrow_units >= 0),
    participant_count bigint not null default 0 check (participant_count >= 0),
    opened_at timestamptz not null default clock_timestamp(),
    last_filled_at timestamptz,
    closed_at timestamptz,
    close_reason text,
    void_prices bigint[],
    settled_at timestamptz,
    constraint market_has_one_shape check (
        cardinality(sold) >= 2
        and cardinality(prior) = cardinality(sold)
        and cardinality(prices) = cardinality(sold)
        and cardinality(opening_prices) = cardinality(sold)
        and cardinality(outcome_volume_units) = cardinality(sold)
    ),
    constraint market_sells_what_it_has check (0 <= all (sold)),
    -- Whatever happens, the escrow pays: each outcome's shares are covered by the money in play.
    constraint market_is_solvent check (escrow_units >= all (sold)),
    constraint market_closes_once check ((status = 1) = (closed_at is null)),
    constraint market_settles_closed check ((status = 3) = (settled_at is not null))
) with (fillfactor = 50);

-- Finds those whose time has come while something rests on them.
create index market_locking on market (locks_at) where status = 1;

-- A market only goes forward: open, closed, settled; nothing about its terms changes, and no fill is forgotten.
create function guard_market() returns trigger language plpgsql as $$
begin
    if new.status < old.status then
        raise exception 'market % is closed for good', old.event_id using errcode = 'integrity_constraint_violation';
    end if;
    if old.status <> 1 and (new.sequence, new.sold, new.escrow_units, new.locks_at, new.closed_at)
        is distinct from (old.sequence, old.sold, old.escrow_units, old.locks_at, old.closed_at) then
        raise exception 'market % does not trade', old.event_id using errcode = 'integrity_constraint_violation';
    end if;
    if new.sequence < old.sequence or new.version <= old.version
        or (new.event_id, new.asset, new.subsidy_units, new.liquidity_units, new.prior, new.fee_kind, new.fee_rate)
        is distinct from
        (old.event_id, old.asset, old.subsidy_units, old.liquidity_units, old.prior, old.fee_kind, old.fee_rate) then
        raise exception 'market % cannot go back or change its terms', old.event_id
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end
$$;

create trigger market_goes_forward before update on market for each row execute function guard_market();

-- What people asked for and what became of it. The id is derived from user, route and key, so whoever decides first,
-- a late commit or the one who gives it up, the other one meets the row.
-- side: 1 buy, 2 sell. status: 2 filled, 3 rejected, 4 abandoned (FAILED in the contract), 5 settled, 6 refunded, 7 open,
-- 8 partially filled, 9 cancelled, 10 expired; the last two may have been filled in part. type: 1 market, 2 limit, 3 complete
-- sets turned into cash. time_in_force: 1 until cancelled, 2 until its time, 3 at once or not, 4 whole and at once or not.
-- An abandoned row may know nothing but its id: it was asked for by somebody who had nothing else.
create table trade_order (
    order_id uuid primary key,
    user_id uuid,
    event_id uuid,
    created_at timestamptz not null default clock_timestamp(),
    settled_at timestamptz,
    -- Either money or shares were asked for.
    amount_units bigint check (amount_units > 0),
    asked_shares bigint check (asked_shares > 0),
    limit_price bigint check (limit_price between 1 and 1000000),
    -- What was held for it in wallet; 0 for a sale.
    hold_units bigint check (hold_units >= 0),
    gross_units bigint check (gross_units >= 0),
    fee_units bigint check (fee_units >= 0),
    shares bigint check (shares > 0),
    profit_loss_units bigint,
    -- Number in the market of what it traded when it arrived.
    fill_sequence bigint,
    outcome smallint check (outcome >= 0),
    side smallint check (side in (1, 2)),
    status smallint not null check (status between 2 and 10),
    type smallint not null default 1 check (type between 1 and 3),
    time_in_force smallint not null default 4 check (time_in_force between 1 and 4),
    reason text,
    post_only boolean not null default false,
    -- Whether its money lies in a reserve; else it was held.
    reserved boolean not null default false,
    expires_at timestamptz,
    -- What still rests of it; what is filled of it stands in `shares`.
    open_shares bigint check (open_shares > 0),
    -- Its place among orders of one price: the smaller goes first.
    priority bigint,
    -- Counts what was told of it as resting.
    revision bigint not null default 0,
    replaces_order_id uuid,
    constraint trade_order_says_what_it_asked check (
        status = 4
        or (
            user_id is not null and event_id is not null and outcome is not null and side is not null
            and hold_units is not null and (amount_units is null) <> (asked_shares is null)
        )
    ),
    constraint trade_order_says_what_it_got check (
        (shares is null) = (gross_units is null)
        and (shares is null) = (fee_units is null)
        and (fill_sequence is null or shares is not null)
        and (open_shares is not null) = (status in (7, 8))
        and case
            when status in (3, 4) then shares is null and reason is not null
            when status = 7 then shares is null
            when status in (9, 10) then reason is not null
            else shares is not null and (fill_sequence is not null or type = 2)
        end
    ),
    constraint trade_order_rests_by_its_limit check (
        status not in (7, 8) or (type = 2 and limit_price < 1000000 and priority is not null)
    ),
    -- No share beyond the limit: a purchase has paid at most, a sale has fetched at least, what its limit makes of its shares.
    constraint trade_order_keeps_its_limit check (
        type <> 2 or shares is null
        or case side
            when 1 then gross_units <= ceil(shares::numeric * limit_price / 1000000)
            else gross_units >= floor(shares::numeric * limit_price / 1000000)
        end
    ),
    constraint trade_order_expires_if_it_says_so check ((time_in_force = 2) = (expires_at is not null)),
    constraint trade_order_is_paid_within_its_hold check (side = 2 or gross_units + fee_units <= hold_units),
    constraint trade_order_settles_once check ((status in (5, 6)) = (settled_at is not null))
) with (fillfactor = 80);

create index trade_order_of_user on trade_order (user_id, created_at desc, order_id desc);
-- Sales whose proceeds wallet may still have to apply.
create index trade_order_sales on trade_order (user_id, created_at desc) where side = 2;

-- What rests: few among all orders that ever were.
create index trade_order_resting on trade_order (event_id, user_id) where status in (7, 8);
create index trade_order_resting_of_user on trade_order (user_id) where status in (7, 8);
create index trade_order_expiring on trade_order (expires_at) where status in (7, 8) and expires_at is not null;

-- What was decided stays. What rests is filled, made smaller or ended, and its terms stay; settlement marks what was filled.
create function guard_trade_order() returns trigger language plpgsql as $$
declare
    same boolean;
begin
    same := (new.order_id, new.user_id, new.event_id, new.outcome, new.side, new.limit_price, new.fill_sequence, new.type)
        is not distinct from
        (old.order_id, old.user_id, old.event_id, old.outcome, old.side, old.limit_price, old.fill_sequence, old.type);
    if old.status in (7, 8) then
        if not same
            or new.status not in (2, 7, 8, 9, 10)
            or (new.hold_units, new.priority, new.reserved, coalesce(new.fee_units, 0))
               is distinct from (old.hold_units, old.priority, old.reserved, coalesce(old.fee_units, 0))
            or coalesce(new.shares, 0) < coalesce(old.shares, 0)
            or coalesce(new.gross_units, 0) < coalesce(old.gross_units, 0)
            or coalesce(new.shares, 0) + coalesce(new.open_shares, 0) > coalesce(old.shares, 0) + old.open_shares then
            raise exception 'order % rests by its terms', old.order_id using errcode = 'integrity_constraint_violation';
        end if;
        return new;
    end if;
    if not same
        or old.status in (3, 4) or new.status not in (5, 6) or old.shares is null
        or (new.gross_units, new.fee_units, new.shares) is distinct from (old.gross_units, old.fee_units, old.shares) then
        raise exception 'order % is decided', old.order_id using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end
$$;

create trigger trade_order_is_decided_once before update on trade_order
for each row execute function guard_trade_order();

-- Nothing rests in a market that is closed: neither is an order put there, nor does the market close over it.
create function check_rests() returns trigger language plpgsql as $$
begin
    if not exists (select from market where event_id = new.event_id and status = 1) then
        raise exception 'order % cannot rest in a market that is closed', new.order_id
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end
$$;

create trigger trade_order_rests_where_it_may before insert or update on trade_order
for each row when (new.status in (7, 8)) execute function check_rests();

create function check_nothing_rests() returns trigger language plpgsql as $$
begin
    if exists (select from trade_order where event_id = new.event_id and status in (7, 8)) then
        raise exception 'market % closes over orders that rest', new.event_id
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;

create trigger market_closes_over_nothing after update on market
for each row when (old.status = 1 and new.status <> 1) execute function check_nothing_rests();

-- Every trade that ever was, with its receipt: enough to compute it again from the state before it. Insert only.
create table fill (
    event_id uuid not null,
    sequence bigint not null check (sequence > 0),
    filled_at timestamptz not null,
    fill_id uuid not null,
    order_id uuid not null,
    user_id uuid not null,
    shares bigint not null check (shares > 0),
    gross_units bigint not null check (gross_units >= 0),
    fee_units bigint not null check (fee_units >= 0),
    rounding_picounits bigint not null,
    price_before bigint not null,
    price_after bigint not null,
    outcome smallint not null check (outcome >= 0),
    side smallint not null check (side in (1, 2)),
    formula_version text not null,
    state_before bytea not null,
    state_after bytea not null,
    -- Of every outcome, after the fill.
    prices bigint[] not null,
    -- Fills that belong together carry the number of the first; null where a fill stands alone.
    group_first bigint,
    -- 1 the order that arrived, 2 one that rested, 3 an outcome of sets turned into cash, as in the contract.
    role smallint not null default 1 check (role between 1 and 3),
    primary key (event_id, sequence),
    constraint fill_follows_its_group check (group_first <= sequence),
    -- What one group leaves may be less than nothing where fractions that were kept before make a whole unit: see
    -- oraculum_prediction.pricing.matches. Over the life of a market it never is, and market_is_solvent holds after each.
    constraint fill_rounds_against_the_asker check (
        formula_version = 'oraculum/match/1' or (rounding_picounits >= 0 and rounding_picounits <= 1000000000000)
    )
);

-- An order that arrived names its fill; what it traded while it rested is found here.
create index fill_of_maker on fill (user_id, filled_at desc, sequence desc) where role = 2;
create index fill_of_resting_order on fill (order_id, sequence) where role = 2;

-- Finds the fills of the last hour of one market without reading those before.
create index fill_time on fill (event_id, filled_at);

-- Fills are numbered without gaps, belong to a market that trades, and carry on from the state that the last one left.
-- The planner knows nothing of how many fills a batch has: probing by primary key is right for one and for thousands.
create function check_fills() returns trigger language plpgsql
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set jit = off
as $$
declare
    wrong uuid;
begin
    select e.event_id into wrong
    from (
        select event_id, min(sequence) as first_one, max(sequence) as last_one, count(*) as fills,
               (array_agg(state_before order by sequence))[1] as begins_with
        from created
        group by event_id
    ) e
    join market m on m.event_id = e.event_id
    left join fill f on f.event_id = e.event_id and f.sequence = e.first_one - 1
    where m.status <> 1
       or e.last_one <> m.sequence
       or e.fills <> e.last_one - e.first_one + 1
       or (e.first_one > 1 and f.state_after is distinct from e.begins_with)
    limit 1;
    if wrong is null then
        select n.event_id into wrong
        from (
            select event_id, state_before, lag(state_after) over (partition by event_id order by sequence) as left_behind
            from created
        ) n
        where n.left_behind <> n.state_before
        limit 1;
    end if;
    if wrong is not null then
        raise exception 'a fill does not follow the last one of market %, or comes too late', wrong
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;

create trigger fill_follows_the_last after insert on fill
referencing new table as created for each statement execute function check_fills();

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% of % is refused: %', lower(tg_op), tg_table_name, tg_argv[0]
        using errcode = 'integrity_constraint_violation';
end
$$;

create trigger fill_is_for_ever before update or delete or truncate on fill
for each statement execute function refuse_change('what was traded stays');

-- What people hold. Cost and realised profit are what the person paid and got, fees included.
create table position (
    user_id uuid not null,
    event_id uuid not null,
    outcome smallint not null check (outcome >= 0),
    shares bigint not null check (shares >= 0),
    -- Shares behind resting sales; they count as held and cannot be sold twice.
    reserved bigint not null default 0,
    -- What the held shares cost.
    cost_units bigint not null check (cost_units >= 0),
    -- From sales.
    realised_units bigint not null default 0,
    -- What settlement paid for the held shares; null before.
    payout_units bigint check (payout_units >= 0),
    primary key (user_id, event_id, outcome),
    constraint position_reserves_what_it_has check (shares >= reserved and reserved >= 0),
    constraint position_costs_only_what_it_holds check (shares > 0 or cost_units = 0)
) with (fillfactor = 80);

create index position_of_event on position (event_id, user_id);

-- Shares change hands only while their market trades; settlement adds what they were paid.
create function check_positions() returns trigger language plpgsql as $$
begin
    if not exists (select from later n join market m on m.event_id = n.event_id where m.status <> 1) then
        return null;
    end if;
    if exists (
        select
        from later n
        join earlier o on o.user_id = n.user_id and o.event_id = n.event_id and o.outcome = n.outcome
        join market m on m.event_id = n.event_id
        where m.status <> 1
          and (n.shares, n.reserved, n.cost_units, n.realised_units)
              is distinct from (o.shares, o.reserved, o.cost_units, o.realised_units)
    ) then
        raise exception 'a position changes in a market that does not trade'
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;

create trigger position_rests_when_closed after update on position
referencing old table as earlier new table as later for each statement execute function check_positions();

-- migrate:down
