-- name: lead
-- Whether we are the one who follows the venues; the lock ends with the connection.
select pg_try_advisory_lock(hashtext('market_data.follower'), hashtext(current_schema()));

-- name: still_leads
-- Raises when the connection that holds the lock is gone.
select true;
