-- name: lock_chain
-- Where a chain stands; nobody else appends to it until the transaction ends.
select audit_class, last_sequence, last_hash, anchor_sequence, anchor_hash
from audit_chain where audit_class = %(audit_class)s for update;

-- name: chains
-- Where all chains stand.
select audit_class, last_sequence, last_hash, anchor_sequence, anchor_hash from audit_chain order by audit_class;

-- name: move_chain
-- The chain has grown.
update audit_chain set last_sequence = %(sequence)s, last_hash = %(hash)s where audit_class = %(audit_class)s;

-- name: append_entries
-- Appends entries whose hashes were computed under the chain's lock.
insert into audit_log (audit_class, sequence, recorded_at, audit_id, service, action, actor_user_id, subject_kind,
  subject_id, details, request_id, occurred_at, hash)
select * from unnest(%(audit_class)s::text[], %(sequence)s::bigint[], %(recorded_at)s::timestamptz[],
  %(audit_id)s::uuid[], %(service)s::text[], %(action)s::text[], %(actor_user_id)s::text[], %(subject_kind)s::text[],
  %(subject_id)s::text[], %(details)s::jsonb[], %(request_id)s::text[], %(occurred_at)s::timestamptz[],
  %(hash)s::bytea[]);

-- name: entries_of
-- A stretch of a chain, in order.
select audit_class, sequence, recorded_at, audit_id, service, action, actor_user_id, subject_kind, subject_id, details,
  request_id, occurred_at, hash
from audit_log
where audit_class = %(audit_class)s and sequence > %(after)s and sequence <= %(last)s
order by sequence limit %(row_count)s;

-- name: search
-- Entries, newest first; what is null does not matter.
select audit_class, sequence, recorded_at, audit_id, service, action, actor_user_id, subject_kind, subject_id, details,
  request_id, occurred_at, hash
from audit_log
where (%(actor_user_id)s::text is null or actor_user_id = %(actor_user_id)s)
  and (%(subject_id)s::text is null or subject_id = %(subject_id)s)
  and (%(action)s::text is null or action = %(action)s)
  and (%(action_prefix)s::text is null or starts_with(action, %(action_prefix)s))
  and (%(audit_class)s::text is null or audit_class = %(audit_class)s)
  and (%(service)s::text is null or service = %(service)s)
  and (%(from_time)s::timestamptz is null or recorded_at >= %(from_time)s)
  and (%(to_time)s::timestamptz is null or recorded_at < %(to_time)s)
  and (%(before_recorded_at)s::timestamptz is null
    or (recorded_at, audit_class, sequence) < (%(before_recorded_at)s, %(before_class)s, %(before_sequence)s))
order by recorded_at desc, audit_class desc, sequence desc
limit %(row_count)s;

-- name: make_partitions
-- Makes the partitions of a year.
select make_audit_partitions(%(year)s);

-- name: drop_partition
-- Drops what a class keeps no longer.
select drop_audit_partition(%(audit_class)s, %(year)s, %(kept_years)s, %(today)s);

-- name: dropped_up_to
-- The newest year that an entry says was dropped with this as the last entry; null where none says so.
select max((details ->> 'year')::integer) from audit_log
where audit_class = %(audit_class)s and action = 'audit.dropped'
  and details ->> 'sequence' = %(sequence)s and details ->> 'hash' = %(hash)s;
