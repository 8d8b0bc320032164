-- name: categories
-- All categories, the platform's own first, with what can be bet on in each.
select c.category, c.label, count(e.event_id) filter (where e.status = 'active') as active_events
from category c left join event e on e.category = c.category and e.status = 'active'
group by c.category, c.label, c.place order by c.place, c.category;

-- name: words
-- The words of all categories, in order.
select category from category order by place, category;

-- name: insert_category
-- Adds a category of the operator's; nothing when the word is taken.
insert into category (category, label, place, created_by, created_at)
values (%(category)s, %(label)s, 100, %(created_by)s, %(now)s) on conflict (category) do nothing;
