-- migrate:up
set lock_timeout = '5s';

-- Whoever opened an account at a provider that had proved the address has shown both, and of accounts from before that was
-- noted it is known: account and first identity were made at one moment.
update account a set mailbox_shown = true
where a.email_verified and not a.mailbox_shown
  and exists (select from open_id_identity i where i.user_id = a.user_id and i.created_at = a.created_at);

-- migrate:down
