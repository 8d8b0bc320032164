-- name: insert_attempt
-- Remembers a sign-in that begins.
insert into open_id_attempt (state_hash, provider, browser_hash, nonce, code_verifier, created_at, expires_at)
values (%(state_hash)s, %(provider)s, %(browser_hash)s, %(nonce)s, %(code_verifier)s, %(now)s, %(expires_at)s);

-- name: attempt
-- A sign-in that may still end.
select state_hash, provider, browser_hash, nonce, code_verifier, expires_at, code_hash, owner
from open_id_attempt where state_hash = %(state_hash)s and expires_at > %(now)s;

-- name: note_owner
-- The provider has said whose it is.
update open_id_attempt set owner = %(owner)s, code_hash = %(code_hash)s where state_hash = %(state_hash)s;

-- name: end_attempt
-- Ends it; touches no row when somebody else was faster.
delete from open_id_attempt where state_hash = %(state_hash)s;

-- name: forget_attempts
-- Removes what nobody ended in time.
delete from open_id_attempt where expires_at < %(now)s;

-- name: owner
-- Whom an account at a provider signs in.
select user_id from open_id_identity where issuer = %(issuer)s and subject = %(subject)s;

-- name: insert_identity
-- Lets an account at a provider sign in.
insert into open_id_identity (issuer, subject, user_id, created_at)
values (%(issuer)s, %(subject)s, %(user_id)s, %(now)s);
