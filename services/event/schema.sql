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
-- Name: event; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA event;

--
-- Name: check_dispute_step(); Type: FUNCTION; Schema: event; Owner: -
--

CREATE FUNCTION event.check_dispute_step() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if (old.status, new.status) not in (
    ('bonding', 'open'), ('bonding', 'refused'), ('bonding', 'moot'),
    ('open', 'upheld'), ('open', 'rejected'), ('open', 'moot')
  ) then
    raise exception 'a dispute does not go from % to %', old.status, new.status
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

--
-- Name: check_event_transition(); Type: FUNCTION; Schema: event; Owner: -
--

CREATE FUNCTION event.check_event_transition() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if (old.status, new.status) not in (
    ('draft', 'active'), ('draft', 'cancelled'),
    ('active', 'locked'), ('active', 'resolved'), ('active', 'resolving'), ('active', 'cancelled'),
    ('locked', 'resolving'), ('locked', 'resolved'), ('locked', 'cancelled'),
    ('resolving', 'resolved'), ('resolving', 'cancelled')
  ) then
    raise exception 'an event does not go from % to %', old.status, new.status
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

--
-- Name: refuse_change(); Type: FUNCTION; Schema: event; Owner: -
--

CREATE FUNCTION event.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception '% is append only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: barred_person; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.barred_person (
    user_id uuid NOT NULL,
    barred boolean NOT NULL,
    sequence bigint NOT NULL
);

--
-- Name: category; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.category (
    category text NOT NULL,
    label text NOT NULL,
    place bigint NOT NULL,
    created_by uuid,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT category_category_check CHECK ((category ~ '^[a-z][a-z0-9-]{1,49}$'::text)),
    CONSTRAINT category_label_check CHECK (((char_length(label) >= 1) AND (char_length(label) <= 100)))
);

--
-- Name: charge; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.charge (
    event_id uuid NOT NULL,
    publication bigint NOT NULL,
    user_id uuid NOT NULL,
    asset text NOT NULL,
    fee_units bigint NOT NULL,
    subsidy_units bigint NOT NULL,
    status text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT charge_fee_units_check CHECK ((fee_units >= 0)),
    CONSTRAINT charge_publication_check CHECK ((publication > 0)),
    CONSTRAINT charge_status_check CHECK ((status = ANY (ARRAY['asked'::text, 'paid'::text, 'refused'::text, 'returned'::text]))),
    CONSTRAINT charge_subsidy_units_check CHECK ((subsidy_units > 0))
);

--
-- Name: crawler_rules; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.crawler_rules (
    version bigint NOT NULL,
    content jsonb NOT NULL,
    set_by uuid,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT crawler_rules_version_check CHECK ((version > 0))
);

--
-- Name: dispute; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.dispute (
    dispute_id uuid NOT NULL,
    event_id uuid NOT NULL,
    proposal_number bigint NOT NULL,
    user_id uuid NOT NULL,
    reason text NOT NULL,
    evidence_url text NOT NULL,
    status text NOT NULL,
    asset text NOT NULL,
    bond_units bigint NOT NULL,
    bond_settled boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    decided_by uuid,
    decision_note text DEFAULT ''::text NOT NULL,
    CONSTRAINT dispute_bond_units_check CHECK ((bond_units > 0)),
    CONSTRAINT dispute_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 2000))),
    CONSTRAINT dispute_status_check CHECK ((status = ANY (ARRAY['bonding'::text, 'open'::text, 'refused'::text, 'upheld'::text, 'rejected'::text, 'moot'::text])))
);

--
-- Name: event; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.event (
    event_id uuid NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    event_type text NOT NULL,
    category text NOT NULL,
    tags text[] NOT NULL,
    outcome_labels text[] NOT NULL,
    status text NOT NULL,
    start_time timestamp with time zone,
    end_time timestamp with time zone NOT NULL,
    locks_at timestamp with time zone GENERATED ALWAYS AS (COALESCE((((start_time AT TIME ZONE 'UTC'::text) - '00:05:00'::interval) AT TIME ZONE 'UTC'::text), end_time)) STORED NOT NULL,
    resolution_source text NOT NULL,
    asset text NOT NULL,
    subsidy_units bigint NOT NULL,
    prior_millionths bigint[] NOT NULL,
    creator_user_id uuid,
    venue text,
    venue_market_id text,
    venue_outcome_ids text[],
    venue_url text,
    image_url text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    search_text text NOT NULL,
    search_words tsvector GENERATED ALWAYS AS (to_tsvector('english'::regconfig, search_text)) STORED NOT NULL,
    unpublished boolean DEFAULT false NOT NULL,
    creator_pays boolean DEFAULT false NOT NULL,
    creation_fee_units bigint DEFAULT 0 NOT NULL,
    publication bigint DEFAULT 0 NOT NULL,
    scale_lower numeric,
    scale_upper numeric,
    scale_step numeric,
    scale_unit text,
    challenge_seconds bigint,
    resolve_by timestamp with time zone,
    deadline_payout_millionths bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    mechanism text DEFAULT 'lmsr'::text NOT NULL,
    refusal text DEFAULT ''::text NOT NULL,
    venue_word bytea,
    CONSTRAINT event_challenge_is_bounded CHECK (((challenge_seconds >= 0) AND (challenge_seconds <= 2592000))),
    CONSTRAINT event_check1 CHECK ((end_time > start_time)),
    CONSTRAINT event_check2 CHECK (((cardinality(prior_millionths) = 0) OR (cardinality(prior_millionths) = cardinality(outcome_labels)))),
    CONSTRAINT event_check3 CHECK ((((venue IS NULL) = (venue_market_id IS NULL)) AND ((venue IS NULL) = (venue_outcome_ids IS NULL)))),
    CONSTRAINT event_description_check CHECK ((char_length(description) <= 20000)),
    CONSTRAINT event_mechanism_fits CHECK (
CASE mechanism
    WHEN 'lmsr'::text THEN true
    WHEN 'cpmm'::text THEN (cardinality(outcome_labels) = 2)
    WHEN 'cpmm_multi'::text THEN ((cardinality(outcome_labels) >= 3) AND (cardinality(outcome_labels) <= 20))
    ELSE false
END),
    CONSTRAINT event_outcomes_fit CHECK ((((cardinality(outcome_labels) >= 2) AND (cardinality(outcome_labels) <= 100)) AND ((event_type = 'multiple_choice'::text) OR (cardinality(outcome_labels) = 2)))),
    CONSTRAINT event_scale_is_whole CHECK ((((event_type = 'scalar'::text) = (scale_lower IS NOT NULL)) AND ((scale_lower IS NULL) = (scale_upper IS NULL)) AND ((scale_lower IS NULL) = (scale_step IS NULL)) AND ((scale_lower IS NULL) = (scale_unit IS NULL)) AND ((scale_lower IS NULL) OR ((scale_lower < scale_upper) AND (scale_step > (0)::numeric))))),
    CONSTRAINT event_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'locked'::text, 'resolving'::text, 'resolved'::text, 'cancelled'::text]))),
    CONSTRAINT event_subsidy_units_check CHECK ((subsidy_units > 0)),
    CONSTRAINT event_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 500))),
    CONSTRAINT event_type_is_known CHECK ((event_type = ANY (ARRAY['binary'::text, 'multiple_choice'::text, 'scalar'::text])))
);

--
-- Name: resolution; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.resolution (
    event_id uuid NOT NULL,
    revision bigint NOT NULL,
    payout_millionths bigint[] NOT NULL,
    source text NOT NULL,
    note text NOT NULL,
    resolved_at timestamp with time zone NOT NULL,
    closing_sequence bigint NOT NULL,
    value numeric,
    CONSTRAINT resolution_closing_sequence_check CHECK ((closing_sequence >= 0)),
    CONSTRAINT resolution_revision_check CHECK ((revision > 0))
);

--
-- Name: event_row; Type: VIEW; Schema: event; Owner: -
--

CREATE VIEW event.event_row AS
 SELECT e.event_id,
    e.title,
    e.description,
    e.event_type,
    e.category,
    e.tags,
    e.outcome_labels,
    e.status,
    e.start_time,
    e.end_time,
    e.locks_at,
    e.resolution_source,
    e.asset,
    e.subsidy_units,
    e.prior_millionths,
    e.creator_user_id,
    e.venue,
    e.venue_market_id,
    e.venue_outcome_ids,
    e.venue_url,
    e.image_url,
    e.created_at,
    e.updated_at,
    e.version,
    r.revision,
    r.payout_millionths,
    r.source,
    r.note,
    r.resolved_at,
    r.closing_sequence,
    e.search_words,
    e.unpublished,
    e.creator_pays,
    e.creation_fee_units,
    e.publication,
    e.scale_lower,
    e.scale_upper,
    e.scale_step,
    e.scale_unit,
    e.challenge_seconds,
    e.resolve_by,
    e.deadline_payout_millionths,
    r.value,
    e.mechanism
   FROM (event.event e
     LEFT JOIN LATERAL ( SELECT l.revision,
            l.payout_millionths,
            l.source,
            l.note,
            l.resolved_at,
            l.closing_sequence,
            l.value
           FROM event.resolution l
          WHERE (l.event_id = e.event_id)
          ORDER BY l.revision DESC
         LIMIT 1) r ON (true));

--
-- Name: idempotency; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.idempotency (
    id uuid NOT NULL,
    request_hash bytea NOT NULL,
    status smallint,
    response bytea,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT idempotency_check CHECK (((status IS NULL) = (response IS NULL)))
);

--
-- Name: inbox; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL
);

--
-- Name: inbox_sequence; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.inbox_sequence (
    consumer text NOT NULL,
    source text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    last_sequence bigint NOT NULL
)
WITH (fillfactor='80');

--
-- Name: job; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.job (
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
-- Name: known_person; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.known_person (
    user_id uuid NOT NULL,
    kyc text DEFAULT ''::text NOT NULL,
    jurisdiction text DEFAULT ''::text NOT NULL,
    kyc_sequence bigint DEFAULT 0 NOT NULL,
    excluded_until timestamp with time zone,
    exclusion text DEFAULT ''::text NOT NULL,
    revision bigint DEFAULT 0 NOT NULL
);

--
-- Name: outbox; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.outbox (
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
-- Name: outbox_id_seq; Type: SEQUENCE; Schema: event; Owner: -
--

ALTER TABLE event.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME event.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: outbox_relay; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.outbox_relay (
    only_row boolean DEFAULT true NOT NULL,
    sleeping boolean NOT NULL,
    CONSTRAINT outbox_relay_only_row_check CHECK (only_row)
);

--
-- Name: outbox_sequence; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.outbox_sequence (
    topic text NOT NULL,
    key text NOT NULL,
    last_sequence bigint NOT NULL
)
WITH (fillfactor='80');

--
-- Name: proposal; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.proposal (
    event_id uuid NOT NULL,
    number bigint NOT NULL,
    payout_millionths bigint[] NOT NULL,
    value numeric,
    source text NOT NULL,
    note text NOT NULL,
    actor_user_id uuid,
    confirmed_by uuid,
    closing_sequence bigint NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    challenge_ends_at timestamp with time zone NOT NULL,
    bond_units bigint NOT NULL,
    overturned_at timestamp with time zone,
    CONSTRAINT proposal_bond_units_check CHECK ((bond_units > 0)),
    CONSTRAINT proposal_check CHECK ((challenge_ends_at > proposed_at)),
    CONSTRAINT proposal_closing_sequence_check CHECK ((closing_sequence >= 0)),
    CONSTRAINT proposal_number_check CHECK ((number > 0))
);

--
-- Name: schema_migrations; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.schema_migrations (
    version character varying NOT NULL
);

--
-- Name: trend; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.trend (
    event_id uuid NOT NULL,
    score double precision NOT NULL,
    last_sequence bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='70');

--
-- Name: verdict; Type: TABLE; Schema: event; Owner: -
--

CREATE TABLE event.verdict (
    event_id uuid NOT NULL,
    kind text NOT NULL,
    payout_millionths bigint[] NOT NULL,
    source text NOT NULL,
    note text NOT NULL,
    actor_user_id uuid,
    asked_at timestamp with time zone NOT NULL,
    value numeric,
    awaits_confirmation boolean DEFAULT false NOT NULL,
    confirmed_by uuid,
    void_hour_ends_at timestamp with time zone,
    CONSTRAINT verdict_kind_check CHECK ((kind = ANY (ARRAY['resolve'::text, 'cancel'::text])))
);

--
-- Name: barred_person barred_person_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.barred_person
    ADD CONSTRAINT barred_person_pkey PRIMARY KEY (user_id);

--
-- Name: category category_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.category
    ADD CONSTRAINT category_pkey PRIMARY KEY (category);

--
-- Name: charge charge_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.charge
    ADD CONSTRAINT charge_pkey PRIMARY KEY (event_id, publication);

--
-- Name: crawler_rules crawler_rules_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.crawler_rules
    ADD CONSTRAINT crawler_rules_pkey PRIMARY KEY (version);

--
-- Name: dispute dispute_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.dispute
    ADD CONSTRAINT dispute_pkey PRIMARY KEY (dispute_id);

--
-- Name: event event_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (event_id);

--
-- Name: event event_venue_venue_market_id_key; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.event
    ADD CONSTRAINT event_venue_venue_market_id_key UNIQUE (venue, venue_market_id);

--
-- Name: idempotency idempotency_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (id);

--
-- Name: inbox inbox_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id);

--
-- Name: inbox_sequence inbox_sequence_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.inbox_sequence
    ADD CONSTRAINT inbox_sequence_pkey PRIMARY KEY (consumer, source, topic, key);

--
-- Name: job job_kind_unique_key_key; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.job
    ADD CONSTRAINT job_kind_unique_key_key UNIQUE (kind, unique_key);

--
-- Name: job job_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

--
-- Name: known_person known_person_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.known_person
    ADD CONSTRAINT known_person_pkey PRIMARY KEY (user_id);

--
-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

--
-- Name: outbox_relay outbox_relay_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.outbox_relay
    ADD CONSTRAINT outbox_relay_pkey PRIMARY KEY (only_row);

--
-- Name: outbox_sequence outbox_sequence_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.outbox_sequence
    ADD CONSTRAINT outbox_sequence_pkey PRIMARY KEY (topic, key);

--
-- Name: proposal proposal_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.proposal
    ADD CONSTRAINT proposal_pkey PRIMARY KEY (event_id, number);

--
-- Name: resolution resolution_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.resolution
    ADD CONSTRAINT resolution_pkey PRIMARY KEY (event_id, revision);

--
-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

--
-- Name: trend trend_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.trend
    ADD CONSTRAINT trend_pkey PRIMARY KEY (event_id);

--
-- Name: verdict verdict_pkey; Type: CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.verdict
    ADD CONSTRAINT verdict_pkey PRIMARY KEY (event_id);

--
-- Name: dispute_newest; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX dispute_newest ON event.dispute USING btree (created_at DESC, dispute_id DESC);

--
-- Name: dispute_newest_of_person; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX dispute_newest_of_person ON event.dispute USING btree (user_id, created_at DESC, dispute_id DESC);

--
-- Name: dispute_of_person; Type: INDEX; Schema: event; Owner: -
--

CREATE UNIQUE INDEX dispute_of_person ON event.dispute USING btree (event_id, proposal_number, user_id) WHERE (status <> 'refused'::text);

--
-- Name: dispute_undecided; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX dispute_undecided ON event.dispute USING btree (event_id, proposal_number) WHERE (status = ANY (ARRAY['bonding'::text, 'open'::text]));

--
-- Name: event_by_end; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX event_by_end ON event.event USING btree (end_time, event_id);

--
-- Name: event_by_lock; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX event_by_lock ON event.event USING btree (locks_at, event_id);

--
-- Name: event_by_start; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX event_by_start ON event.event USING btree (COALESCE(start_time, end_time), event_id);

--
-- Name: event_crawled_open; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX event_crawled_open ON event.event USING gin (tags) WHERE ((status = ANY (ARRAY['draft'::text, 'active'::text])) AND (venue IS NOT NULL));

--
-- Name: event_creator; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX event_creator ON event.event USING btree (creator_user_id, created_at DESC) WHERE (creator_user_id IS NOT NULL);

--
-- Name: event_locking; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX event_locking ON event.event USING btree (locks_at, event_id) WHERE (status = 'active'::text);

--
-- Name: event_newest; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX event_newest ON event.event USING btree (created_at DESC, event_id DESC);

--
-- Name: event_newest_by_category; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX event_newest_by_category ON event.event USING btree (category, status, created_at DESC, event_id DESC);

--
-- Name: event_newest_by_status; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX event_newest_by_status ON event.event USING btree (status, created_at DESC, event_id DESC);

--
-- Name: event_search; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX event_search ON event.event USING gin (search_words);

--
-- Name: event_unpublished; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX event_unpublished ON event.event USING btree (creator_user_id, created_at DESC, event_id DESC) WHERE unpublished;

--
-- Name: idempotency_created_at; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX idempotency_created_at ON event.idempotency USING btree (created_at);

--
-- Name: job_dead; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX job_dead ON event.job USING btree (dead_at) WHERE (dead_at IS NOT NULL);

--
-- Name: job_due; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX job_due ON event.job USING btree (due_at) WHERE (dead_at IS NULL);

--
-- Name: trend_highest; Type: INDEX; Schema: event; Owner: -
--

CREATE INDEX trend_highest ON event.trend USING btree (score DESC, event_id DESC);

--
-- Name: crawler_rules crawler_rules_append_only; Type: TRIGGER; Schema: event; Owner: -
--

CREATE TRIGGER crawler_rules_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON event.crawler_rules FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

--
-- Name: dispute dispute_step; Type: TRIGGER; Schema: event; Owner: -
--

CREATE TRIGGER dispute_step BEFORE UPDATE OF status ON event.dispute FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION event.check_dispute_step();

--
-- Name: event event_transition; Type: TRIGGER; Schema: event; Owner: -
--

CREATE TRIGGER event_transition BEFORE UPDATE OF status ON event.event FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION event.check_event_transition();

--
-- Name: resolution resolution_append_only; Type: TRIGGER; Schema: event; Owner: -
--

CREATE TRIGGER resolution_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON event.resolution FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

--
-- Name: charge charge_event_id_fkey; Type: FK CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.charge
    ADD CONSTRAINT charge_event_id_fkey FOREIGN KEY (event_id) REFERENCES event.event(event_id);

--
-- Name: dispute dispute_event_id_proposal_number_fkey; Type: FK CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.dispute
    ADD CONSTRAINT dispute_event_id_proposal_number_fkey FOREIGN KEY (event_id, proposal_number) REFERENCES event.proposal(event_id, number);

--
-- Name: event event_category_is_known; Type: FK CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.event
    ADD CONSTRAINT event_category_is_known FOREIGN KEY (category) REFERENCES event.category(category);

--
-- Name: proposal proposal_event_id_fkey; Type: FK CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.proposal
    ADD CONSTRAINT proposal_event_id_fkey FOREIGN KEY (event_id) REFERENCES event.event(event_id);

--
-- Name: resolution resolution_event_id_fkey; Type: FK CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.resolution
    ADD CONSTRAINT resolution_event_id_fkey FOREIGN KEY (event_id) REFERENCES event.event(event_id);

--
-- Name: trend trend_event_id_fkey; Type: FK CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.trend
    ADD CONSTRAINT trend_event_id_fkey FOREIGN KEY (event_id) REFERENCES event.event(event_id);

--
-- Name: verdict verdict_event_id_fkey; Type: FK CONSTRAINT; Schema: event; Owner: -
--

ALTER TABLE ONLY event.verdict
    ADD CONSTRAINT verdict_event_id_fkey FOREIGN KEY (event_id) REFERENCES event.event(event_id);

--
-- PostgreSQL database dump complete
--

--
-- Dbmate schema migrations
--

INSERT INTO event.schema_migrations (version) VALUES
    ('20261121034500'),
    ('20261121100000'),
    ('20261121100001'),
    ('20261121101000'),
    ('20261121102000'),
    ('20261121103000'),
    ('20261121162200'),
    ('20261121163200'),
    ('20261121163300'),
    ('20261121180000'),
    ('20261121225600'),
    ('20261122021500'),
    ('20261122061500');
