-- migrate:up
set lock_timeout = '5s';

-- Keys of programs. The secret is kept, sealed with its owner's key: what signs requests must be known to check them.
create table api_key (
  key_id uuid primary key,
  user_id uuid not null references account (user_id) on delete cascade,
  name text not null check (char_length(name) between 1 and 50),
  scopes text[] not null check (cardinality(scopes) > 0),
  secret_sealed bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

create index api_key_owner on api_key (user_id, created_at desc) where revoked_at is null;

-- migrate:down
