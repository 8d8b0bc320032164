-- name: insert_account
-- Opens an account; nothing when its e-mail is taken.
insert into account (user_id, email, password_hash, display_name, created_at)
values (%(user_id)s, %(email)s, %(password_hash)s, %(display_name)s, %(created_at)s)
on conflict (email) do nothing;

-- name: account_by_id
-- One account.
select user_id, email, email_verified, display_name, roles, tier, kyc, jurisdiction,
  preferences::text as preferences_json, banned_at, created_at
from account where user_id = %(user_id)s;

-- name: credentials_by_email
-- What a password sign-in compares.
select user_id, password_hash from account where email = %(email)s;

-- name: update_password_hash
-- Renews a hash whose parameters are outdated, unless the password was changed meanwhile.
update account set password_hash = %(password_hash)s
where user_id = %(user_id)s and password_hash = %(old_password_hash)s;

-- name: update_profile
-- Changes what is given and leaves the rest.
update account set
  display_name = coalesce(%(display_name)s, display_name),
  preferences = coalesce(%(preferences_json)s::jsonb, preferences)
where user_id = %(user_id)s;

-- name: update_roles
-- Sets all roles at once.
update account set roles = %(roles)s where user_id = %(user_id)s;

-- name: list_accounts
-- A page of accounts, newest first, by part of an e-mail, a name or a wallet address.
select user_id, email, email_verified, display_name, roles, tier, kyc, jurisdiction,
  preferences::text as preferences_json, banned_at, created_at
from account
where (%(search)s::text is null
    or strpos(email, lower(%(search)s)) > 0
    or strpos(lower(display_name), lower(%(search)s)) > 0
    or exists (
      select from wallet_address w
      where w.user_id = account.user_id and strpos(lower(w.address), lower(%(search)s)) > 0))
  and (%(before_created_at)s::timestamptz is null
    or (created_at, user_id) < (%(before_created_at)s, %(before_user_id)s))
order by created_at desc, user_id desc
limit %(row_count)s;

-- name: wallets_of
-- The proved addresses of several accounts.
select user_id, chain, address from wallet_address where user_id = any (%(user_ids)s) order by created_at, address;

-- name: owner_of_wallet
-- Whose address it is.
select user_id from wallet_address where chain = %(chain)s and address = %(address)s;

-- name: insert_wallet
-- Binds an address to an account; nothing when it is bound already.
insert into wallet_address (chain, address, user_id, created_at)
values (%(chain)s, %(address)s, %(user_id)s, %(created_at)s)
on conflict do nothing;
