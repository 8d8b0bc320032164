-- migrate:up
set lock_timeout = '5s';

-- No share beyond the limit: a purchase has paid at most, a sale has fetched at least, what its limit makes of its shares.
-- What an order took when it came and what it traded at rest are rounded each by itself, so there is a unit between them.
-- lint-allow migrations: what takes its place lets more pass, and is there when this transaction ends
alter table trade_order drop constraint trade_order_keeps_its_limit;
alter table trade_order add constraint trade_order_keeps_its_limit check (
    type <> 2 or shares is null
    or case side
        when 1 then gross_units <= ceil(shares::numeric * limit_price / 1000000) + 1
        else gross_units >= floor(shares::numeric * limit_price / 1000000) - 1
    end
) not valid;

-- migrate:down
