-- migrate:up
set lock_timeout = '5s';

-- Whose belongings are being asked for, since they want to be deleted, and the fence that stands around their money
-- meanwhile. Whoever erases takes this row away first, so that one whose fence was lifted erases nothing.
create table departure (
  user_id uuid primary key references account,
  fence bigint not null check (fence > 0),
  began_at timestamptz not null
);

-- Later fences are higher.
create sequence departure_fence as bigint;

-- migrate:down
