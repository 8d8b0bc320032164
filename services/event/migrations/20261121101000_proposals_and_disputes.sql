-- migrate:up
set lock_timeout = '5s';

-- Much is at stake: the result waits for another administrator.
alter table verdict add column awaits_confirmation boolean not null default false;
alter table verdict add column confirmed_by uuid;

-- What was proposed as a result, by number; the latest is the one that counts. Nobody is paid by it before it stands.
create table proposal (
  event_id uuid not null references event (event_id),
  number bigint not null check (number > 0),
  payout_millionths bigint[] not null,
  value numeric,
  source text not null,
  note text not null,
  actor_user_id uuid,
  confirmed_by uuid,
  closing_sequence bigint not null check (closing_sequence >= 0),
  proposed_at timestamptz not null,
  challenge_ends_at timestamptz not null check (challenge_ends_at > proposed_at),
  -- What a dispute of it costs until it is decided.
  bond_units bigint not null check (bond_units > 0),
  -- When a dispute was upheld against it; it never will stand.
  overturned_at timestamptz,
  primary key (event_id, number)
);

-- Claims that a proposed result is wrong.
create table dispute (
  dispute_id uuid primary key,
  event_id uuid not null,
  proposal_number bigint not null,
  user_id uuid not null,
  reason text not null check (char_length(reason) between 1 and 2000),
  evidence_url text not null,
  status text not null check (status in ('bonding', 'open', 'refused', 'upheld', 'rejected', 'moot')),
  asset text not null,
  bond_units bigint not null check (bond_units > 0),
  -- Whether the bond is where the decision sends it.
  bond_settled boolean not null default false,
  created_at timestamptz not null,
  decided_at timestamptz,
  decided_by uuid,
  decision_note text not null default '',
  foreign key (event_id, proposal_number) references proposal (event_id, number)
);

-- One of each person at a time; one whose bond could not be held never was one.
create unique index dispute_of_person on dispute (event_id, proposal_number, user_id) where status <> 'refused';
create index dispute_newest on dispute (created_at desc, dispute_id desc);
create index dispute_newest_of_person on dispute (user_id, created_at desc, dispute_id desc);
create index dispute_undecided on dispute (event_id, proposal_number) where status in ('bonding', 'open');

-- A claim is decided once: what is decided stays, and only its bond goes where it belongs.
create function check_dispute_step() returns trigger language plpgsql as $$
begin
  if (old.status, new.status) not in (
    ('bonding', 'open'), ('bonding', 'refused'), ('bonding', 'moot'),
    ('open', 'upheld'), ('open', 'rejected'), ('open', 'moot')
  ) then
    raise exception 'a dispute does not go from % to %', old.status, new.status
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

create trigger dispute_step before update of status on dispute
  for each row when (old.status is distinct from new.status) execute function check_dispute_step();

-- migrate:down
