-- migrate:up
set lock_timeout = '5s';

-- Identity checks. Name and day of birth are sealed with the person's key; what they add up to is kept for seven years
-- after an account is erased, which is why nothing cascades from there.
create table kyc_check (
  check_id uuid primary key,
  user_id uuid not null,
  status text not null check (status in ('pending', 'approved', 'rejected')),
  provider text not null,
  external_id text,
  reason text not null default '',
  country text not null check (char_length(country) = 2),
  region text not null default '',
  person_sealed bytea not null,
  documents text[] not null default '{}',
  risk text not null check (risk in ('low', 'medium', 'high')),
  -- Whether the name is like one that is sanctioned: then a provider's word is not enough.
  listed boolean not null,
  said_at timestamptz,
  created_at timestamptz not null,
  decided_at timestamptz,
  check ((status = 'pending') = (decided_at is null))
);

create index kyc_check_person on kyc_check (user_id, created_at desc);

-- One check of a person is under way at most.
create unique index kyc_check_pending on kyc_check (user_id) where status = 'pending';

create table compliance_report (
  report_id uuid primary key,
  user_id uuid not null,
  kind text not null,
  risk text not null check (risk in ('low', 'medium', 'high')),
  details jsonb not null,
  created_at timestamptz not null
);

create index compliance_report_newest on compliance_report (created_at desc, report_id desc);
create index compliance_report_person on compliance_report (user_id, created_at desc);

create trigger compliance_report_append_only before update or delete or truncate on compliance_report
  for each statement execute function refuse_change();

-- migrate:down
