-- name: known_devices
-- Whether a person signed in with any device before, and with this one.
select exists (select from known_device where user_id = %(user_id)s) as anything,
  exists (select from known_device where user_id = %(user_id)s and device = %(device)s) as this_one;

-- name: known_countries
-- Countries that a person signed in from, the newest first.
select country, latitude, longitude, last_seen_at from known_country
where user_id = %(user_id)s order by last_seen_at desc;

-- name: learn_device
-- Remembers a device.
insert into known_device (user_id, device, first_seen_at, last_seen_at)
values (%(user_id)s, %(device)s, %(now)s, %(now)s)
on conflict (user_id, device) do update set last_seen_at = excluded.last_seen_at;

-- name: learn_country
-- Remembers a country and about where in it.
insert into known_country (user_id, country, latitude, longitude, last_seen_at)
values (%(user_id)s, %(country)s, %(latitude)s, %(longitude)s, %(now)s)
on conflict (user_id, country) do update
  set latitude = excluded.latitude, longitude = excluded.longitude, last_seen_at = excluded.last_seen_at;
