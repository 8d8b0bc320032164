-- migrate:up
set lock_timeout = '5s';

-- What the token of a held order said of its person's identity check: nobody is signed in when it is placed at last. Of those
-- that wait already it is not known; nothing, as of whom nobody has looked at.
alter table risk_review
    add column kyc text not null default '',
    add column jurisdiction text not null default '';

-- migrate:down
