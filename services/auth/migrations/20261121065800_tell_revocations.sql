-- migrate:up
set lock_timeout = '5s';

-- Which of a person's tokens count: those that carry this version or a later one.
alter table account add column token_version bigint not null default 0;
alter table account add column ban_reason text not null default '';

-- What verifiers must know until the last token that it means has expired. Sessions and accounts themselves say the
-- same for as long as they are there; this is the part of it that is news.
create table revocation (
  revocation_id uuid primary key,
  session_id uuid,
  user_id uuid,
  version bigint,
  expires_at timestamptz not null,
  -- Transactions commit in another order than they begin: whoever follows this table asks for all that were still
  -- running when it last looked.
  written_by xid8 not null default pg_current_xact_id(),
  check (num_nonnulls(session_id, user_id) = 1),
  check ((user_id is null) = (version is null))
);

create index revocation_news on revocation (written_by);
create index revocation_expiry on revocation (expires_at);

-- migrate:down
