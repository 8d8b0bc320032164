-- migrate:up
set lock_timeout = '5s';

-- What the fills that were applied say of each event: counted by whoever applies them, in the same transaction, and held
-- against what the transfers say.
create table fill_total (
    event_id uuid not null,
    asset asset_code not null,
    bought_units bigint not null default 0 check (bought_units >= 0),
    sold_units bigint not null default 0 check (sold_units >= 0),
    primary key (event_id, asset)
) with (fillfactor = 60);

-- What was proven is added up anew once, with what came of trades beside it.
delete from proven_account;
alter table proven_account add column traded_units bigint not null default 0;
-- lint-allow migrations: nothing is released, and the table is empty
drop table proof_run;

-- Every transfer up to this number is in proven_account. One row.
create table proof_progress (
    one boolean primary key default true check (one),
    number bigint not null default 0
);
insert into proof_progress default values;

-- Numbers that had been drawn when a look began, and the look's own transaction: whoever had drawn one of them wrote
-- before, so their transaction is an earlier one. Once all earlier ones have ended, no transfer with such a number can come.
create table proof_mark (
    number bigint primary key,
    look xid8 not null
);

-- An incident may have frozen an account, and a person may have closed it.
-- lint-allow migrations: nothing is released, and the table is empty
alter table incident drop constraint incident_kind_check;
-- lint-allow migrations: nothing is released, and the table is empty
alter table incident add constraint incident_kind_check check (kind in (
    'fill_gap', 'fill_recovered', 'fill_refused', 'fill_unexpected', 'hold_stranded', 'reserve_stranded',
    'account_counters', 'account_overdrawn', 'escrow_fills', 'ledger_unbalanced'
));
alter table incident add column account_id uuid;
alter table incident add column closed_by uuid;
alter table incident add column note text;
-- lint-allow migrations: nothing is released, and the table is empty
create index incident_by_time on incident (opened_at, id);
-- lint-allow migrations: nothing is released, and the table is empty
create index incident_of_account on incident (account_id) where account_id is not null and closed_at is null;

-- Finds what lies behind the orders of one person.
-- lint-allow migrations: nothing is released, and the table is empty
create index order_reserve_of_account on order_reserve (account_id);

-- migrate:down
