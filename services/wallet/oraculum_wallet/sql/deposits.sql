-- name: insert_deposit
-- Write a deposit down; nothing happens when it was written before.
insert into deposit (id, user_id, rail, asset, units, status, transfer_id, created_at, credited_at)
values (
    %(id)s, %(user_id)s, %(rail)s, %(asset)s, %(units)s, %(status)s, %(transfer_id)s, clock_timestamp(),
    case when %(status)s::smallint = 2 then clock_timestamp() end
)
on conflict (id) do nothing;

-- name: deposit
-- One deposit of one person.
select id, user_id, rail, asset, units, status, created_at, credited_at
from deposit
where id = %(id)s and user_id = %(user_id)s;
