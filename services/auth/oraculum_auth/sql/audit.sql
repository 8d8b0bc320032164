-- name: insert_audit_entries
-- Appends facts; a fact that is there already stays as it was.
insert into audit_entry (audit_id, audit_class, service, action, actor_user_id, subject_kind, subject_id, details,
  request_id, occurred_at)
select * from unnest(%(audit_id)s::uuid[], %(audit_class)s::text[], %(service)s::text[], %(action)s::text[],
  %(actor_user_id)s::text[], %(subject_kind)s::text[], %(subject_id)s::text[], %(details)s::jsonb[],
  %(request_id)s::text[], %(occurred_at)s::timestamptz[])
on conflict (audit_id) do nothing;
