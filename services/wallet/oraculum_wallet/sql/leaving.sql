-- name: raise_fence
-- Fences a person; touches no row when that fence was lifted, or a later one is known.
insert into leaving (user_id, fence, lifted) values (%(user_id)s, %(fence)s, false)
on conflict (user_id) do update set fence = excluded.fence, lifted = false, changed_at = clock_timestamp()
where leaving.fence < excluded.fence or (leaving.fence = excluded.fence and not leaving.lifted);

-- name: lift_fence
-- Lifts a fence, even before it comes; touches no row when a later one is known.
insert into leaving (user_id, fence, lifted) values (%(user_id)s, %(fence)s, true)
on conflict (user_id) do update set fence = excluded.fence, lifted = true, changed_at = clock_timestamp()
where leaving.fence <= excluded.fence;

-- name: mark_accounts
-- Lets accounts begin nothing, or lets them go on.
update account set fenced = %(fenced)s where id = any(%(ids)s::uuid[]) and fenced <> %(fenced)s;

-- name: is_fenced
-- Whether a person is about to leave.
select exists (select from leaving where user_id = %(user_id)s and not lifted);
