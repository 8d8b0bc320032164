-- name: kind_totals
-- What ever came into and went out of one account of a person, by kind, up to a position.
select kind, sum(units)::bigint, count(*)
from (
    select kind, -units as units
    from transfer
    where debit_account_id = %(account_id)s and debit_kind = 1 and units > 0 and phase in (1, 3)
      and (posted_at, number) <= (%(to_time)s, %(to_number)s)
    union all
    select kind, units
    from transfer
    where credit_account_id = %(account_id)s and credit_kind = 1 and units > 0 and phase in (1, 3)
      and (posted_at, number) <= (%(to_time)s, %(to_number)s)
) as entry
group by kind
order by kind;

-- name: open_holds
-- What is pending of one account, oldest first.
select id::text, reference_id::text, event_id::text, units, posted_at
from pending_transfer
where debit_account_id = %(account_id)s
order by posted_at, id
limit %(limit)s;

-- name: open_reserves
-- What lies behind a person's orders, oldest first.
select '', order_id::text, event_id::text, units_left, reserved_at
from order_reserve
where account_id = %(account_id)s and units_left > 0
order by reserved_at, order_id
limit %(limit)s;

-- name: entries_of_instant
-- The entries of one account of a person that were posted together, in order.
select id::text as transfer_id, kind, asset, case when debit_account_id = %(account_id)s then -units else units end as units,
       event_id::text, reference_id::text, posted_at,
       case when debit_account_id = %(account_id)s then debit_balance_units else credit_balance_units end as balance_units,
       number
from transfer
where posted_at = %(posted_at)s and units > 0 and phase in (1, 3)
  and ((debit_account_id = %(account_id)s and debit_kind = 1) or (credit_account_id = %(account_id)s and credit_kind = 1))
order by number;
