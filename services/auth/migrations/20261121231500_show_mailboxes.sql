-- migrate:up
set lock_timeout = '5s';

-- Whether one person has shown both, that the account is theirs and that they read the mails of its address. A mail's link
-- alone proves the second: it is soon clicked for an account that somebody else opened. Of accounts that proved their
-- address before this, nobody knows; their owners show it with the next mailed code or the next new password.
alter table account add column mailbox_shown boolean not null default false;

-- migrate:down
