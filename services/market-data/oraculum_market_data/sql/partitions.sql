-- name: add_month
-- Makes the partition of a month, unless it is there.
select add_month(%(parent)s::text, %(month)s::date);

-- name: drop_months
-- Drops the partitions of the months before a day.
select drop_months(%(parent)s::text, %(before)s::date);
