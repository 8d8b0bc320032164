-- migrate:up
set lock_timeout = '5s';

-- The W3C trace context of what caused a message, where that trace is sampled: what sockets are told is part of it.
alter table message add column traceparent text;

-- migrate:down
