-- migrate:up
set lock_timeout = '5s';

-- What a market on several pools needs in escrow, whatever comes true: the NO of all its pools, and of the outcome that
-- comes true its YES, in the pool and outside, instead of its NO. See oraculum_prediction.pricing.cpmm_multi_state.
create function escrow_of_pools(pools bigint[], sold bigint[]) returns numeric language sql immutable parallel safe as $$
    select sum(outcome.no) + max(outcome.yes::numeric + outcome.sold - outcome.no)
    from unnest(pools[:cardinality(sold)], pools[cardinality(sold) + 1:], sold) as outcome (yes, no, sold)
$$;

-- People's shares alone are covered by market_is_solvent. What lies in pools is paid for, too: of one pool to the unit, which
-- market_is_made_of_what_it_trades_by says; of several at least, since a part that makes no share may lie beside them.
alter table market add constraint market_covers_its_pools check (
    case mechanism when 'cpmm_multi' then escrow_units >= escrow_of_pools(pools, sold) else true end
) not valid;

-- migrate:down
