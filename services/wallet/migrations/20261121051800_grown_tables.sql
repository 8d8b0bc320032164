-- migrate:up
set lock_timeout = '5s';

-- Finds the oldest holds. They are few while the broker is there; when it is away for an hour they are millions, and the
-- sweep asks for a page of them several times a second.
create index pending_transfer_oldest on pending_transfer (posted_at, id);

-- Events that stand still: a few among all that ever traded.
create index fill_progress_halted on fill_progress (halted_at) where halted_at is not null;

-- migrate:down
