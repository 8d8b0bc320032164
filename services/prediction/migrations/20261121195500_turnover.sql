-- migrate:up
set lock_timeout = '5s';

-- What people's fills come to by day, category and asset, as far as they were added up: `turnover_until` says up to when,
-- and what came later is added when somebody asks. It follows from the fills and may be emptied at any time, both tables
-- together: whoever asks next adds them up anew. Merged sets and subsidies are no trades.
create table turnover (
    user_id uuid not null,
    day date not null,
    category text not null,
    asset asset_code not null,
    trades bigint not null check (trades > 0),
    volume_units bigint not null check (volume_units >= 0),
    fee_units bigint not null check (fee_units >= 0),
    primary key (user_id, day, category, asset)
);

create table turnover_until (
    user_id uuid primary key,
    -- The last instant whose fills are in `turnover`.
    until timestamptz not null
);

-- The fills that a person took part in, and when: those of orders that arrived, and those of orders that rested. Each part
-- is found by an index of its own.
create view fill_of_person as
select o.user_id, o.created_at as at, f.event_id, f.gross_units, f.fee_units
from trade_order o
join fill f on f.event_id = o.event_id and f.sequence = o.fill_sequence
where o.fill_sequence is not null and o.type in (1, 2)
union all
select r.user_id, r.filled_at, r.event_id, r.gross_units, r.fee_units
from fill r
where r.role = 2;

-- migrate:down
