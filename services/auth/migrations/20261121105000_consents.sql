-- migrate:up
set lock_timeout = '5s';

-- What people agreed to, as it stands; the audit log has how it came to that.
create table consent (
  user_id uuid not null references account (user_id) on delete cascade,
  purpose text not null check (purpose in ('terms', 'privacy', 'marketing', 'analytics')),
  granted boolean not null,
  version text not null,
  since timestamptz not null,
  primary key (user_id, purpose)
);

-- migrate:down
