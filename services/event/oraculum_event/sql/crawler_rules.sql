-- name: current
-- The rules that hold.
select version, content, set_by, set_at from crawler_rules order by version desc limit 1;

-- name: insert_rules
-- Sets rules as the next version; nothing when another version came first.
insert into crawler_rules (version, content, set_by, set_at)
values (%(version)s, %(content)s, %(set_by)s, %(now)s) on conflict (version) do nothing;
