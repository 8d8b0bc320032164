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
-- Name: market_data; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA market_data;

--
-- Name: add_month(text, date); Type: FUNCTION; Schema: market_data; Owner: -
--

CREATE FUNCTION market_data.add_month(parent text, month date) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  first date := date_trunc('month', month);
begin
  perform pg_advisory_xact_lock(hashtext('market_data.months'));
  execute format(
    'create table if not exists %I partition of %I for values from (%L) to (%L)',
    parent || to_char(first, '_YYYY_MM'), parent,
    first::timestamp at time zone 'UTC', (first + interval '1 month') at time zone 'UTC');
end
$$;

--
-- Name: drop_months(text, date); Type: FUNCTION; Schema: market_data; Owner: -
--

CREATE FUNCTION market_data.drop_months(parent text, before date) RETURNS bigint
    LANGUAGE plpgsql
    AS $_$
declare
  child text;
  dropped bigint := 0;
begin
  for child in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent::regclass and c.relname ~ ('^' || parent || '_[0-9]{4}_[0-9]{2}$')
      and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before
  loop
    execute format('drop table %I', child);
    dropped := dropped + 1;
  end loop;
  return dropped;
end
$_$;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: backfill; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.backfill (
    venue text NOT NULL,
    venue_market_id text NOT NULL,
    since timestamp with time zone NOT NULL,
    reach timestamp with time zone NOT NULL,
    cursor text NOT NULL,
    is_whole boolean NOT NULL
);

--
-- Name: candle; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.candle (
    venue text NOT NULL,
    venue_market_id text NOT NULL,
    outcome smallint NOT NULL,
    span bigint NOT NULL,
    open_time timestamp with time zone NOT NULL,
    open_millionths bigint NOT NULL,
    high_millionths bigint NOT NULL,
    low_millionths bigint NOT NULL,
    close_millionths bigint NOT NULL,
    volume numeric NOT NULL,
    trades bigint NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    CONSTRAINT candle_span_check CHECK ((span = ANY (ARRAY[(60)::bigint, (300)::bigint, (3600)::bigint, (86400)::bigint])))
)
PARTITION BY LIST (span);

--
-- Name: candle_1d; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.candle_1d (
    venue text CONSTRAINT candle_venue_not_null NOT NULL,
    venue_market_id text CONSTRAINT candle_venue_market_id_not_null NOT NULL,
    outcome smallint CONSTRAINT candle_outcome_not_null NOT NULL,
    span bigint CONSTRAINT candle_span_not_null NOT NULL,
    open_time timestamp with time zone CONSTRAINT candle_open_time_not_null NOT NULL,
    open_millionths bigint CONSTRAINT candle_open_millionths_not_null NOT NULL,
    high_millionths bigint CONSTRAINT candle_high_millionths_not_null NOT NULL,
    low_millionths bigint CONSTRAINT candle_low_millionths_not_null NOT NULL,
    close_millionths bigint CONSTRAINT candle_close_millionths_not_null NOT NULL,
    volume numeric CONSTRAINT candle_volume_not_null NOT NULL,
    trades bigint CONSTRAINT candle_trades_not_null NOT NULL,
    first_at timestamp with time zone CONSTRAINT candle_first_at_not_null NOT NULL,
    last_at timestamp with time zone CONSTRAINT candle_last_at_not_null NOT NULL,
    CONSTRAINT candle_span_check CHECK ((span = ANY (ARRAY[(60)::bigint, (300)::bigint, (3600)::bigint, (86400)::bigint])))
);

--
-- Name: candle_1h; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.candle_1h (
    venue text CONSTRAINT candle_venue_not_null NOT NULL,
    venue_market_id text CONSTRAINT candle_venue_market_id_not_null NOT NULL,
    outcome smallint CONSTRAINT candle_outcome_not_null NOT NULL,
    span bigint CONSTRAINT candle_span_not_null NOT NULL,
    open_time timestamp with time zone CONSTRAINT candle_open_time_not_null NOT NULL,
    open_millionths bigint CONSTRAINT candle_open_millionths_not_null NOT NULL,
    high_millionths bigint CONSTRAINT candle_high_millionths_not_null NOT NULL,
    low_millionths bigint CONSTRAINT candle_low_millionths_not_null NOT NULL,
    close_millionths bigint CONSTRAINT candle_close_millionths_not_null NOT NULL,
    volume numeric CONSTRAINT candle_volume_not_null NOT NULL,
    trades bigint CONSTRAINT candle_trades_not_null NOT NULL,
    first_at timestamp with time zone CONSTRAINT candle_first_at_not_null NOT NULL,
    last_at timestamp with time zone CONSTRAINT candle_last_at_not_null NOT NULL,
    CONSTRAINT candle_span_check CHECK ((span = ANY (ARRAY[(60)::bigint, (300)::bigint, (3600)::bigint, (86400)::bigint])))
);

--
-- Name: candle_1m; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.candle_1m (
    venue text CONSTRAINT candle_venue_not_null NOT NULL,
    venue_market_id text CONSTRAINT candle_venue_market_id_not_null NOT NULL,
    outcome smallint CONSTRAINT candle_outcome_not_null NOT NULL,
    span bigint CONSTRAINT candle_span_not_null NOT NULL,
    open_time timestamp with time zone CONSTRAINT candle_open_time_not_null NOT NULL,
    open_millionths bigint CONSTRAINT candle_open_millionths_not_null NOT NULL,
    high_millionths bigint CONSTRAINT candle_high_millionths_not_null NOT NULL,
    low_millionths bigint CONSTRAINT candle_low_millionths_not_null NOT NULL,
    close_millionths bigint CONSTRAINT candle_close_millionths_not_null NOT NULL,
    volume numeric CONSTRAINT candle_volume_not_null NOT NULL,
    trades bigint CONSTRAINT candle_trades_not_null NOT NULL,
    first_at timestamp with time zone CONSTRAINT candle_first_at_not_null NOT NULL,
    last_at timestamp with time zone CONSTRAINT candle_last_at_not_null NOT NULL,
    CONSTRAINT candle_span_check CHECK ((span = ANY (ARRAY[(60)::bigint, (300)::bigint, (3600)::bigint, (86400)::bigint])))
)
PARTITION BY RANGE (open_time);

--
-- Name: candle_1m_other; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.candle_1m_other (
    venue text CONSTRAINT candle_venue_not_null NOT NULL,
    venue_market_id text CONSTRAINT candle_venue_market_id_not_null NOT NULL,
    outcome smallint CONSTRAINT candle_outcome_not_null NOT NULL,
    span bigint CONSTRAINT candle_span_not_null NOT NULL,
    open_time timestamp with time zone CONSTRAINT candle_open_time_not_null NOT NULL,
    open_millionths bigint CONSTRAINT candle_open_millionths_not_null NOT NULL,
    high_millionths bigint CONSTRAINT candle_high_millionths_not_null NOT NULL,
    low_millionths bigint CONSTRAINT candle_low_millionths_not_null NOT NULL,
    close_millionths bigint CONSTRAINT candle_close_millionths_not_null NOT NULL,
    volume numeric CONSTRAINT candle_volume_not_null NOT NULL,
    trades bigint CONSTRAINT candle_trades_not_null NOT NULL,
    first_at timestamp with time zone CONSTRAINT candle_first_at_not_null NOT NULL,
    last_at timestamp with time zone CONSTRAINT candle_last_at_not_null NOT NULL,
    CONSTRAINT candle_span_check CHECK ((span = ANY (ARRAY[(60)::bigint, (300)::bigint, (3600)::bigint, (86400)::bigint])))
);

--
-- Name: candle_5m; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.candle_5m (
    venue text CONSTRAINT candle_venue_not_null NOT NULL,
    venue_market_id text CONSTRAINT candle_venue_market_id_not_null NOT NULL,
    outcome smallint CONSTRAINT candle_outcome_not_null NOT NULL,
    span bigint CONSTRAINT candle_span_not_null NOT NULL,
    open_time timestamp with time zone CONSTRAINT candle_open_time_not_null NOT NULL,
    open_millionths bigint CONSTRAINT candle_open_millionths_not_null NOT NULL,
    high_millionths bigint CONSTRAINT candle_high_millionths_not_null NOT NULL,
    low_millionths bigint CONSTRAINT candle_low_millionths_not_null NOT NULL,
    close_millionths bigint CONSTRAINT candle_close_millionths_not_null NOT NULL,
    volume numeric CONSTRAINT candle_volume_not_null NOT NULL,
    trades bigint CONSTRAINT candle_trades_not_null NOT NULL,
    first_at timestamp with time zone CONSTRAINT candle_first_at_not_null NOT NULL,
    last_at timestamp with time zone CONSTRAINT candle_last_at_not_null NOT NULL,
    CONSTRAINT candle_span_check CHECK ((span = ANY (ARRAY[(60)::bigint, (300)::bigint, (3600)::bigint, (86400)::bigint])))
)
PARTITION BY RANGE (open_time);

--
-- Name: candle_5m_other; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.candle_5m_other (
    venue text CONSTRAINT candle_venue_not_null NOT NULL,
    venue_market_id text CONSTRAINT candle_venue_market_id_not_null NOT NULL,
    outcome smallint CONSTRAINT candle_outcome_not_null NOT NULL,
    span bigint CONSTRAINT candle_span_not_null NOT NULL,
    open_time timestamp with time zone CONSTRAINT candle_open_time_not_null NOT NULL,
    open_millionths bigint CONSTRAINT candle_open_millionths_not_null NOT NULL,
    high_millionths bigint CONSTRAINT candle_high_millionths_not_null NOT NULL,
    low_millionths bigint CONSTRAINT candle_low_millionths_not_null NOT NULL,
    close_millionths bigint CONSTRAINT candle_close_millionths_not_null NOT NULL,
    volume numeric CONSTRAINT candle_volume_not_null NOT NULL,
    trades bigint CONSTRAINT candle_trades_not_null NOT NULL,
    first_at timestamp with time zone CONSTRAINT candle_first_at_not_null NOT NULL,
    last_at timestamp with time zone CONSTRAINT candle_last_at_not_null NOT NULL,
    CONSTRAINT candle_span_check CHECK ((span = ANY (ARRAY[(60)::bigint, (300)::bigint, (3600)::bigint, (86400)::bigint])))
);

--
-- Name: idempotency; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.idempotency (
    id uuid NOT NULL,
    request_hash bytea NOT NULL,
    status smallint,
    response bytea,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT idempotency_check CHECK (((status IS NULL) = (response IS NULL)))
);

--
-- Name: inbox; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL
);

--
-- Name: inbox_sequence; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.inbox_sequence (
    consumer text NOT NULL,
    source text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    last_sequence bigint NOT NULL
)
WITH (fillfactor='80');

--
-- Name: job; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.job (
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
-- Name: market_match; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.market_match (
    first_venue text NOT NULL,
    first_market_id text NOT NULL,
    first_outcome smallint NOT NULL,
    second_venue text NOT NULL,
    second_market_id text NOT NULL,
    second_outcome smallint NOT NULL,
    score_millionths bigint NOT NULL,
    found_at timestamp with time zone NOT NULL,
    CONSTRAINT market_match_score_millionths_check CHECK (((score_millionths >= 0) AND (score_millionths <= 1000000)))
);

--
-- Name: outbox; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.outbox (
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
-- Name: outbox_id_seq; Type: SEQUENCE; Schema: market_data; Owner: -
--

ALTER TABLE market_data.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME market_data.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: outbox_relay; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.outbox_relay (
    only_row boolean DEFAULT true NOT NULL,
    sleeping boolean NOT NULL,
    CONSTRAINT outbox_relay_only_row_check CHECK (only_row)
);

--
-- Name: outbox_sequence; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.outbox_sequence (
    topic text NOT NULL,
    key text NOT NULL,
    last_sequence bigint NOT NULL
)
WITH (fillfactor='80');

--
-- Name: quality_incident; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.quality_incident (
    id uuid NOT NULL,
    kind text NOT NULL,
    venue text NOT NULL,
    venue_market_id text NOT NULL,
    outcome smallint,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    occurrences bigint NOT NULL,
    detail text NOT NULL,
    CONSTRAINT quality_incident_check CHECK ((ended_at >= started_at)),
    CONSTRAINT quality_incident_kind_check CHECK ((kind = ANY (ARRAY['stale'::text, 'gap'::text, 'crossed'::text, 'locked'::text, 'out_of_range'::text, 'time_backwards'::text, 'duplicate'::text, 'sum'::text, 'silent'::text, 'skew'::text]))),
    CONSTRAINT quality_incident_occurrences_check CHECK ((occurrences > 0))
)
PARTITION BY RANGE (started_at);

--
-- Name: quality_incident_other; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.quality_incident_other (
    id uuid CONSTRAINT quality_incident_id_not_null NOT NULL,
    kind text CONSTRAINT quality_incident_kind_not_null NOT NULL,
    venue text CONSTRAINT quality_incident_venue_not_null NOT NULL,
    venue_market_id text CONSTRAINT quality_incident_venue_market_id_not_null NOT NULL,
    outcome smallint,
    started_at timestamp with time zone CONSTRAINT quality_incident_started_at_not_null NOT NULL,
    ended_at timestamp with time zone,
    occurrences bigint CONSTRAINT quality_incident_occurrences_not_null NOT NULL,
    detail text CONSTRAINT quality_incident_detail_not_null NOT NULL,
    CONSTRAINT quality_incident_check CHECK ((ended_at >= started_at)),
    CONSTRAINT quality_incident_kind_check CHECK ((kind = ANY (ARRAY['stale'::text, 'gap'::text, 'crossed'::text, 'locked'::text, 'out_of_range'::text, 'time_backwards'::text, 'duplicate'::text, 'sum'::text, 'silent'::text, 'skew'::text]))),
    CONSTRAINT quality_incident_occurrences_check CHECK ((occurrences > 0))
);

--
-- Name: schema_migrations; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.schema_migrations (
    version character varying NOT NULL
);

--
-- Name: trade; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.trade (
    venue text NOT NULL,
    venue_market_id text NOT NULL,
    trade_id text NOT NULL,
    venue_time timestamp with time zone NOT NULL,
    outcome smallint NOT NULL,
    price numeric NOT NULL,
    size numeric NOT NULL,
    taker_side text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT trade_taker_side_check CHECK ((taker_side = ANY (ARRAY['buy'::text, 'sell'::text, ''::text])))
)
PARTITION BY RANGE (venue_time);

--
-- Name: trade_other; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.trade_other (
    venue text CONSTRAINT trade_venue_not_null NOT NULL,
    venue_market_id text CONSTRAINT trade_venue_market_id_not_null NOT NULL,
    trade_id text CONSTRAINT trade_trade_id_not_null NOT NULL,
    venue_time timestamp with time zone CONSTRAINT trade_venue_time_not_null NOT NULL,
    outcome smallint CONSTRAINT trade_outcome_not_null NOT NULL,
    price numeric CONSTRAINT trade_price_not_null NOT NULL,
    size numeric CONSTRAINT trade_size_not_null NOT NULL,
    taker_side text CONSTRAINT trade_taker_side_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT trade_received_at_not_null NOT NULL,
    CONSTRAINT trade_taker_side_check CHECK ((taker_side = ANY (ARRAY['buy'::text, 'sell'::text, ''::text])))
);

--
-- Name: venue_market; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.venue_market (
    venue text NOT NULL,
    venue_market_id text NOT NULL,
    title text NOT NULL,
    status text NOT NULL,
    document jsonb NOT NULL,
    fingerprint bytea NOT NULL,
    first_seen_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    search_words tsvector GENERATED ALWAYS AS (to_tsvector('english'::regconfig, title)) STORED NOT NULL,
    CONSTRAINT venue_market_status_check CHECK ((status = ANY (ARRAY['upcoming'::text, 'open'::text, 'paused'::text, 'closed'::text, 'determined'::text, 'disputed'::text, 'resolved'::text, 'void'::text, 'unknown'::text]))),
    CONSTRAINT venue_market_venue_check CHECK ((venue = ANY (ARRAY['polymarket'::text, 'kalshi'::text, 'manifold'::text])))
);

--
-- Name: venue_quote; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.venue_quote (
    venue text NOT NULL,
    venue_market_id text NOT NULL,
    outcome smallint NOT NULL,
    received_at timestamp with time zone NOT NULL,
    venue_time timestamp with time zone,
    bid numeric,
    ask numeric,
    bid_size numeric,
    ask_size numeric,
    last numeric
)
PARTITION BY RANGE (received_at);

--
-- Name: venue_quote_other; Type: TABLE; Schema: market_data; Owner: -
--

CREATE TABLE market_data.venue_quote_other (
    venue text CONSTRAINT venue_quote_venue_not_null NOT NULL,
    venue_market_id text CONSTRAINT venue_quote_venue_market_id_not_null NOT NULL,
    outcome smallint CONSTRAINT venue_quote_outcome_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT venue_quote_received_at_not_null NOT NULL,
    venue_time timestamp with time zone,
    bid numeric,
    ask numeric,
    bid_size numeric,
    ask_size numeric,
    last numeric
);

--
-- Name: candle_1d; Type: TABLE ATTACH; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.candle ATTACH PARTITION market_data.candle_1d FOR VALUES IN ('86400');

--
-- Name: candle_1h; Type: TABLE ATTACH; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.candle ATTACH PARTITION market_data.candle_1h FOR VALUES IN ('3600');

--
-- Name: candle_1m; Type: TABLE ATTACH; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.candle ATTACH PARTITION market_data.candle_1m FOR VALUES IN ('60');

--
-- Name: candle_1m_other; Type: TABLE ATTACH; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.candle_1m ATTACH PARTITION market_data.candle_1m_other DEFAULT;

--
-- Name: candle_5m; Type: TABLE ATTACH; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.candle ATTACH PARTITION market_data.candle_5m FOR VALUES IN ('300');

--
-- Name: candle_5m_other; Type: TABLE ATTACH; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.candle_5m ATTACH PARTITION market_data.candle_5m_other DEFAULT;

--
-- Name: quality_incident_other; Type: TABLE ATTACH; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.quality_incident ATTACH PARTITION market_data.quality_incident_other DEFAULT;

--
-- Name: trade_other; Type: TABLE ATTACH; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.trade ATTACH PARTITION market_data.trade_other DEFAULT;

--
-- Name: venue_quote_other; Type: TABLE ATTACH; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.venue_quote ATTACH PARTITION market_data.venue_quote_other DEFAULT;

--
-- Name: backfill backfill_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.backfill
    ADD CONSTRAINT backfill_pkey PRIMARY KEY (venue, venue_market_id);

--
-- Name: candle candle_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.candle
    ADD CONSTRAINT candle_pkey PRIMARY KEY (venue, venue_market_id, span, open_time, outcome);

--
-- Name: candle_1d candle_1d_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.candle_1d
    ADD CONSTRAINT candle_1d_pkey PRIMARY KEY (venue, venue_market_id, span, open_time, outcome);

--
-- Name: candle_1h candle_1h_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.candle_1h
    ADD CONSTRAINT candle_1h_pkey PRIMARY KEY (venue, venue_market_id, span, open_time, outcome);

--
-- Name: candle_1m candle_1m_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.candle_1m
    ADD CONSTRAINT candle_1m_pkey PRIMARY KEY (venue, venue_market_id, span, open_time, outcome);

--
-- Name: candle_1m_other candle_1m_other_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.candle_1m_other
    ADD CONSTRAINT candle_1m_other_pkey PRIMARY KEY (venue, venue_market_id, span, open_time, outcome);

--
-- Name: candle_5m candle_5m_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.candle_5m
    ADD CONSTRAINT candle_5m_pkey PRIMARY KEY (venue, venue_market_id, span, open_time, outcome);

--
-- Name: candle_5m_other candle_5m_other_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.candle_5m_other
    ADD CONSTRAINT candle_5m_other_pkey PRIMARY KEY (venue, venue_market_id, span, open_time, outcome);

--
-- Name: idempotency idempotency_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (id);

--
-- Name: inbox inbox_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id);

--
-- Name: inbox_sequence inbox_sequence_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.inbox_sequence
    ADD CONSTRAINT inbox_sequence_pkey PRIMARY KEY (consumer, source, topic, key);

--
-- Name: job job_kind_unique_key_key; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.job
    ADD CONSTRAINT job_kind_unique_key_key UNIQUE (kind, unique_key);

--
-- Name: job job_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

--
-- Name: market_match market_match_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.market_match
    ADD CONSTRAINT market_match_pkey PRIMARY KEY (first_venue, first_market_id, first_outcome, second_venue, second_market_id);

--
-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

--
-- Name: outbox_relay outbox_relay_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.outbox_relay
    ADD CONSTRAINT outbox_relay_pkey PRIMARY KEY (only_row);

--
-- Name: outbox_sequence outbox_sequence_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.outbox_sequence
    ADD CONSTRAINT outbox_sequence_pkey PRIMARY KEY (topic, key);

--
-- Name: quality_incident quality_incident_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.quality_incident
    ADD CONSTRAINT quality_incident_pkey PRIMARY KEY (id, started_at);

--
-- Name: quality_incident_other quality_incident_other_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.quality_incident_other
    ADD CONSTRAINT quality_incident_other_pkey PRIMARY KEY (id, started_at);

--
-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

--
-- Name: trade trade_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.trade
    ADD CONSTRAINT trade_pkey PRIMARY KEY (venue, venue_market_id, trade_id, venue_time);

--
-- Name: trade_other trade_other_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.trade_other
    ADD CONSTRAINT trade_other_pkey PRIMARY KEY (venue, venue_market_id, trade_id, venue_time);

--
-- Name: venue_market venue_market_pkey; Type: CONSTRAINT; Schema: market_data; Owner: -
--

ALTER TABLE ONLY market_data.venue_market
    ADD CONSTRAINT venue_market_pkey PRIMARY KEY (venue, venue_market_id);

--
-- Name: idempotency_created_at; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX idempotency_created_at ON market_data.idempotency USING btree (created_at);

--
-- Name: job_dead; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX job_dead ON market_data.job USING btree (dead_at) WHERE (dead_at IS NOT NULL);

--
-- Name: job_due; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX job_due ON market_data.job USING btree (due_at) WHERE (dead_at IS NULL);

--
-- Name: market_match_of_second; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX market_match_of_second ON market_data.market_match USING btree (second_venue, second_market_id);

--
-- Name: quality_incident_newest; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX quality_incident_newest ON ONLY market_data.quality_incident USING btree (started_at DESC, id DESC);

--
-- Name: quality_incident_of_market; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX quality_incident_of_market ON ONLY market_data.quality_incident USING btree (venue, venue_market_id, started_at DESC, id DESC);

--
-- Name: quality_incident_open; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX quality_incident_open ON ONLY market_data.quality_incident USING btree (started_at DESC, id DESC) WHERE (ended_at IS NULL);

--
-- Name: quality_incident_other_started_at_id_idx; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX quality_incident_other_started_at_id_idx ON market_data.quality_incident_other USING btree (started_at DESC, id DESC);

--
-- Name: quality_incident_other_started_at_id_idx1; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX quality_incident_other_started_at_id_idx1 ON market_data.quality_incident_other USING btree (started_at DESC, id DESC) WHERE (ended_at IS NULL);

--
-- Name: quality_incident_other_venue_venue_market_id_started_at_id_idx; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX quality_incident_other_venue_venue_market_id_started_at_id_idx ON market_data.quality_incident_other USING btree (venue, venue_market_id, started_at DESC, id DESC);

--
-- Name: trade_newest; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX trade_newest ON ONLY market_data.trade USING btree (venue, venue_market_id, venue_time DESC, trade_id DESC);

--
-- Name: trade_other_venue_venue_market_id_venue_time_trade_id_idx; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX trade_other_venue_venue_market_id_venue_time_trade_id_idx ON market_data.trade_other USING btree (venue, venue_market_id, venue_time DESC, trade_id DESC);

--
-- Name: venue_market_newest; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX venue_market_newest ON market_data.venue_market USING btree (first_seen_at DESC, venue DESC, venue_market_id DESC);

--
-- Name: venue_market_newest_by_status; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX venue_market_newest_by_status ON market_data.venue_market USING btree (status, first_seen_at DESC, venue DESC, venue_market_id DESC);

--
-- Name: venue_market_newest_by_venue; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX venue_market_newest_by_venue ON market_data.venue_market USING btree (venue, status, first_seen_at DESC, venue_market_id DESC);

--
-- Name: venue_market_search; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX venue_market_search ON market_data.venue_market USING gin (search_words);

--
-- Name: venue_quote_of_market; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX venue_quote_of_market ON ONLY market_data.venue_quote USING btree (venue, venue_market_id, received_at DESC);

--
-- Name: venue_quote_other_venue_venue_market_id_received_at_idx; Type: INDEX; Schema: market_data; Owner: -
--

CREATE INDEX venue_quote_other_venue_venue_market_id_received_at_idx ON market_data.venue_quote_other USING btree (venue, venue_market_id, received_at DESC);

--
-- Name: candle_1d_pkey; Type: INDEX ATTACH; Schema: market_data; Owner: -
--

ALTER INDEX market_data.candle_pkey ATTACH PARTITION market_data.candle_1d_pkey;

--
-- Name: candle_1h_pkey; Type: INDEX ATTACH; Schema: market_data; Owner: -
--

ALTER INDEX market_data.candle_pkey ATTACH PARTITION market_data.candle_1h_pkey;

--
-- Name: candle_1m_other_pkey; Type: INDEX ATTACH; Schema: market_data; Owner: -
--

ALTER INDEX market_data.candle_1m_pkey ATTACH PARTITION market_data.candle_1m_other_pkey;

--
-- Name: candle_1m_pkey; Type: INDEX ATTACH; Schema: market_data; Owner: -
--

ALTER INDEX market_data.candle_pkey ATTACH PARTITION market_data.candle_1m_pkey;

--
-- Name: candle_5m_other_pkey; Type: INDEX ATTACH; Schema: market_data; Owner: -
--

ALTER INDEX market_data.candle_5m_pkey ATTACH PARTITION market_data.candle_5m_other_pkey;

--
-- Name: candle_5m_pkey; Type: INDEX ATTACH; Schema: market_data; Owner: -
--

ALTER INDEX market_data.candle_pkey ATTACH PARTITION market_data.candle_5m_pkey;

--
-- Name: quality_incident_other_pkey; Type: INDEX ATTACH; Schema: market_data; Owner: -
--

ALTER INDEX market_data.quality_incident_pkey ATTACH PARTITION market_data.quality_incident_other_pkey;

--
-- Name: quality_incident_other_started_at_id_idx; Type: INDEX ATTACH; Schema: market_data; Owner: -
--

ALTER INDEX market_data.quality_incident_newest ATTACH PARTITION market_data.quality_incident_other_started_at_id_idx;

--
-- Name: quality_incident_other_started_at_id_idx1; Type: INDEX ATTACH; Schema: market_data; Owner: -
--

ALTER INDEX market_data.quality_incident_open ATTACH PARTITION market_data.quality_incident_other_started_at_id_idx1;

--
-- Name: quality_incident_other_venue_venue_market_id_started_at_id_idx; Type: INDEX ATTACH; Schema: market_data; Owner: -
--

ALTER INDEX market_data.quality_incident_of_market ATTACH PARTITION market_data.quality_incident_other_venue_venue_market_id_started_at_id_idx;

--
-- Name: trade_other_pkey; Type: INDEX ATTACH; Schema: market_data; Owner: -
--

ALTER INDEX market_data.trade_pkey ATTACH PARTITION market_data.trade_other_pkey;

--
-- Name: trade_other_venue_venue_market_id_venue_time_trade_id_idx; Type: INDEX ATTACH; Schema: market_data; Owner: -
--

ALTER INDEX market_data.trade_newest ATTACH PARTITION market_data.trade_other_venue_venue_market_id_venue_time_trade_id_idx;

--
-- Name: venue_quote_other_venue_venue_market_id_received_at_idx; Type: INDEX ATTACH; Schema: market_data; Owner: -
--

ALTER INDEX market_data.venue_quote_of_market ATTACH PARTITION market_data.venue_quote_other_venue_venue_market_id_received_at_idx;

--
-- PostgreSQL database dump complete
--

--
-- Dbmate schema migrations
--

INSERT INTO market_data.schema_migrations (version) VALUES
    ('20261121044500'),
    ('20261121070500'),
    ('20261121101500');
