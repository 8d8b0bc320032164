SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: wallet; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA wallet;

--
-- Name: asset_code; Type: DOMAIN; Schema: wallet; Owner: -
--

CREATE DOMAIN wallet.asset_code AS text
	CONSTRAINT asset_code_check CHECK ((VALUE = ANY (ARRAY['USD'::text, 'USDC'::text, 'SOL'::text, 'ETH'::text])));

--
-- Name: apply_reserves(); Type: FUNCTION; Schema: wallet; Owner: -
--

CREATE FUNCTION wallet.apply_reserves() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
declare
    expected bigint;
    found_rows bigint;
begin
    if not exists (select from created where debit_kind = 2 or credit_kind = 2) then
        return null;
    end if;
    if exists (
        select from created
        where (debit_kind = 2 or credit_kind = 2)
          and (phase <> 1 or (credit_kind = 2 and (kind <> 12 or debit_kind <> 1)))
    ) then
        raise exception 'a reserve is filled at once and by its owner' using errcode = 'integrity_constraint_violation';
    end if;

    insert into order_reserve (order_id, account_id, event_id, user_id, asset, units_left, reserved_at)
    select c.reference_id, r.id, c.event_id, r.owner_id::uuid, c.asset, c.units, c.posted_at
    from created c
    join account r on r.id = any (array[c.credit_account_id])
    join account u on u.id = any (array[c.debit_account_id]) and u.owner_id = r.owner_id
    where c.credit_kind = 2;
    get diagnostics found_rows = row_count;
    select count(*) into expected from created where credit_kind = 2;
    if expected <> found_rows then
        raise exception '% reserves are not of the person who pays', expected - found_rows
            using errcode = 'integrity_constraint_violation';
    end if;

    with drawn as (
        select reference_id, debit_account_id, sum(units)::bigint as units
        from created
        where debit_kind = 2
        group by reference_id, debit_account_id
    ), applied as (
        update order_reserve r
        set units_left = r.units_left - d.units
        from drawn d
        where r.order_id = any (array[d.reference_id]) and r.account_id = d.debit_account_id
        returning 1
    )
    select (select count(*) from drawn), (select count(*) from applied) into expected, found_rows;
    if expected <> found_rows then
        raise exception '% orders have no reserve to draw on', expected - found_rows
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;

--
-- Name: apply_transfers(); Type: FUNCTION; Schema: wallet; Owner: -
--

CREATE FUNCTION wallet.apply_transfers() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
declare
    expected bigint;
    found_rows bigint;
begin
    insert into pending_transfer (
        id, debit_account_id, credit_account_id, asset, units, kind, event_id, reference_id, posted_at, expires_at
    )
    select id, debit_account_id, credit_account_id, asset, units, kind, event_id, reference_id, posted_at,
           posted_at + make_interval(secs => timeout_seconds)
    from created
    where phase = 2;

    with ended as (
        delete from pending_transfer p
        using created c
        where p.id = any (array[c.pending_id])
          and p.debit_account_id = c.debit_account_id
          and p.credit_account_id = c.credit_account_id
          and p.asset = c.asset
          and p.units = c.released_units
          and (p.expires_at is null or c.phase = 4 or greatest(c.posted_at, now()) < p.expires_at)
        returning 1
    )
    select (select count(*) from created where pending_id is not null), (select count(*) from ended)
    into expected, found_rows;
    if expected <> found_rows then
        raise exception '% of % transfers end a pending transfer that is not open or not theirs',
            expected - found_rows, expected using errcode = 'integrity_constraint_violation';
    end if;

    with side as (
        select debit_account_id as account_id, debit_kind as kind, asset, posted_at,
               phase = 2 or kind in (1, 2, 12, 14, 17) as begins,
               case when phase in (1, 3) then units else 0 end as debits_posted,
               case when phase = 2 then units else -released_units end as debits_pending,
               0 as credits_posted,
               0 as credits_pending
        from created
        union all
        select credit_account_id, credit_kind, asset, posted_at,
               phase = 2 or kind in (1, 2, 12, 14, 17),
               0,
               0,
               case when phase in (1, 3) then units else 0 end,
               case when phase = 2 then units else -released_units end
        from created
    ), change as (
        select account_id, kind, asset, max(posted_at) as changed_at, bool_or(begins) as begins,
               sum(debits_posted)::bigint as debits_posted, sum(debits_pending)::bigint as debits_pending,
               sum(credits_posted)::bigint as credits_posted, sum(credits_pending)::bigint as credits_pending
        from side
        group by account_id, kind, asset
    ), applied as (
        update account a
        set debits_posted = a.debits_posted + c.debits_posted,
            debits_pending = a.debits_pending + c.debits_pending,
            credits_posted = a.credits_posted + c.credits_posted,
            credits_pending = a.credits_pending + c.credits_pending,
            changed_at = c.changed_at
        from change c
        where a.id = any (array[c.account_id]) and a.kind = c.kind and a.asset = c.asset
          and ((a.frozen_at is null and not a.fenced) or (a.kind in (1, 2, 9) and not c.begins))
        returning 1
    )
    select (select count(*) from change), (select count(*) from applied) into expected, found_rows;
    if expected <> found_rows then
        raise exception 'transfers name % accounts that do not exist with that kind and asset, or are frozen',
            expected - found_rows using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;

--
-- Name: refuse_change(); Type: FUNCTION; Schema: wallet; Owner: -
--

CREATE FUNCTION wallet.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception '% of % is refused: %', lower(tg_op), tg_table_name, tg_argv[0]
        using errcode = 'integrity_constraint_violation';
end
$$;

--
-- Name: refuse_regress(); Type: FUNCTION; Schema: wallet; Owner: -
--

CREATE FUNCTION wallet.refuse_regress() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'event % has applied fill %, not only %', old.event_id, old.sequence, new.sequence
        using errcode = 'integrity_constraint_violation';
end
$$;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: account; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.account (
    id uuid NOT NULL,
    kind smallint NOT NULL,
    owner_id text NOT NULL,
    asset wallet.asset_code NOT NULL,
    debits_pending bigint DEFAULT 0 NOT NULL,
    debits_posted bigint DEFAULT 0 NOT NULL,
    credits_pending bigint DEFAULT 0 NOT NULL,
    credits_posted bigint DEFAULT 0 NOT NULL,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    frozen_at timestamp with time zone,
    fenced boolean DEFAULT false NOT NULL,
    CONSTRAINT account_counters_not_negative CHECK (((debits_pending >= 0) AND (debits_posted >= 0) AND (credits_pending >= 0) AND (credits_posted >= 0))),
    CONSTRAINT account_kind_check CHECK (((kind >= 1) AND (kind <= 9))),
    CONSTRAINT account_not_overdrawn CHECK (((kind = ANY (ARRAY[7, 8])) OR ((debits_posted + debits_pending) <= credits_posted)))
)
WITH (fillfactor='60');

--
-- Name: deposit; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.deposit (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    rail text NOT NULL,
    asset wallet.asset_code NOT NULL,
    units bigint NOT NULL,
    status smallint NOT NULL,
    transfer_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    credited_at timestamp with time zone,
    CONSTRAINT deposit_check CHECK (((status = 2) = (credited_at IS NOT NULL))),
    CONSTRAINT deposit_status_check CHECK (((status >= 1) AND (status <= 3))),
    CONSTRAINT deposit_units_check CHECK ((units > 0))
);

--
-- Name: fill_progress; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.fill_progress (
    event_id uuid NOT NULL,
    sequence bigint DEFAULT 0 NOT NULL,
    halted_at timestamp with time zone,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT fill_progress_sequence_check CHECK ((sequence >= 0))
)
WITH (fillfactor='70');

--
-- Name: fill_total; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.fill_total (
    event_id uuid NOT NULL,
    asset wallet.asset_code NOT NULL,
    bought_units bigint DEFAULT 0 NOT NULL,
    sold_units bigint DEFAULT 0 NOT NULL,
    CONSTRAINT fill_total_bought_units_check CHECK ((bought_units >= 0)),
    CONSTRAINT fill_total_sold_units_check CHECK ((sold_units >= 0))
)
WITH (fillfactor='60');

--
-- Name: fill_waiting; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.fill_waiting (
    event_id uuid NOT NULL,
    sequence bigint NOT NULL,
    fact bytea NOT NULL,
    received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT fill_waiting_sequence_check CHECK ((sequence > 0))
);

--
-- Name: idempotency; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.idempotency (
    id uuid NOT NULL,
    request_hash bytea NOT NULL,
    status smallint,
    response bytea,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT idempotency_check CHECK (((status IS NULL) = (response IS NULL)))
);

--
-- Name: inbox; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL
);

--
-- Name: inbox_sequence; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.inbox_sequence (
    consumer text NOT NULL,
    source text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    last_sequence bigint NOT NULL
)
WITH (fillfactor='80');

--
-- Name: incident; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.incident (
    id uuid NOT NULL,
    kind text NOT NULL,
    event_id uuid,
    reference_id uuid,
    details jsonb NOT NULL,
    opened_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    closed_at timestamp with time zone,
    account_id uuid,
    closed_by uuid,
    note text,
    CONSTRAINT incident_kind_check CHECK ((kind = ANY (ARRAY['fill_gap'::text, 'fill_recovered'::text, 'fill_refused'::text, 'fill_unexpected'::text, 'hold_stranded'::text, 'reserve_stranded'::text, 'account_counters'::text, 'account_overdrawn'::text, 'escrow_fills'::text, 'ledger_unbalanced'::text])))
);

--
-- Name: job; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.job (
    id uuid NOT NULL,
    kind text NOT NULL,
    unique_key text,
    payload jsonb NOT NULL,
    run_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    cron text,
    attempts bigint DEFAULT 0 NOT NULL,
    lease uuid,
    version bigint DEFAULT 1 NOT NULL,
    dead_at timestamp with time zone,
    last_error text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
)
WITH (fillfactor='80');

--
-- Name: known_person; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.known_person (
    user_id uuid NOT NULL,
    barred boolean DEFAULT false NOT NULL,
    barred_sequence bigint DEFAULT 0 NOT NULL,
    kyc text DEFAULT ''::text NOT NULL,
    jurisdiction text DEFAULT ''::text NOT NULL,
    kyc_sequence bigint DEFAULT 0 NOT NULL
);

--
-- Name: leaving; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.leaving (
    user_id uuid NOT NULL,
    fence bigint NOT NULL,
    lifted boolean NOT NULL,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT leaving_fence_check CHECK ((fence > 0))
);

--
-- Name: order_reserve; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.order_reserve (
    order_id uuid NOT NULL,
    account_id uuid NOT NULL,
    event_id uuid NOT NULL,
    user_id uuid NOT NULL,
    asset text NOT NULL,
    units_left bigint NOT NULL,
    confirmed boolean DEFAULT false NOT NULL,
    reserved_at timestamp with time zone NOT NULL,
    CONSTRAINT order_reserve_not_overdrawn CHECK ((units_left >= 0))
)
WITH (fillfactor='70');

--
-- Name: outbox; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.outbox (
    id bigint NOT NULL,
    event_id uuid NOT NULL,
    topic text NOT NULL,
    key text,
    sequence bigint,
    type text NOT NULL,
    subject text,
    payload bytea NOT NULL,
    traceparent text,
    occurred_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT outbox_check CHECK (((key IS NOT NULL) OR (sequence IS NULL))),
    CONSTRAINT outbox_sequence_check CHECK ((sequence > 0))
)
WITH (autovacuum_vacuum_scale_factor='0.0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');

--
-- Name: outbox_id_seq; Type: SEQUENCE; Schema: wallet; Owner: -
--

ALTER TABLE wallet.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME wallet.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: outbox_relay; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.outbox_relay (
    only_row boolean DEFAULT true NOT NULL,
    sleeping boolean NOT NULL,
    CONSTRAINT outbox_relay_only_row_check CHECK (only_row)
);

--
-- Name: outbox_sequence; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.outbox_sequence (
    topic text NOT NULL,
    key text NOT NULL,
    last_sequence bigint NOT NULL
)
WITH (fillfactor='80');

--
-- Name: pending_transfer; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.pending_transfer (
    id uuid NOT NULL,
    debit_account_id uuid NOT NULL,
    credit_account_id uuid NOT NULL,
    asset text NOT NULL,
    units bigint NOT NULL,
    kind smallint NOT NULL,
    event_id uuid,
    reference_id uuid,
    posted_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone
)
WITH (autovacuum_vacuum_scale_factor='0.0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');

--
-- Name: person_rule; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.person_rule (
    user_id uuid NOT NULL,
    revision bigint NOT NULL,
    deposit_day_units bigint,
    deposit_week_units bigint,
    deposit_month_units bigint,
    excluded_until timestamp with time zone,
    exclusion text NOT NULL
);

--
-- Name: proof_mark; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.proof_mark (
    number bigint NOT NULL,
    look xid8 NOT NULL
);

--
-- Name: proof_progress; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.proof_progress (
    one boolean DEFAULT true NOT NULL,
    number bigint DEFAULT 0 NOT NULL,
    CONSTRAINT proof_progress_one_check CHECK (one)
);

--
-- Name: proven_account; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.proven_account (
    account_id uuid NOT NULL,
    number bigint NOT NULL,
    debits_pending bigint NOT NULL,
    debits_posted bigint NOT NULL,
    credits_pending bigint NOT NULL,
    credits_posted bigint NOT NULL,
    traded_units bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='60');

--
-- Name: release_waiting; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.release_waiting (
    order_id uuid NOT NULL,
    revision bigint NOT NULL,
    event_id uuid NOT NULL,
    after_sequence bigint NOT NULL,
    fact bytea NOT NULL,
    received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT release_waiting_after_sequence_check CHECK ((after_sequence >= 0)),
    CONSTRAINT release_waiting_revision_check CHECK ((revision >= 0))
);

--
-- Name: schema_migrations; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.schema_migrations (
    version character varying NOT NULL
);

--
-- Name: transfer; Type: TABLE; Schema: wallet; Owner: -
--

CREATE TABLE wallet.transfer (
    number bigint NOT NULL,
    posted_at timestamp with time zone NOT NULL,
    units bigint NOT NULL,
    asked_units bigint,
    released_units bigint DEFAULT 0 NOT NULL,
    debit_balance_units bigint NOT NULL,
    credit_balance_units bigint NOT NULL,
    phase smallint NOT NULL,
    kind smallint NOT NULL,
    debit_kind smallint NOT NULL,
    credit_kind smallint NOT NULL,
    id uuid NOT NULL,
    debit_account_id uuid NOT NULL,
    credit_account_id uuid NOT NULL,
    pending_id uuid,
    event_id uuid,
    reference_id uuid,
    asset text NOT NULL,
    timeout_seconds bigint,
    CONSTRAINT transfer_expires_without_order CHECK (((timeout_seconds IS NULL) OR ((timeout_seconds > 0) AND (phase = 2) AND (reference_id IS NULL)))),
    CONSTRAINT transfer_kind_is_known CHECK (((kind >= 1) AND (kind <= 18))),
    CONSTRAINT transfer_makes_sense CHECK ((
CASE phase
    WHEN 1 THEN ((units >= 0) AND (released_units = 0) AND (pending_id IS NULL))
    WHEN 2 THEN ((units > 0) AND (released_units = 0) AND (pending_id IS NULL))
    WHEN 3 THEN ((units > 0) AND (released_units >= units) AND (pending_id IS NOT NULL))
    WHEN 4 THEN ((units = 0) AND (released_units > 0) AND (pending_id IS NOT NULL))
    ELSE false
END AND ((asked_units IS NULL) OR ((phase = ANY (ARRAY[1, 2])) AND (asked_units >= units))) AND ((units > 0) OR (phase = 4) OR (asked_units IS NOT NULL)))),
    CONSTRAINT transfer_moves_between_two CHECK ((debit_account_id <> credit_account_id))
);

--
-- Name: transfer_number; Type: SEQUENCE; Schema: wallet; Owner: -
--

CREATE SEQUENCE wallet.transfer_number
    START WITH 8192
    INCREMENT BY 8192
    MINVALUE 8192
    NO MAXVALUE
    CACHE 1;

--
-- Name: account account_is_one; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.account
    ADD CONSTRAINT account_is_one UNIQUE (kind, owner_id, asset);

--
-- Name: account account_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);

--
-- Name: deposit deposit_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.deposit
    ADD CONSTRAINT deposit_pkey PRIMARY KEY (id);

--
-- Name: deposit deposit_transfer_id_key; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.deposit
    ADD CONSTRAINT deposit_transfer_id_key UNIQUE (transfer_id);

--
-- Name: fill_progress fill_progress_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.fill_progress
    ADD CONSTRAINT fill_progress_pkey PRIMARY KEY (event_id);

--
-- Name: fill_total fill_total_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.fill_total
    ADD CONSTRAINT fill_total_pkey PRIMARY KEY (event_id, asset);

--
-- Name: fill_waiting fill_waiting_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.fill_waiting
    ADD CONSTRAINT fill_waiting_pkey PRIMARY KEY (event_id, sequence);

--
-- Name: idempotency idempotency_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (id);

--
-- Name: inbox inbox_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id);

--
-- Name: inbox_sequence inbox_sequence_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.inbox_sequence
    ADD CONSTRAINT inbox_sequence_pkey PRIMARY KEY (consumer, source, topic, key);

--
-- Name: incident incident_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.incident
    ADD CONSTRAINT incident_pkey PRIMARY KEY (id);

--
-- Name: job job_kind_unique_key_key; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.job
    ADD CONSTRAINT job_kind_unique_key_key UNIQUE (kind, unique_key);

--
-- Name: job job_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

--
-- Name: known_person known_person_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.known_person
    ADD CONSTRAINT known_person_pkey PRIMARY KEY (user_id);

--
-- Name: leaving leaving_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.leaving
    ADD CONSTRAINT leaving_pkey PRIMARY KEY (user_id);

--
-- Name: order_reserve order_reserve_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.order_reserve
    ADD CONSTRAINT order_reserve_pkey PRIMARY KEY (order_id);

--
-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

--
-- Name: outbox_relay outbox_relay_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.outbox_relay
    ADD CONSTRAINT outbox_relay_pkey PRIMARY KEY (only_row);

--
-- Name: outbox_sequence outbox_sequence_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.outbox_sequence
    ADD CONSTRAINT outbox_sequence_pkey PRIMARY KEY (topic, key);

--
-- Name: pending_transfer pending_transfer_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.pending_transfer
    ADD CONSTRAINT pending_transfer_pkey PRIMARY KEY (id);

--
-- Name: person_rule person_rule_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.person_rule
    ADD CONSTRAINT person_rule_pkey PRIMARY KEY (user_id);

--
-- Name: proof_mark proof_mark_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.proof_mark
    ADD CONSTRAINT proof_mark_pkey PRIMARY KEY (number);

--
-- Name: proof_progress proof_progress_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.proof_progress
    ADD CONSTRAINT proof_progress_pkey PRIMARY KEY (one);

--
-- Name: proven_account proven_account_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.proven_account
    ADD CONSTRAINT proven_account_pkey PRIMARY KEY (account_id);

--
-- Name: release_waiting release_waiting_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.release_waiting
    ADD CONSTRAINT release_waiting_pkey PRIMARY KEY (order_id, revision);

--
-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

--
-- Name: transfer transfer_pkey; Type: CONSTRAINT; Schema: wallet; Owner: -
--

ALTER TABLE ONLY wallet.transfer
    ADD CONSTRAINT transfer_pkey PRIMARY KEY (id);

--
-- Name: deposit_of_user; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX deposit_of_user ON wallet.deposit USING btree (user_id, created_at);

--
-- Name: fill_progress_halted; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX fill_progress_halted ON wallet.fill_progress USING btree (halted_at) WHERE (halted_at IS NOT NULL);

--
-- Name: fill_waiting_by_age; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX fill_waiting_by_age ON wallet.fill_waiting USING btree (received_at);

--
-- Name: idempotency_created_at; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX idempotency_created_at ON wallet.idempotency USING btree (created_at);

--
-- Name: incident_by_time; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX incident_by_time ON wallet.incident USING btree (opened_at, id);

--
-- Name: incident_of_account; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX incident_of_account ON wallet.incident USING btree (account_id) WHERE ((account_id IS NOT NULL) AND (closed_at IS NULL));

--
-- Name: incident_open; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX incident_open ON wallet.incident USING btree (kind, opened_at) WHERE (closed_at IS NULL);

--
-- Name: job_dead; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX job_dead ON wallet.job USING btree (dead_at) WHERE (dead_at IS NOT NULL);

--
-- Name: job_due; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX job_due ON wallet.job USING btree (due_at) WHERE (dead_at IS NULL);

--
-- Name: order_reserve_of_account; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX order_reserve_of_account ON wallet.order_reserve USING btree (account_id);

--
-- Name: order_reserve_unconfirmed; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX order_reserve_unconfirmed ON wallet.order_reserve USING btree (reserved_at, order_id) WHERE (NOT confirmed);

--
-- Name: pending_transfer_expiring; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX pending_transfer_expiring ON wallet.pending_transfer USING btree (expires_at, id) WHERE (expires_at IS NOT NULL);

--
-- Name: pending_transfer_oldest; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX pending_transfer_oldest ON wallet.pending_transfer USING btree (posted_at, id);

--
-- Name: release_waiting_of_event; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX release_waiting_of_event ON wallet.release_waiting USING btree (event_id, after_sequence);

--
-- Name: transfer_ends_pending; Type: INDEX; Schema: wallet; Owner: -
--

CREATE UNIQUE INDEX transfer_ends_pending ON wallet.transfer USING btree (pending_id) WHERE (pending_id IS NOT NULL);

--
-- Name: transfer_tail; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX transfer_tail ON wallet.transfer USING brin (number, posted_at) WITH (pages_per_range='16', autosummarize='on');

--
-- Name: transfer_user_credits; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX transfer_user_credits ON wallet.transfer USING btree (credit_account_id, posted_at, number) WHERE ((credit_kind = 1) AND (units > 0) AND (phase = ANY (ARRAY[1, 3])));

--
-- Name: transfer_user_debits; Type: INDEX; Schema: wallet; Owner: -
--

CREATE INDEX transfer_user_debits ON wallet.transfer USING btree (debit_account_id, posted_at, number) WHERE ((debit_kind = 1) AND (units > 0) AND (phase = ANY (ARRAY[1, 3])));

--
-- Name: account account_is_for_ever; Type: TRIGGER; Schema: wallet; Owner: -
--

CREATE TRIGGER account_is_for_ever BEFORE DELETE OR TRUNCATE ON wallet.account FOR EACH STATEMENT EXECUTE FUNCTION wallet.refuse_change('an account is never closed');

--
-- Name: account account_moves_by_transfers; Type: TRIGGER; Schema: wallet; Owner: -
--

CREATE TRIGGER account_moves_by_transfers BEFORE UPDATE OF id, kind, owner_id, asset, debits_pending, debits_posted, credits_pending, credits_posted, changed_at ON wallet.account FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION wallet.refuse_change('money moves by transfers only');

--
-- Name: account account_opens_empty; Type: TRIGGER; Schema: wallet; Owner: -
--

CREATE TRIGGER account_opens_empty BEFORE INSERT ON wallet.account FOR EACH ROW WHEN (((new.debits_pending <> 0) OR (new.debits_posted <> 0) OR (new.credits_pending <> 0) OR (new.credits_posted <> 0))) EXECUTE FUNCTION wallet.refuse_change('an account opens empty');

--
-- Name: fill_progress fill_progress_never_regresses; Type: TRIGGER; Schema: wallet; Owner: -
--

CREATE TRIGGER fill_progress_never_regresses BEFORE UPDATE ON wallet.fill_progress FOR EACH ROW WHEN ((new.sequence < old.sequence)) EXECUTE FUNCTION wallet.refuse_regress();

--
-- Name: order_reserve order_reserve_changes_by_transfers; Type: TRIGGER; Schema: wallet; Owner: -
--

CREATE TRIGGER order_reserve_changes_by_transfers BEFORE UPDATE ON wallet.order_reserve FOR EACH ROW WHEN (((pg_trigger_depth() = 0) AND ((((((new.order_id IS DISTINCT FROM old.order_id) OR (new.account_id IS DISTINCT FROM old.account_id)) OR (new.event_id IS DISTINCT FROM old.event_id)) OR (new.user_id IS DISTINCT FROM old.user_id)) OR (new.asset IS DISTINCT FROM old.asset)) OR (new.units_left IS DISTINCT FROM old.units_left)))) EXECUTE FUNCTION wallet.refuse_change('it follows the transfers');

--
-- Name: order_reserve order_reserve_ends_empty; Type: TRIGGER; Schema: wallet; Owner: -
--

CREATE TRIGGER order_reserve_ends_empty BEFORE DELETE ON wallet.order_reserve FOR EACH ROW WHEN ((old.units_left > 0)) EXECUTE FUNCTION wallet.refuse_change('there is money in it');

--
-- Name: order_reserve order_reserve_follows_transfers; Type: TRIGGER; Schema: wallet; Owner: -
--

CREATE TRIGGER order_reserve_follows_transfers BEFORE INSERT OR TRUNCATE ON wallet.order_reserve FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION wallet.refuse_change('it follows the transfers');

--
-- Name: pending_transfer pending_moves_by_transfers; Type: TRIGGER; Schema: wallet; Owner: -
--

CREATE TRIGGER pending_moves_by_transfers BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON wallet.pending_transfer FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION wallet.refuse_change('it follows the transfers');

--
-- Name: transfer transfer_is_for_ever; Type: TRIGGER; Schema: wallet; Owner: -
--

CREATE TRIGGER transfer_is_for_ever BEFORE DELETE OR UPDATE OR TRUNCATE ON wallet.transfer FOR EACH STATEMENT EXECUTE FUNCTION wallet.refuse_change('what was posted stays; a mistake is mended by another transfer');

--
-- Name: transfer transfer_moves_money; Type: TRIGGER; Schema: wallet; Owner: -
--

CREATE TRIGGER transfer_moves_money AFTER INSERT ON wallet.transfer REFERENCING NEW TABLE AS created FOR EACH STATEMENT EXECUTE FUNCTION wallet.apply_transfers();

--
-- Name: transfer transfer_reserves; Type: TRIGGER; Schema: wallet; Owner: -
--

CREATE TRIGGER transfer_reserves AFTER INSERT ON wallet.transfer REFERENCING NEW TABLE AS created FOR EACH STATEMENT EXECUTE FUNCTION wallet.apply_reserves();

--
-- PostgreSQL database dump complete
--

--
-- Dbmate schema migrations
--

INSERT INTO wallet.schema_migrations (version) VALUES
    ('20261121034000'),
    ('20261121034100'),
    ('20261121034200'),
    ('20261121034300'),
    ('20261121034400'),
    ('20261121063800'),
    ('20261121070000'),
    ('20261121070100'),
    ('20261121100000'),
    ('20261121100001'),
    ('20261121103000'),
    ('20261121162000'),
    ('20261121200500'),
    ('20261121225800');
