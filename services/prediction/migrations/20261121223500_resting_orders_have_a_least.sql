-- migrate:up
set lock_timeout = '5s';

-- What an order must be worth at least to rest, in an asset's smallest unit; 0 and an asset that is not listed: nothing.
-- A book has room for so many orders: whoever fills it shall have money in it.
create table risk_resting (
    asset asset_code primary key,
    least_units bigint not null check (least_units >= 0)
);

-- A tenth of a dollar, and about as much in the others.
insert into risk_resting (asset, least_units)
values ('USD', 100000), ('USDC', 100000), ('SOL', 500000), ('ETH', 25000);

create trigger risk_resting_counts after insert or update or delete on risk_resting
for each statement execute function count_risk_policy();

-- migrate:down
