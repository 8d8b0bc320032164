-- name: forget_mailed_tokens_of
-- A newer mail of a kind makes the older ones worthless.
delete from mailed_token where user_id = %(user_id)s and purpose = %(purpose)s;

-- name: insert_mailed_token
-- Remembers a mailed token by its hash.
insert into mailed_token (token_hash, user_id, purpose, created_at, expires_at)
values (%(token_hash)s, %(user_id)s, %(purpose)s, %(now)s, %(expires_at)s);

-- name: is_good_token
-- Whether a token could be used now.
select exists (select from mailed_token where token_hash = %(token_hash)s and expires_at > %(now)s);

-- name: use_mailed_token
-- Uses a token up, and says whose it was; nothing when it was used, has expired or never was.
delete from mailed_token
where token_hash = %(token_hash)s and purpose = %(purpose)s and expires_at > %(now)s
returning user_id;

-- name: count_mails
-- How often an address got a letter since then.
select count(*) from mail_sent where email_index = %(email_index)s and letter = %(letter)s and sent_at > %(since)s;

-- name: insert_mail
-- Notes that an address was written to.
insert into mail_sent (mail_id, email_index, letter, sent_at)
values (%(mail_id)s, %(email_index)s, %(letter)s, %(now)s);

-- name: forget_mails
-- Removes what no bound looks at any more.
delete from mail_sent where sent_at < %(before)s;

-- name: forget_expired_mailed_tokens
-- Removes tokens that nobody can use any more.
delete from mailed_token where expires_at < %(now)s;
