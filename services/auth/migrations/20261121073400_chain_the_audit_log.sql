-- migrate:up
set lock_timeout = '5s';

-- The log that nobody edits: one chain of hashes for each class, so that a class whose time is up can be dropped by
-- partitions and the others still prove themselves.
create table audit_log (
  audit_class text not null,
  sequence bigint not null check (sequence > 0),
  recorded_at timestamptz not null,
  audit_id uuid not null,
  service text not null,
  action text not null,
  actor_user_id text not null,
  subject_kind text not null,
  subject_id text not null,
  details jsonb not null,
  request_id text not null,
  occurred_at timestamptz not null,
  hash bytea not null check (octet_length(hash) = 32),
  primary key (audit_class, sequence, recorded_at)
) partition by list (audit_class);

create index audit_log_newest on audit_log (recorded_at desc, audit_class, sequence);
create index audit_log_actor on audit_log (actor_user_id, recorded_at desc);
create index audit_log_subject on audit_log (subject_id, recorded_at desc);
create index audit_log_action on audit_log (action text_pattern_ops, recorded_at desc);

create table audit_log_user partition of audit_log for values in ('user') partition by range (recorded_at);
create table audit_log_money partition of audit_log for values in ('money') partition by range (recorded_at);
create table audit_log_admin partition of audit_log for values in ('admin') partition by range (recorded_at);
create table audit_log_compliance partition of audit_log for values in ('compliance') partition by range (recorded_at);
create table audit_log_system partition of audit_log for values in ('system') partition by range (recorded_at);

-- Where each chain stands. Its row's lock is the chain's lock.
create table audit_chain (
  audit_class text primary key,
  last_sequence bigint not null,
  last_hash bytea not null,
  -- The last entry of what was dropped: the chain is proved from there.
  anchor_sequence bigint not null default 0,
  anchor_hash bytea not null default '\x0000000000000000000000000000000000000000000000000000000000000000'
);

insert into audit_chain (audit_class, last_sequence, last_hash)
select audit_class, 0, '\x0000000000000000000000000000000000000000000000000000000000000000'
from unnest(array['user', 'money', 'admin', 'compliance', 'system']) as audit_class;

create trigger audit_log_append_only before update or delete on audit_log
  for each row execute function refuse_change();
create trigger audit_log_no_truncate before truncate on audit_log
  for each statement execute function refuse_change();

-- Makes the partitions of a year; those that are there stay.
create function make_audit_partitions(year integer) returns void language plpgsql as $$
declare
  name text;
  class text;
begin
  foreach class in array array['user', 'money', 'admin', 'compliance', 'system'] loop
    name := format('audit_log_%s_%s', class, year);
    if to_regclass(format('%I', name)) is null then
      execute format(
        'create table %I partition of %I for values from (%L) to (%L)',
        name, 'audit_log_' || class, make_timestamptz(year, 1, 1, 0, 0, 0, 'UTC'),
        make_timestamptz(year + 1, 1, 1, 0, 0, 0, 'UTC'));
      execute format(
        'create trigger no_truncate before truncate on %I for each statement execute function refuse_change()', name);
    end if;
  end loop;
end $$;

-- Drops a class's partition of a year, and anchors the chain at its last entry; false when there is none.
create function drop_audit_partition(class text, year integer) returns boolean language plpgsql as $$
declare
  name text := format('audit_log_%s_%s', class, year);
begin
  if to_regclass(format('%I', name)) is null then
    return false;
  end if;
  perform from audit_chain where audit_class = class for update;
  execute format(
    'update audit_chain set anchor_sequence = l.sequence, anchor_hash = l.hash'
    ' from (select sequence, hash from %I order by sequence desc limit 1) l where audit_class = %L', name, class);
  execute format('drop table %I', name);
  return true;
end $$;

select make_audit_partitions(year) from generate_series(2026, 2028) as year;

-- lint-allow migrations: nothing is released, and what a developer's machine has noted so far is not in any chain
drop table audit_entry;

-- migrate:down
