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
-- Name: notification; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA notification;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: channel; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.channel (
    name text NOT NULL,
    sequence bigint NOT NULL,
    CONSTRAINT channel_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 256))),
    CONSTRAINT channel_sequence_check CHECK ((sequence > 0))
)
WITH (fillfactor='70');

--
-- Name: gone_person; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.gone_person (
    user_id uuid NOT NULL,
    gone_at timestamp with time zone NOT NULL
);

--
-- Name: idempotency; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.idempotency (
    id uuid NOT NULL,
    request_hash bytea NOT NULL,
    status smallint,
    response bytea,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT idempotency_check CHECK (((status IS NULL) = (response IS NULL)))
);

--
-- Name: inbox; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL
);

--
-- Name: inbox_sequence; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.inbox_sequence (
    consumer text NOT NULL,
    source text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    last_sequence bigint NOT NULL
)
WITH (fillfactor='80');

--
-- Name: job; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.job (
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
-- Name: maintenance; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.maintenance (
    only_row boolean DEFAULT true NOT NULL,
    state text NOT NULL,
    message text NOT NULL,
    starts_at timestamp with time zone,
    ends_at timestamp with time zone,
    changed_by uuid NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT maintenance_message_check CHECK ((char_length(message) <= 500)),
    CONSTRAINT maintenance_only_row_check CHECK (only_row),
    CONSTRAINT maintenance_state_check CHECK ((state = ANY (ARRAY['off'::text, 'announced'::text, 'on'::text])))
);

--
-- Name: message; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.message (
    channel text NOT NULL,
    sequence bigint NOT NULL,
    kind text NOT NULL,
    data jsonb NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    written_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    traceparent text,
    CONSTRAINT message_sequence_check CHECK ((sequence > 0))
);

--
-- Name: notice; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.notice (
    notification_id uuid NOT NULL,
    user_id uuid NOT NULL,
    cause text NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    data jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    read_at timestamp with time zone,
    CONSTRAINT notice_body_check CHECK ((char_length(body) <= 2000)),
    CONSTRAINT notice_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 300)))
);

--
-- Name: outbox; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.outbox (
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
-- Name: outbox_id_seq; Type: SEQUENCE; Schema: notification; Owner: -
--

ALTER TABLE notification.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME notification.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: outbox_relay; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.outbox_relay (
    only_row boolean DEFAULT true NOT NULL,
    sleeping boolean NOT NULL,
    CONSTRAINT outbox_relay_only_row_check CHECK (only_row)
);

--
-- Name: outbox_sequence; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.outbox_sequence (
    topic text NOT NULL,
    key text NOT NULL,
    last_sequence bigint NOT NULL
)
WITH (fillfactor='80');

--
-- Name: preference; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.preference (
    user_id uuid NOT NULL,
    muted_inbox text[] NOT NULL,
    muted_socket text[] NOT NULL,
    quiet_from time without time zone,
    quiet_to time without time zone,
    time_zone text,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT preference_check CHECK ((((quiet_from IS NULL) = (quiet_to IS NULL)) AND ((quiet_from IS NULL) = (time_zone IS NULL)))),
    CONSTRAINT preference_time_zone_check CHECK ((char_length(time_zone) <= 64))
);

--
-- Name: schema_migrations; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.schema_migrations (
    version character varying NOT NULL
);

--
-- Name: webhook; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.webhook (
    subscription_id uuid NOT NULL,
    user_id uuid NOT NULL,
    url text NOT NULL,
    kinds text[] NOT NULL,
    secret_mark bytea NOT NULL,
    sequence bigint DEFAULT 0 NOT NULL,
    delivered bigint DEFAULT 0 NOT NULL,
    due_at timestamp with time zone,
    lease uuid,
    attempts bigint DEFAULT 0 NOT NULL,
    slow boolean DEFAULT false NOT NULL,
    failing_since timestamp with time zone,
    last_attempt_at timestamp with time zone,
    last_result text,
    disabled_at timestamp with time zone,
    disabled_reason text,
    told_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    unproved_since timestamp with time zone,
    CONSTRAINT webhook_check CHECK (((delivered >= 0) AND (delivered <= sequence))),
    CONSTRAINT webhook_check1 CHECK (((disabled_at IS NULL) = (disabled_reason IS NULL))),
    CONSTRAINT webhook_kinds_check CHECK ((cardinality(kinds) > 0)),
    CONSTRAINT webhook_url_check CHECK (((char_length(url) >= 1) AND (char_length(url) <= 2048)))
)
WITH (fillfactor='70');

--
-- Name: webhook_asking; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.webhook_asking (
    user_id uuid NOT NULL,
    began_at timestamp with time zone NOT NULL,
    asked bigint NOT NULL,
    CONSTRAINT webhook_asking_asked_check CHECK ((asked > 0))
);

--
-- Name: webhook_hearing; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.webhook_hearing (
    subscription_id uuid NOT NULL,
    channel text NOT NULL,
    sequence bigint NOT NULL,
    CONSTRAINT webhook_hearing_sequence_check CHECK ((sequence >= 0))
);

--
-- Name: webhook_message; Type: TABLE; Schema: notification; Owner: -
--

CREATE TABLE notification.webhook_message (
    subscription_id uuid NOT NULL,
    sequence bigint NOT NULL,
    message_id uuid NOT NULL,
    kind text NOT NULL,
    data text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    CONSTRAINT webhook_message_sequence_check CHECK ((sequence > 0))
);

--
-- Name: channel channel_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.channel
    ADD CONSTRAINT channel_pkey PRIMARY KEY (name);

--
-- Name: gone_person gone_person_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.gone_person
    ADD CONSTRAINT gone_person_pkey PRIMARY KEY (user_id);

--
-- Name: idempotency idempotency_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (id);

--
-- Name: inbox inbox_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id);

--
-- Name: inbox_sequence inbox_sequence_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.inbox_sequence
    ADD CONSTRAINT inbox_sequence_pkey PRIMARY KEY (consumer, source, topic, key);

--
-- Name: job job_kind_unique_key_key; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.job
    ADD CONSTRAINT job_kind_unique_key_key UNIQUE (kind, unique_key);

--
-- Name: job job_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

--
-- Name: maintenance maintenance_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.maintenance
    ADD CONSTRAINT maintenance_pkey PRIMARY KEY (only_row);

--
-- Name: message message_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.message
    ADD CONSTRAINT message_pkey PRIMARY KEY (channel, sequence);

--
-- Name: notice notice_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (notification_id);

--
-- Name: notice notice_user_id_cause_key; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.notice
    ADD CONSTRAINT notice_user_id_cause_key UNIQUE (user_id, cause);

--
-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

--
-- Name: outbox_relay outbox_relay_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.outbox_relay
    ADD CONSTRAINT outbox_relay_pkey PRIMARY KEY (only_row);

--
-- Name: outbox_sequence outbox_sequence_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.outbox_sequence
    ADD CONSTRAINT outbox_sequence_pkey PRIMARY KEY (topic, key);

--
-- Name: preference preference_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.preference
    ADD CONSTRAINT preference_pkey PRIMARY KEY (user_id);

--
-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

--
-- Name: webhook_asking webhook_asking_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.webhook_asking
    ADD CONSTRAINT webhook_asking_pkey PRIMARY KEY (user_id);

--
-- Name: webhook_hearing webhook_hearing_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.webhook_hearing
    ADD CONSTRAINT webhook_hearing_pkey PRIMARY KEY (subscription_id, channel);

--
-- Name: webhook_message webhook_message_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.webhook_message
    ADD CONSTRAINT webhook_message_pkey PRIMARY KEY (subscription_id, sequence);

--
-- Name: webhook webhook_pkey; Type: CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.webhook
    ADD CONSTRAINT webhook_pkey PRIMARY KEY (subscription_id);

--
-- Name: idempotency_created_at; Type: INDEX; Schema: notification; Owner: -
--

CREATE INDEX idempotency_created_at ON notification.idempotency USING btree (created_at);

--
-- Name: job_dead; Type: INDEX; Schema: notification; Owner: -
--

CREATE INDEX job_dead ON notification.job USING btree (dead_at) WHERE (dead_at IS NOT NULL);

--
-- Name: job_due; Type: INDEX; Schema: notification; Owner: -
--

CREATE INDEX job_due ON notification.job USING btree (due_at) WHERE (dead_at IS NULL);

--
-- Name: message_oldest; Type: INDEX; Schema: notification; Owner: -
--

CREATE INDEX message_oldest ON notification.message USING brin (written_at);

--
-- Name: notice_newest; Type: INDEX; Schema: notification; Owner: -
--

CREATE INDEX notice_newest ON notification.notice USING btree (user_id, created_at DESC, notification_id DESC);

--
-- Name: notice_unread; Type: INDEX; Schema: notification; Owner: -
--

CREATE INDEX notice_unread ON notification.notice USING btree (user_id, created_at DESC, notification_id DESC) WHERE (read_at IS NULL);

--
-- Name: webhook_due; Type: INDEX; Schema: notification; Owner: -
--

CREATE INDEX webhook_due ON notification.webhook USING btree (due_at) WHERE ((due_at IS NOT NULL) AND (disabled_at IS NULL));

--
-- Name: webhook_hearing_behind; Type: INDEX; Schema: notification; Owner: -
--

CREATE INDEX webhook_hearing_behind ON notification.webhook_hearing USING btree (channel, sequence);

--
-- Name: webhook_owner; Type: INDEX; Schema: notification; Owner: -
--

CREATE INDEX webhook_owner ON notification.webhook USING btree (user_id);

--
-- Name: webhook_untold; Type: INDEX; Schema: notification; Owner: -
--

CREATE INDEX webhook_untold ON notification.webhook USING btree (disabled_at) WHERE ((disabled_at IS NOT NULL) AND (told_at IS NULL));

--
-- Name: webhook_hearing webhook_hearing_subscription_id_fkey; Type: FK CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.webhook_hearing
    ADD CONSTRAINT webhook_hearing_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES notification.webhook(subscription_id) ON DELETE CASCADE;

--
-- Name: webhook_message webhook_message_subscription_id_fkey; Type: FK CONSTRAINT; Schema: notification; Owner: -
--

ALTER TABLE ONLY notification.webhook_message
    ADD CONSTRAINT webhook_message_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES notification.webhook(subscription_id) ON DELETE CASCADE;

--
-- PostgreSQL database dump complete
--

--
-- Dbmate schema migrations
--

INSERT INTO notification.schema_migrations (version) VALUES
    ('20261121042000'),
    ('20261121100500'),
    ('20261121163600'),
    ('20261121193400'),
    ('20261121205300'),
    ('20261121231000');
