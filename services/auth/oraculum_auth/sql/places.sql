-- name: known_devices
-- Whether a person signed in with any device before, and with this one. A program that was known without a name is known
-- with the first one that it tells: no other device is known then that has a name and runs the same.
select exists (select from known_device where user_id = %(user_id)s) as anything,
  exists (
    select from known_device one
    where one.user_id = %(user_id)s and (
      one.device = %(device)s
      or one.device = %(program)s and not exists (
        select from known_device named
        where named.user_id = one.user_id and named.program = %(program)s and named.device <> %(program)s))
  ) as this_one;

-- name: known_countries
-- Countries that a person signed in from, the newest first.
select country, latitude, longitude, last_seen_at from known_country
where user_id = %(user_id)s order by last_seen_at desc;

-- name: learn_device
-- Remembers a device.
insert into known_device (user_id, device, program, first_seen_at, last_seen_at)
values (%(user_id)s, %(device)s, %(program)s, %(now)s, %(now)s)
on conflict (user_id, device) do update
  set last_seen_at = excluded.last_seen_at, program = excluded.program;

-- name: learn_country
-- Remembers a country and about where in it.
insert into known_country (user_id, country, latitude, longitude, last_seen_at)
values (%(user_id)s, %(country)s, %(latitude)s, %(longitude)s, %(now)s)
on conflict (user_id, country) do update
  set latitude = excluded.latitude, longitude = excluded.longitude, last_seen_at = excluded.last_seen_at;
