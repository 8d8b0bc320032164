-- migrate:up
set lock_timeout = '5s';

-- What people should know of their limits, triggers and orders under review; the same numbers as AlertKind.
create table risk_alert (
    alert_id uuid primary key,
    user_id uuid not null,
    kind smallint not null check (kind between 1 and 5),
    subject text not null,
    message text not null,
    event_id uuid,
    order_id uuid,
    day date not null default (clock_timestamp() at time zone 'utc')::date,
    created_at timestamptz not null default clock_timestamp()
);

create index risk_alert_of_user on risk_alert (user_id, created_at desc, alert_id desc);
-- Who runs into a limit a thousand times hears of it once a day.
create unique index risk_alert_once_a_day on risk_alert (user_id, subject, day) where kind = 1;

-- Sales that wait for a price. kind: 1 stop loss, 2 take profit. status: 1 waiting, 2 fired and being placed, 3 placed,
-- 4 refused, 5 taken back.
create table risk_trigger (
    trigger_id uuid primary key,
    -- Later ones are larger, but for those that commit a little out of order.
    number bigint generated always as identity,
    user_id uuid not null,
    event_id uuid not null references market (event_id),
    outcome smallint not null check (outcome >= 0),
    kind smallint not null check (kind in (1, 2)),
    price bigint not null check (price > 0 and price < 1000000),
    -- Null is all that can be sold by then.
    shares bigint check (shares > 0),
    limit_price bigint check (limit_price between 1 and 1000000),
    status smallint not null default 1 check (status between 1 and 5),
    -- Decided when it fires, so that placing the sale again places the same one.
    order_shares bigint check (order_shares > 0),
    reason text,
    -- Written with the fill that brought its price: whatever the price does then, it fires.
    crossed_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    fired_at timestamptz,
    ended_at timestamptz,
    constraint risk_trigger_fires_with_shares check (
        (status in (1, 5)) or (order_shares is not null and fired_at is not null)
    ),
    constraint risk_trigger_ends_once check ((status in (3, 4, 5)) = (ended_at is not null))
) with (fillfactor = 80);

create index risk_trigger_of_user on risk_trigger (user_id, created_at desc, trigger_id desc);
create index risk_trigger_waiting on risk_trigger (event_id) where status = 1;
create index risk_trigger_number on risk_trigger (number) where status = 1;
create index risk_trigger_crossed on risk_trigger (crossed_at) where status = 1 and crossed_at is not null;
create index risk_trigger_fired on risk_trigger (fired_at) where status = 2;

-- A trigger only goes forward, and fires once.
create function guard_risk_trigger() returns trigger language plpgsql as $$
begin
    if old.status in (3, 4, 5) or new.status < old.status or (old.status = 2 and new.status = 5)
        or (old.status = 2 and (new.order_shares, new.fired_at) is distinct from (old.order_shares, old.fired_at)) then
        raise exception 'trigger % has fired or ended', old.trigger_id using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end
$$;

create trigger risk_trigger_goes_forward before update on risk_trigger
for each row execute function guard_risk_trigger();

-- Orders that wait, or waited, for somebody to look at them; their money is untouched meanwhile.
-- status: 1 pending, 2 approved and to be placed, 3 decided as any other order, 4 rejected.
create table risk_review (
    order_id uuid primary key,
    user_id uuid not null,
    event_id uuid not null,
    outcome smallint not null,
    side smallint not null check (side in (1, 2)),
    amount_units bigint,
    asked_shares bigint,
    -- It is not placed beyond it, whatever the price has become.
    limit_price bigint,
    tier text not null,
    -- The request as it came and the hash by which its key knows it again.
    request bytea not null,
    request_hash bytea not null,
    score bigint not null,
    signals jsonb not null,
    status smallint not null default 1 check (status between 1 and 4),
    received_at timestamptz not null,
    created_at timestamptz not null default clock_timestamp(),
    decided_at timestamptz,
    decided_by uuid,
    note text not null default '',
    constraint risk_review_is_decided_once check ((status = 1) = (decided_at is null))
) with (fillfactor = 80);

create index risk_review_pending on risk_review (status, created_at, order_id);

-- Which devices (1) and addresses (2) people came from; kept as digests, for what counts is only whether two are the same.
create table risk_sighting (
    kind smallint not null check (kind in (1, 2)),
    trace bytea not null check (length(trace) = 16),
    user_id uuid not null,
    first_at timestamptz not null default clock_timestamp(),
    last_at timestamptz not null default clock_timestamp(),
    primary key (kind, trace, user_id)
) with (fillfactor = 80);

-- migrate:down
