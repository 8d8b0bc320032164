-- name: claim_answer
-- Takes an idempotency key for the sign-in at hand; touches no row when it is taken.
insert into sign_in_answer (answer_id, request_index, created_at)
values (%(answer_id)s, %(request_index)s, %(now)s)
on conflict (answer_id) do nothing;

-- name: keep_answer
-- Keeps the answer, in the same transaction.
update sign_in_answer set user_id = %(user_id)s, answer_sealed = %(answer_sealed)s where answer_id = %(answer_id)s;

-- name: answer
-- The answer that a request was given.
select request_index, user_id, answer_sealed from sign_in_answer
where answer_id = %(answer_id)s and answer_sealed is not null;

-- name: forget_answers
-- Removes answers that nobody will ask for again.
delete from sign_in_answer where created_at < %(before)s;
