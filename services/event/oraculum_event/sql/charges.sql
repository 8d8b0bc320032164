-- name: insert_charge
-- Notes what an author shall pay for a publication.
insert into charge (event_id, publication, user_id, asset, fee_units, subsidy_units, status, asked_at, changed_at)
values (%(event_id)s, %(publication)s, %(user_id)s, %(asset)s, %(fee_units)s, %(subsidy_units)s, 'asked', %(now)s,
  %(now)s);

-- name: charge
-- What an author shall pay for a publication, held until the transaction ends.
select event_id, publication, user_id, asset, fee_units, subsidy_units, status
from charge where event_id = %(event_id)s and publication = %(publication)s for update;

-- name: set_charge
-- Says what became of it.
update charge set status = %(status)s, changed_at = %(now)s
where event_id = %(event_id)s and publication = %(publication)s;
