-- migrate:up
set lock_timeout = '5s';

-- The rules by which venue markets become events, every version of them; the highest holds.
create table crawler_rules (
  version bigint primary key check (version > 0),
  content jsonb not null,
  -- Empty for the rules that the platform came with.
  set_by uuid,
  set_at timestamptz not null
);

create trigger crawler_rules_append_only before update or delete or truncate on crawler_rules
  for each statement execute function refuse_change();

-- migrate:down
