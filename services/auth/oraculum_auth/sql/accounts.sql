-- name: insert_account
-- Opens an account; nothing when its id is there already.
insert into account (user_id, email_index, email_sealed, email_verified, mailbox_shown, password_hash, display_name,
  created_at)
values (%(user_id)s, %(email_index)s, %(email_sealed)s, %(email_verified)s, %(email_verified)s, %(password_hash)s,
  %(display_name)s, %(created_at)s)
on conflict (user_id) do nothing;

-- name: insert_person_key
-- Keeps the key that a person's data is sealed with.
insert into person_key (user_id, key_id, wrapped) values (%(user_id)s, %(key_id)s, %(wrapped)s);

-- name: account_by_id
-- One account.
select user_id, email_sealed, email_verified, display_name, roles, tier, kyc, jurisdiction,
  preferences::text as preferences_json, banned_at, ban_reason, token_version, created_at, deleted_at, key_id, wrapped,
  exists (select from totp t where t.user_id = account.user_id and t.confirmed_at is not null) as totp_enabled
from account left join person_key using (user_id) where user_id = %(user_id)s;

-- name: person_key
-- The key that a person's data is sealed with.
select user_id, key_id, wrapped from person_key where user_id = %(user_id)s;

-- name: credentials_by_email
-- Whose password it may be, three at most: the account that proved the address, and of those that claim it the one that
-- knows the device, or else the oldest, and the newest. So nobody's account is hidden by a later claim.
select user_id, password_hash, email_verified from account where user_id in (
  (select user_id from account where email_index = %(email_index)s and email_verified)
  union all
  (select a.user_id from account a where email_index = %(email_index)s and not email_verified
    order by exists (select from session s where s.user_id = a.user_id and s.device_id = %(device_id)s::text) desc,
      created_at, a.user_id
    limit 1)
  union all
  (select user_id from account where email_index = %(email_index)s and not email_verified
    order by created_at desc, user_id desc limit 1))
order by email_verified desc, created_at, user_id;

-- name: credentials_of
-- What a change of password compares.
select user_id, password_hash, email_verified from account where user_id = %(user_id)s;

-- name: lock_credentials
-- The same, locked until the transaction ends; nothing of an account that was deleted.
select user_id, password_hash, email_verified from account
where user_id = %(user_id)s and deleted_at is null for no key update;

-- name: lock_account
-- Serialises what changes one person's things; whoever waited behind their deletion finds nothing.
select user_id from account where user_id = %(user_id)s and deleted_at is null for no key update;

-- name: email_index
-- The address of an account as its keyed hash, and whether it is proved.
select email_index, email_verified from account where user_id = %(user_id)s;

-- name: owner_of_email
-- Who proved an address.
select user_id from account where email_index = %(email_index)s and email_verified;

-- name: prove_email
-- An address reached its account; touches no row when the account has none or proved it before.
update account set email_verified = true
where user_id = %(user_id)s and email_index is not null and not email_verified;

-- name: mailbox_shown
-- Whether one person has shown both, that an account is theirs and that they read its mails.
select mailbox_shown from account where user_id = %(user_id)s;

-- name: show_mailbox
-- One person has shown both.
update account set mailbox_shown = true where user_id = %(user_id)s and email_index is not null and not mailbox_shown;

-- name: remove_password
-- Leaves an account without a password.
update account set password_hash = null where user_id = %(user_id)s;

-- name: set_password
-- Sets a new password, whatever the old one was.
update account set password_hash = %(password_hash)s where user_id = %(user_id)s and deleted_at is null;

-- name: update_password_hash
-- Renews a hash whose parameters are outdated, unless the password was changed meanwhile.
update account set password_hash = %(password_hash)s
where user_id = %(user_id)s and password_hash = %(old_password_hash)s;

-- name: update_profile
-- Changes what is given and leaves the rest; touches no row of an account that was deleted.
update account set
  display_name = coalesce(%(display_name)s, display_name),
  preferences = coalesce(%(preferences_json)s::jsonb, preferences)
where user_id = %(user_id)s and deleted_at is null;

-- name: update_roles
-- Sets all roles at once.
update account set roles = %(roles)s where user_id = %(user_id)s and deleted_at is null;

-- name: update_tier
-- Sets the tier.
update account set tier = %(tier)s where user_id = %(user_id)s and deleted_at is null;

-- name: ban
-- Bars an account; touches no row when it is barred already.
update account set banned_at = %(now)s, ban_reason = %(reason)s
where user_id = %(user_id)s and banned_at is null and deleted_at is null;

-- name: unban
-- Lets a barred account in again; touches no row when it is not barred.
update account set banned_at = null, ban_reason = ''
where user_id = %(user_id)s and banned_at is not null and deleted_at is null;

-- name: list_accounts
-- A page of accounts, newest first, by a whole e-mail, or part of a name or a wallet address.
select user_id, email_sealed, email_verified, display_name, roles, tier, kyc, jurisdiction,
  preferences::text as preferences_json, banned_at, ban_reason, token_version, created_at, deleted_at, key_id, wrapped,
  exists (select from totp t where t.user_id = account.user_id and t.confirmed_at is not null) as totp_enabled
from account left join person_key using (user_id)
where (%(search)s::text is null
    or email_index = %(email_index)s
    or strpos(lower(display_name), lower(%(search)s)) > 0
    or exists (
      select from wallet_address w
      where w.user_id = account.user_id and strpos(lower(w.address), lower(%(search)s)) > 0))
  and (%(before_created_at)s::timestamptz is null
    or (created_at, user_id) < (%(before_created_at)s, %(before_user_id)s))
order by created_at desc, user_id desc
limit %(row_count)s;

-- name: count_accounts
-- How many accounts there are by tier, and how many were deleted: those have no tier here.
select case when deleted_at is null then tier end as tier, count(*) as accounts,
  count(*) filter (where email_verified) as email_verified,
  count(*) filter (where kyc = 'approved') as kyc_approved,
  count(*) filter (where banned_at is not null) as banned,
  count(*) filter (where created_at > %(now)s::timestamptz - interval '1 day') as registered_within_day,
  count(*) filter (where created_at > %(now)s::timestamptz - interval '7 days') as registered_within_week
from account group by 1 order by 1;

-- name: wallets_of
-- The proved addresses of several accounts.
select user_id, chain, address, wallet_id from wallet_address where user_id = any (%(user_ids)s) order by created_at, address;

-- name: owner_of_wallet
-- Whose address it is.
select user_id from wallet_address where chain = %(chain)s and address = %(address)s;

-- name: insert_wallet
-- Binds an address to an account; nothing when it is bound already.
insert into wallet_address (chain, address, user_id, wallet_id, created_at)
values (%(chain)s, %(address)s, %(user_id)s, %(wallet_id)s, %(created_at)s)
on conflict do nothing;

-- name: remove_wallet
-- Takes one address off an account; touches no row when it is not theirs.
delete from wallet_address where user_id = %(user_id)s and wallet_id = %(wallet_id)s;

-- name: other_ways_in
-- How many ways in an account has: its other addresses, its accounts at providers, and a password.
select (select count(*) from wallet_address w where w.user_id = a.user_id and w.wallet_id <> %(wallet_id)s)
  + (select count(*) from open_id_identity o where o.user_id = a.user_id)
  + (a.password_hash is not null)::int
from account a where a.user_id = %(user_id)s;

-- name: remove_wallets
-- Takes all addresses off an account.
delete from wallet_address where user_id = %(user_id)s;
