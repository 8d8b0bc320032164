-- migrate:up
set lock_timeout = '5s';

-- Orders as people see them: one that traded is settled, or refunded, from the moment in which its event is, by the newest
-- revision that was paid to the end. That follows from the settlement, so no order is written for it. Those that were
-- marked by an earlier release are shown by their settlement like all others.
create view shown_order as
select o.order_id, o.user_id, o.event_id, o.created_at, o.outcome, o.side, o.type, o.amount_units, o.asked_shares,
    o.limit_price, o.hold_units, o.gross_units, o.fee_units, o.shares, o.fill_sequence, o.time_in_force, o.reason,
    o.post_only, o.reserved, o.expires_at, o.open_shares, o.priority, o.revision, o.replaces_order_id, o.self_trade,
    case when s.settled_at is null then o.status when s.refunded then 6 else 5 end::smallint as status,
    coalesce(s.settled_at, o.settled_at) as settled_at,
    case
        when s.settled_at is null then o.profit_loss_units
        when o.side = 1 and o.type <> 4 then
            floor(o.shares::numeric * s.payout_prices[o.outcome + 1] / 1000000)::bigint - o.gross_units - o.fee_units
    end as profit_loss_units
from trade_order o
left join lateral (
    select r.settled_at, r.refunded, r.payout_prices
    from settlement r
    where r.event_id = o.event_id and r.step = 5
    order by r.revision desc
    limit 1
) s on o.shares is not null;

-- migrate:down
