-- migrate:up
set lock_timeout = '5s';

-- How far the fills of each event are applied. Contiguous: every fill up to `sequence` has moved its money.
create table fill_progress (
    event_id uuid primary key,
    sequence bigint not null default 0 check (sequence >= 0),
    -- Set while a fill cannot be applied: it and all behind it wait in fill_waiting.
    halted_at timestamptz,
    changed_at timestamptz not null default clock_timestamp()
) with (fillfactor = 70);

create function refuse_regress() returns trigger language plpgsql as $$
begin
    raise exception 'event % has applied fill %, not only %', old.event_id, old.sequence, new.sequence
        using errcode = 'integrity_constraint_violation';
end
$$;

create trigger fill_progress_never_regresses before update on fill_progress
for each row when (new.sequence < old.sequence) execute function refuse_regress();

-- Fills that came before one that they must follow, or after one that cannot be applied. Normally empty.
create table fill_waiting (
    event_id uuid not null,
    sequence bigint not null check (sequence > 0),
    -- oraculum.prediction.v1.OrderFilled
    fact bytea not null,
    received_at timestamptz not null default clock_timestamp(),
    primary key (event_id, sequence)
);

-- What can't happen by protocol and did: for an operator to look at, each counted by an alert until it is closed.
create table incident (
    -- Derived from what it is about, so that the same one is not opened twice.
    id uuid primary key,
    kind text not null check (kind in ('fill_gap', 'fill_recovered', 'fill_refused', 'fill_unexpected', 'hold_stranded')),
    event_id uuid,
    reference_id uuid,
    details jsonb not null,
    opened_at timestamptz not null default clock_timestamp(),
    closed_at timestamptz
);

create index incident_open on incident (kind, opened_at) where closed_at is null;

-- Events that stand still: a few among all that ever traded.
create index fill_progress_halted on fill_progress (halted_at) where halted_at is not null;

-- migrate:down
