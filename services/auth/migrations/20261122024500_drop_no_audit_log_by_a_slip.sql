-- migrate:up
set lock_timeout = '5s';

-- Whoever drops a year says how long the class is kept, and drops nothing of that time. Nothing was dropped before 2028, so
-- nobody calls the function of before.
-- lint-allow migrations: the code before this calls it for years before 2026 alone, of which there are none
drop function drop_audit_partition(text, integer);

-- Drops a class's partition of a year, and anchors the chain at its last entry; false when there is none.
create function drop_audit_partition(class text, year integer, kept_years integer, today timestamptz)
returns boolean language plpgsql as $$
declare
  name text := format('audit_log_%s_%s', class, year);
begin
  if kept_years is null or kept_years < 1 or year + kept_years >= extract(year from today at time zone 'UTC') then
    raise integrity_constraint_violation
      using message = format('the audit log of %s keeps the year %s', class, year);
  end if;
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

-- migrate:down
