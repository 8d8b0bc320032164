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
-- side: 1 buy, 2 sell. status: 2 filled, 3 rejected, 4 abandoned (FAILED in the contract), 5 settled, 6 refunded.
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
    -- Number of its fill in the market.
    fill_sequence bigint,
    outcome smallint check (outcome >= 0),
    side smallint check (side in (1, 2)),
    status smallint not null check (status between 2 and 6),
    reason text,
    constraint trade_order_says_what_it_asked check (
        status = 4
        or (
            user_id is not null and event_id is not null and outcome is not null and side is not null
            and hold_units is not null and (amount_units is null) <> (asked_shares is null)
        )
    ),
    constraint trade_order_says_what_it_got check (
        case
            when status in (3, 4) then fill_sequence is null and shares is null and reason is not null
            else fill_sequence is not null and shares is not null and gross_units is not null and fee_units is not null
        end
    ),
    constraint trade_order_is_paid_within_its_hold check (side = 2 or gross_units + fee_units <= hold_units),
    constraint trade_order_settles_once check ((status in (5, 6)) = (settled_at is not null))
) with (fillfactor = 80);

create index trade_order_of_user on trade_order (user_id, created_at desc, order_id desc);
-- Sales whose proceeds wallet may still have to apply.
create index trade_order_sales on trade_order (user_id, created_at desc) where side = 2;

-- What was decided stays: only settlement touches an order again.
create function guard_trade_order() returns trigger language plpgsql as $$
begin
    if old.status in (3, 4) or new.status not in (5, 6)
        or (new.order_id, new.user_id, new.event_id, new.gross_units, new.fee_units, new.shares, new.fill_sequence)
        is distinct from
        (old.order_id, old.user_id, old.event_id, old.gross_units, old.fee_units, old.shares, old.fill_sequence) then
        raise exception 'order % is decided', old.order_id using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end
$$;

create trigger trade_order_is_decided_once before update on trade_order
for each row execute function guard_trade_order();

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
    rounding_picounits bigint not null check (rounding_picounits >= 0 and rounding_picounits <= 1000000000000),
    price_before bigint not null,
    price_after bigint not null,
    outcome smallint not null check (outcome >= 0),
    side smallint not null check (side in (1, 2)),
    formula_version text not null,
    state_before bytea not null,
    state_after bytea not null,
    -- Of every outcome, after the fill.
    prices bigint[] not null,
    primary key (event_id, sequence)
);

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
