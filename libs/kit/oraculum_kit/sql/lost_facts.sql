-- name: transactions_known
-- Whether the server remembers when transactions committed.
select current_setting('track_commit_timestamp')::boolean;

-- name: transactions_lost
-- Which of these transactions are not of this database's past. One that was never given is not, nor one that did not commit.
-- Numbers are given again after a restore, so one counts only if it committed before the restored server began. What is so
-- old that its end is forgotten lies far behind any restore. A record tells the lower 32 bits of a number: meant is the one
-- nearest to the present.
with present as (
    select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next
), given as (
    select number, next, next + (((number - next + 2147483648) & 4294967295) - 2147483648) as whole
    from present, unnest(%(transactions)s::bigint[]) as told (number)
)
select number
from given
where case
    when whole >= next then true
    when whole < 3 or pg_xact_status(whole::text::xid8) is null then false
    else coalesce(pg_xact_commit_timestamp(number::text::xid) > %(restored_at)s, true)
end;
