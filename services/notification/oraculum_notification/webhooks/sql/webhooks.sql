-- name: insert_subscription
-- Makes a subscription, whose address is to be asked first. Until it took something quickly nobody knows that it does, and
-- it waits with the slow ones.
insert into webhook (subscription_id, user_id, url, kinds, secret_mark, slow, created_at, unproved_since, due_at)
values (%(subscription_id)s, %(user_id)s, %(url)s, %(kinds)s::text[], %(secret_mark)s, true, %(created_at)s,
  %(unproved_since)s, clock_timestamp());

-- name: count_asking
-- Counts what a person has asked for within a while that begins with the first.
insert into webhook_asking as there (user_id, began_at, asked) values (%(user_id)s, clock_timestamp(), 1)
on conflict (user_id) do update set
  began_at = case when there.began_at < clock_timestamp() - make_interval(secs => %(seconds)s)
    then clock_timestamp() else there.began_at end,
  asked = case when there.began_at < clock_timestamp() - make_interval(secs => %(seconds)s)
    then 1 else there.asked + 1 end
returning asked, extract(epoch from began_at + make_interval(secs => %(seconds)s) - clock_timestamp())::float8;

-- name: forget_asking
-- Drops what counts no more.
delete from webhook_asking where began_at < clock_timestamp() - make_interval(secs => %(seconds)s);

-- name: hold_subscription
-- One of a person's subscriptions, held until the transaction ends.
select subscription_id, user_id, url, kinds, sequence, delivered, attempts, failing_since, last_attempt_at, last_result,
  disabled_at, disabled_reason, unproved_since, created_at
from webhook where subscription_id = %(subscription_id)s and user_id = %(user_id)s
for update;

-- name: ask_again
-- Lets an address be asked now, as if for the first time; whoever asks it at this moment is left to it.
update webhook set attempts = 0, due_at = case when lease is null then clock_timestamp() else due_at end
where subscription_id = %(subscription_id)s and unproved_since is not null and disabled_at is null;

-- name: note_proved
-- Lets a subscription be told from now on, if the lease is still ours.
update webhook set unproved_since = null, attempts = 0, failing_since = null, slow = %(slow)s, lease = null,
  last_attempt_at = clock_timestamp(), last_result = 'verified', due_at = case when sequence > delivered then clock_timestamp() end
where subscription_id = %(subscription_id)s and lease = %(lease)s and unproved_since is not null;

-- name: note_unproved
-- Lets an address be asked again after a while, or not by itself; if the lease is still ours. Its owner may have had it
-- asked again meanwhile: then it is asked now, as if for the first time.
update webhook set lease = null, last_attempt_at = clock_timestamp(), last_result = %(result)s,
  attempts = case when attempts < %(attempts)s then attempts else attempts + 1 end,
  due_at = case when attempts < %(attempts)s then clock_timestamp()
    else clock_timestamp() + make_interval(secs => %(seconds)s::float8) end
where subscription_id = %(subscription_id)s and lease = %(lease)s and unproved_since is not null;

-- name: kinds_of
-- What a subscription asked for.
select kinds from webhook where subscription_id = %(subscription_id)s;

-- name: begin_hearing
-- Lets a subscription hear of what these channels say from now on.
insert into webhook_hearing (subscription_id, channel, sequence)
select %(subscription_id)s, given.name, coalesce(c.sequence, 0)
from unnest(%(channels)s::text[]) as given (name) left join channel c on c.name = given.name;

-- name: subscriptions_of
-- A person's subscriptions, newest first.
select subscription_id, user_id, url, kinds, sequence, delivered, attempts, failing_since, last_attempt_at, last_result,
  disabled_at, disabled_reason, unproved_since, created_at
from webhook where user_id = %(user_id)s order by subscription_id desc;

-- name: delete_subscription
-- Ends a person's subscription, with all that waited.
delete from webhook where subscription_id = %(subscription_id)s and user_id = %(user_id)s;

-- name: delete_all
-- Ends all subscriptions of some people, held in the order of ids as by whoever gives them something to tell.
with held as materialized (
  select subscription_id from webhook where user_id = any (%(user_ids)s::uuid[])
  order by subscription_id
  for update)
delete from webhook where subscription_id in (select subscription_id from held);

-- name: hold_made_before
-- What a person's account had at a moment, held in the order of ids.
select subscription_id from webhook
where user_id = %(user_id)s and created_at <= %(moment)s and disabled_at is null
order by subscription_id
for update;

-- name: hold_hearers
-- Whose programs may want to hear of this, held in the order of ids, so that writers never wait in a ring.
select subscription_id, user_id, kinds, sequence, delivered
from webhook
where disabled_at is null and unproved_since is null and user_id = any (%(owners)s::uuid[])
  and kinds && %(own_kinds)s::text[]
order by subscription_id
for update;

-- name: catch_up
-- Gives a portion of what a public channel says to those that are furthest behind it, and lets them be looked at. Nobody
-- waits here for a row: who is held is given its portion next time. One that has much to tell is left to tell it first.
with behind as materialized (
  select w.subscription_id, w.kinds, w.sequence, h.sequence as heard, c.sequence as said
  from webhook_hearing h
  join channel c on c.name = h.channel and c.sequence > h.sequence
  join webhook w on w.subscription_id = h.subscription_id
  where h.channel = %(channel)s and w.disabled_at is null and w.sequence - w.delivered < %(waiting_max)s
  order by h.sequence
  limit %(row_count)s
  for update of w, h skip locked),
portion as materialized (
  select b.subscription_id, b.kinds, b.sequence, m.sequence as place, m.kind, m.data, m.occurred_at
  from behind b cross join lateral (
    select sequence, kind, data::text as data, occurred_at from message
    where channel = %(channel)s and sequence > b.heard
    order by sequence limit %(portion)s) as m),
wanted as materialized (
  select *, sequence + row_number() over (partition by subscription_id order by place) as given
  from portion where kind = any (kinds) and kind = any (%(public_kinds)s::text[])),
kept as (
  insert into webhook_message (subscription_id, sequence, message_id, kind, data, occurred_at)
  select subscription_id, given, gen_random_uuid(), kind,
    case when octet_length(data) > %(data_bytes_max)s then '{"too_long":true}' else data end, occurred_at
  from wanted),
advanced as (
  update webhook w set sequence = last.given, due_at = coalesce(w.due_at, clock_timestamp())
  from (select subscription_id, max(given) as given from wanted group by 1) as last
  where w.subscription_id = last.subscription_id)
update webhook_hearing h set sequence = case when read.count < %(portion)s then greatest(b.heard, b.said) else read.last end
from behind b cross join lateral (
  select count(*) as count, max(place) as last from portion p where p.subscription_id = b.subscription_id) as read
where h.subscription_id = b.subscription_id and h.channel = %(channel)s;

-- name: left_behind
-- Those that have not been given yet what was said so long ago: what comes next is about to be forgotten.
select h.subscription_id
from webhook_hearing h join webhook w on w.subscription_id = h.subscription_id
where w.disabled_at is null and (
  select m.written_at from message m where m.channel = h.channel and m.sequence > h.sequence
  order by m.sequence limit 1) < clock_timestamp() - make_interval(secs => %(seconds)s);

-- name: insert_messages
-- Keeps what waits to be told.
insert into webhook_message (subscription_id, sequence, message_id, kind, data, occurred_at)
select * from unnest(%(subscription_ids)s::uuid[], %(sequences)s::bigint[], %(message_ids)s::uuid[], %(kinds)s::text[],
  %(data)s::text[], %(times)s::timestamptz[]);

-- name: advance
-- Counts what subscriptions were given, and lets them be looked at now unless somebody is at it or they wait to try again.
update webhook w set sequence = given.sequence, due_at = coalesce(w.due_at, clock_timestamp())
from unnest(%(subscription_ids)s::uuid[], %(sequences)s::bigint[]) as given (subscription_id, sequence)
where w.subscription_id = given.subscription_id;

-- name: disable
-- Sends nothing more to these, and drops what waited.
with disabled as (
  update webhook set disabled_at = clock_timestamp(), disabled_reason = %(reason)s, due_at = null, lease = null,
    delivered = sequence
  where subscription_id = any (%(subscription_ids)s::uuid[]) and disabled_at is null
  returning subscription_id),
deaf as (delete from webhook_hearing where subscription_id in (select subscription_id from disabled))
delete from webhook_message where subscription_id in (select subscription_id from disabled);

-- name: topic
-- The name under which replicas of this schema hear that there is something to send.
select 'oraculum_' || current_schema() || '_webhooks';

-- name: wake
-- Wakes every replica when this transaction commits.
select pg_notify(%(topic)s, '');

-- name: claim_alone
-- Lets one replica at a time take subscriptions: two that count an owner's at once would give out twice as many.
select pg_advisory_xact_lock(hashtextextended('turns of webhooks in ' || current_schema(), 0));

-- name: claim
-- Takes subscriptions that are due, longest waiting first, for as long as a lease; so many of an owner's at once.
with ranked as (
  select w.subscription_id, at_work.turns + row_number() over (partition by w.user_id order by w.due_at) as place
  from webhook w cross join lateral (
    select count(*) as turns from webhook o
    where o.user_id = w.user_id and o.lease is not null and o.due_at > clock_timestamp()) as at_work
  where w.due_at <= clock_timestamp() and w.disabled_at is null and (w.attempts > 0 or w.slow) = %(troubled)s),
due as materialized (
  select subscription_id from webhook
  where subscription_id in (select subscription_id from ranked where place <= %(owners_turns)s)
    and due_at <= clock_timestamp() and disabled_at is null
  order by due_at
  limit %(row_count)s
  for update skip locked)
update webhook set lease = %(lease)s, due_at = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
where subscription_id in (select subscription_id from due)
returning subscription_id, user_id, url, secret_mark, attempts, unproved_since is not null;

-- name: seconds_until_due
-- How long until something is due whose owner has a turn left; null where nothing waits.
select extract(epoch from min(w.due_at) - clock_timestamp())::float8 from webhook w
where w.due_at is not null and w.disabled_at is null and (w.attempts > 0 or w.slow) = any (%(lanes)s::boolean[])
  and (select count(*) from webhook o
    where o.user_id = w.user_id and o.lease is not null and o.due_at > clock_timestamp()) < %(owners_turns)s;

-- name: waiting_messages
-- What is to be sent next, in order, as long as the lease is ours.
select m.sequence, m.message_id, m.kind, m.data, m.occurred_at
from webhook w join webhook_message m on m.subscription_id = w.subscription_id and m.sequence > w.delivered
where w.subscription_id = %(subscription_id)s and w.lease = %(lease)s
order by m.sequence
limit %(row_count)s;

-- name: note_delivered
-- Moves the cursor behind a message that was taken, if the lease is still ours; and drops the message.
with moved as (
  update webhook set delivered = %(sequence)s, attempts = 0, failing_since = null, slow = %(slow)s,
    last_attempt_at = clock_timestamp(), last_result = %(result)s,
    due_at = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
  where subscription_id = %(subscription_id)s and lease = %(lease)s and delivered < %(sequence)s
  returning subscription_id)
delete from webhook_message
where subscription_id in (select subscription_id from moved) and sequence = %(sequence)s;

-- name: note_failed
-- Lets a subscription wait for its next attempt, if the lease is still ours; for how long it has failed comes back.
update webhook set attempts = attempts + 1, failing_since = coalesce(failing_since, clock_timestamp()), lease = null,
  slow = %(slow)s, last_attempt_at = clock_timestamp(), last_result = %(result)s,
  due_at = clock_timestamp() + make_interval(secs => %(seconds)s)
where subscription_id = %(subscription_id)s and lease = %(lease)s
returning extract(epoch from clock_timestamp() - failing_since)::float8;

-- name: release
-- Gives a subscription back: due at once where more waits.
update webhook set lease = null, due_at = case when sequence > delivered then clock_timestamp() end
where subscription_id = %(subscription_id)s and lease = %(lease)s;

-- name: untold
-- Disabled subscriptions whose owners do not know yet.
select subscription_id, user_id, url, disabled_reason, disabled_at
from webhook where disabled_at is not null and told_at is null
order by disabled_at limit 100;

-- name: note_told
-- Their owners know.
update webhook set told_at = clock_timestamp()
where subscription_id = any (%(subscription_ids)s::uuid[]) and told_at is null;

-- name: measure
-- How much waits, what was not given out yet of what everybody may hear along with it, and for how long what is due has
-- been waiting for a hand.
select coalesce(sum(sequence - delivered), 0)::bigint + (
    select coalesce(sum(greatest(c.sequence - h.sequence, 0)), 0)::bigint
    from webhook_hearing h join channel c on c.name = h.channel),
  coalesce(extract(epoch from clock_timestamp() - min(due_at) filter (where due_at < clock_timestamp())), 0)::float8
from webhook where disabled_at is null and due_at is not null;
