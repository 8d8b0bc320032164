-- migrate:up
set lock_timeout = '5s';

-- The rules by which orders are held or refused, counted as one: whoever decides with an older version reads again.
-- One row; every change of a table of rules below counts it up.
create table risk_policy (
    only_row boolean primary key default true check (only_row),
    version bigint not null default 1,
    -- An order that scores as much or more waits for a person to look at it.
    review_score bigint not null default 100 check (review_score > 0)
);

insert into risk_policy default values;

create function count_risk_policy() returns trigger language plpgsql as $$
begin
    update risk_policy set version = version + 1;
    return null;
end
$$;

-- What people of a tier may do in an asset, in its smallest unit. Each column is a rule of its own.
create table risk_tier (
    tier text not null check (tier <> ''),
    asset asset_code not null,
    -- One purchase, everything included.
    order_units bigint not null check (order_units >= 0),
    -- At stake in one market.
    market_units bigint not null check (market_units >= 0),
    -- At stake in all markets of one category.
    category_units bigint not null check (category_units >= 0),
    -- Spent on purchases between midnights UTC, and between Mondays.
    day_stake_units bigint not null check (day_stake_units >= 0),
    week_stake_units bigint not null check (week_stake_units >= 0),
    -- Lost by sales and settlements, less what was won: from here on no purchase.
    day_loss_units bigint not null check (day_loss_units >= 0),
    week_loss_units bigint not null check (week_loss_units >= 0),
    -- Orders between two minutes of the clock.
    minute_orders bigint not null check (minute_orders >= 0),
    primary key (tier, asset)
);

-- A tier that is not listed has the limits of `basic`.
insert into risk_tier (
    tier, asset, order_units, market_units, category_units, day_stake_units, week_stake_units, day_loss_units,
    week_loss_units, minute_orders
)
select t.tier, a.asset, t.units * a.unit, 5 * t.units * a.unit, 20 * t.units * a.unit, 10 * t.units * a.unit,
    50 * t.units * a.unit, 5 * t.units * a.unit, 20 * t.units * a.unit, t.minute_orders
from (values ('basic', 10000, 600), ('verified', 50000, 1200), ('premium', 250000, 6000))
    as t (tier, units, minute_orders)
cross join (values ('USD', 1000000::bigint), ('USDC', 1000000), ('SOL', 5000000), ('ETH', 250000)) as a (asset, unit);

-- What one person may do otherwise than their tier; null is the tier's. A blocked person may only sell.
create table risk_override (
    user_id uuid not null,
    asset asset_code not null,
    order_units bigint check (order_units >= 0),
    market_units bigint check (market_units >= 0),
    category_units bigint check (category_units >= 0),
    day_stake_units bigint check (day_stake_units >= 0),
    week_stake_units bigint check (week_stake_units >= 0),
    day_loss_units bigint check (day_loss_units >= 0),
    week_loss_units bigint check (week_loss_units >= 0),
    minute_orders bigint check (minute_orders >= 0),
    blocked boolean not null default false,
    reason text not null default '',
    set_at timestamptz not null default clock_timestamp(),
    set_by uuid,
    primary key (user_id, asset)
);

-- What nobody may buy into. kind: 1 a market, by its event's id; 2 a category. Selling stays possible.
create table risk_prohibition (
    kind smallint not null check (kind in (1, 2)),
    subject text not null check (subject <> ''),
    reason text not null,
    set_at timestamptz not null default clock_timestamp(),
    set_by uuid,
    primary key (kind, subject)
);

-- What the market makers may still lose, in one market and in all of an asset. An asset that is not listed has no limit
-- but what lies in the escrows.
create table risk_house (
    asset asset_code primary key,
    market_units bigint not null check (market_units >= 0),
    total_units bigint not null check (total_units >= 0)
);

create trigger risk_tier_counts after insert or update or delete on risk_tier
for each statement execute function count_risk_policy();
create trigger risk_prohibition_counts after insert or update or delete on risk_prohibition
for each statement execute function count_risk_policy();
create trigger risk_house_counts after insert or update or delete on risk_house
for each statement execute function count_risk_policy();

-- What people have used of their limits. Scope is a category, or empty for everything in the asset.
-- Written last in the transaction of a batch, in the order of the key, so that it is locked only while that commits.
create table risk_use (
    user_id uuid not null,
    asset asset_code not null,
    scope text not null,
    -- What the held shares cost.
    open_units bigint not null,
    -- What resting purchases may still cost: it counts as staked today until they end.
    resting_units bigint not null,
    day_stake_units bigint not null,
    week_stake_units bigint not null,
    day_sold_units bigint not null,
    -- Won less lost by sales and settlements.
    day_result_units bigint not null,
    week_result_units bigint not null,
    minute_orders bigint not null,
    week_orders bigint not null,
    -- The days, the weeks by their Mondays and the minutes, in UTC, that the figures above are of.
    day date not null,
    week date not null,
    minute timestamptz not null,
    primary key (user_id, asset, scope)
) with (fillfactor = 60);

-- migrate:down
