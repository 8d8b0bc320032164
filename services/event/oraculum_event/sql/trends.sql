-- name: begin
-- Lets an event begin as if one unit had been traded now.
insert into trend (event_id, score) values (%(event_id)s, %(score)s) on conflict (event_id) do nothing;

-- name: held
-- The last fills that are counted in these events, their rows held in the order of their ids.
select event_id, last_sequence from trend where event_id = any (%(event_ids)s) order by event_id for update;

-- name: raise_scores
-- Adds traded volume to the scores, in logarithms.
update trend t set
  score = greatest(t.score, n.score) + ln(1 + exp(-least(abs(t.score - n.score), 700))),
  last_sequence = n.last_sequence
from unnest(%(event_ids)s::uuid[], %(scores)s::double precision[], %(sequences)s::bigint[])
  as n (event_id, score, last_sequence)
where t.event_id = n.event_id and n.last_sequence > t.last_sequence;

-- name: trending
-- Events by what is traded of late; the repository adds what is asked for: filters, position, how many.
select event.event_id, trend.score from trend join event on event.event_id = trend.event_id
