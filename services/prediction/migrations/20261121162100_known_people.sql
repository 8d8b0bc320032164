-- migrate:up
set lock_timeout = '5s';

-- What auth told last of people: who is barred, and whose identity was checked. Only of those of whom it told that. Each of
-- the two has the number of the fact that said so, since one that was put aside may come later than the next.
create table known_person (
    user_id uuid primary key,
    barred boolean not null default false,
    barred_sequence bigint not null default 0,
    kyc text not null default '',
    jurisdiction text not null default '',
    kyc_sequence bigint not null default 0
);

-- Few, and asked for twice a second: what rests of theirs is taken back.
create index known_person_barred on known_person (user_id) where barred;

-- migrate:down
