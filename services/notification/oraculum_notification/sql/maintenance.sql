-- name: put_maintenance
-- Lets maintenance stand here; its row is held until the end of the transaction, so that what is said follows what is kept.
insert into maintenance (state, message, starts_at, ends_at, changed_by, changed_at)
values (%(state)s, %(message)s, %(starts_at)s, %(ends_at)s, %(changed_by)s, %(changed_at)s)
on conflict (only_row) do update set state = excluded.state, message = excluded.message,
  starts_at = excluded.starts_at, ends_at = excluded.ends_at, changed_by = excluded.changed_by,
  changed_at = excluded.changed_at;
