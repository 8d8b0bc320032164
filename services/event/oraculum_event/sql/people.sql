-- name: put_barred
-- Keeps whether a person is barred; nothing when that, or something later, is known.
insert into barred_person (user_id, barred, sequence) values (%(user_id)s, %(barred)s, %(sequence)s)
on conflict (user_id) do update set barred = excluded.barred, sequence = excluded.sequence
where barred_person.sequence < excluded.sequence;

-- name: is_barred
-- Whether a person is barred.
select exists (select from barred_person where user_id = %(user_id)s and barred);

-- name: drafts_of
-- The drafts of a person that were never published, in the order in which rows are locked.
select event_id from event where creator_user_id = %(user_id)s and status = 'draft' and unpublished order by event_id;
