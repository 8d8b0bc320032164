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
-- Name: auth; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA auth;

--
-- Name: drop_audit_partition(text, integer, integer, timestamp with time zone); Type: FUNCTION; Schema: auth; Owner: -
--

CREATE FUNCTION auth.drop_audit_partition(class text, year integer, kept_years integer, today timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
declare
  name text := format('audit_log_%s_%s', class, year);
begin
  if kept_years is null or kept_years < 1 or year + kept_years >= extract(year from today at time zone 'UTC') then
    raise integrity_constraint_violation
      using message = format('the audit log of %s keeps the year %s', class, year);
  end if;
  if to_regclass(format('%I', name)) is null then
    return false;
  end if;
  perform from audit_chain where audit_class = class for update;
  execute format(
    'update audit_chain set anchor_sequence = l.sequence, anchor_hash = l.hash'
    ' from (select sequence, hash from %I order by sequence desc limit 1) l where audit_class = %L', name, class);
  execute format('drop table %I', name);
  return true;
end $$;

--
-- Name: make_audit_partitions(integer); Type: FUNCTION; Schema: auth; Owner: -
--

CREATE FUNCTION auth.make_audit_partitions(year integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  name text;
  class text;
begin
  foreach class in array array['user', 'money', 'admin', 'compliance', 'system'] loop
    name := format('audit_log_%s_%s', class, year);
    if to_regclass(format('%I', name)) is null then
      execute format(
        'create table %I partition of %I for values from (%L) to (%L)',
        name, 'audit_log_' || class, make_timestamptz(year, 1, 1, 0, 0, 0, 'UTC'),
        make_timestamptz(year + 1, 1, 1, 0, 0, 0, 'UTC'));
      execute format(
        'create trigger no_truncate before truncate on %I for each statement execute function refuse_change()', name);
    end if;
  end loop;
end $$;

--
-- Name: refuse_change(); Type: FUNCTION; Schema: auth; Owner: -
--

CREATE FUNCTION auth.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception '% is append only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: account; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.account (
    user_id uuid NOT NULL,
    email_verified boolean DEFAULT false NOT NULL,
    password_hash text,
    display_name text NOT NULL,
    roles text[] DEFAULT ARRAY['user'::text] NOT NULL,
    tier text DEFAULT 'basic'::text NOT NULL,
    kyc text DEFAULT 'none'::text NOT NULL,
    jurisdiction text DEFAULT ''::text NOT NULL,
    preferences jsonb DEFAULT '{}'::jsonb NOT NULL,
    banned_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    email_index bytea,
    email_sealed bytea,
    token_version bigint DEFAULT 0 NOT NULL,
    ban_reason text DEFAULT ''::text NOT NULL,
    deleted_at timestamp with time zone,
    mailbox_shown boolean DEFAULT false NOT NULL,
    CONSTRAINT account_display_name_check CHECK (((char_length(display_name) >= 1) AND (char_length(display_name) <= 50))),
    CONSTRAINT account_kyc_check CHECK ((kyc = ANY (ARRAY['none'::text, 'pending'::text, 'approved'::text, 'rejected'::text]))),
    CONSTRAINT account_preferences_check CHECK ((jsonb_typeof(preferences) = 'object'::text)),
    CONSTRAINT account_roles_check CHECK (((roles <@ ARRAY['user'::text, 'creator'::text, 'admin'::text]) AND ('user'::text = ANY (roles)))),
    CONSTRAINT account_tier_check CHECK ((tier = ANY (ARRAY['basic'::text, 'verified'::text, 'premium'::text])))
);

--
-- Name: api_key; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.api_key (
    key_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL,
    secret_sealed bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT api_key_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 50))),
    CONSTRAINT api_key_scopes_check CHECK ((cardinality(scopes) > 0))
);

--
-- Name: audit_chain; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_chain (
    audit_class text NOT NULL,
    last_sequence bigint NOT NULL,
    last_hash bytea NOT NULL,
    anchor_sequence bigint DEFAULT 0 NOT NULL,
    anchor_hash bytea DEFAULT '\x0000000000000000000000000000000000000000000000000000000000000000'::bytea NOT NULL
);

--
-- Name: audit_log; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log (
    audit_class text NOT NULL,
    sequence bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    audit_id uuid NOT NULL,
    service text NOT NULL,
    action text NOT NULL,
    actor_user_id text NOT NULL,
    subject_kind text NOT NULL,
    subject_id text NOT NULL,
    details jsonb NOT NULL,
    request_id text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
)
PARTITION BY LIST (audit_class);

--
-- Name: audit_log_admin; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_admin (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
)
PARTITION BY RANGE (recorded_at);

--
-- Name: audit_log_admin_2026; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_admin_2026 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: audit_log_admin_2027; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_admin_2027 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: audit_log_admin_2028; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_admin_2028 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: audit_log_compliance; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_compliance (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
)
PARTITION BY RANGE (recorded_at);

--
-- Name: audit_log_compliance_2026; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_compliance_2026 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: audit_log_compliance_2027; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_compliance_2027 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: audit_log_compliance_2028; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_compliance_2028 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: audit_log_money; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_money (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
)
PARTITION BY RANGE (recorded_at);

--
-- Name: audit_log_money_2026; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_money_2026 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: audit_log_money_2027; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_money_2027 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: audit_log_money_2028; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_money_2028 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: audit_log_system; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_system (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
)
PARTITION BY RANGE (recorded_at);

--
-- Name: audit_log_system_2026; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_system_2026 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: audit_log_system_2027; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_system_2027 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: audit_log_system_2028; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_system_2028 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: audit_log_user; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_user (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
)
PARTITION BY RANGE (recorded_at);

--
-- Name: audit_log_user_2026; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_user_2026 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: audit_log_user_2027; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_user_2027 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: audit_log_user_2028; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.audit_log_user_2028 (
    audit_class text CONSTRAINT audit_log_audit_class_not_null NOT NULL,
    sequence bigint CONSTRAINT audit_log_sequence_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT audit_log_recorded_at_not_null NOT NULL,
    audit_id uuid CONSTRAINT audit_log_audit_id_not_null NOT NULL,
    service text CONSTRAINT audit_log_service_not_null NOT NULL,
    action text CONSTRAINT audit_log_action_not_null NOT NULL,
    actor_user_id text CONSTRAINT audit_log_actor_user_id_not_null NOT NULL,
    subject_kind text CONSTRAINT audit_log_subject_kind_not_null NOT NULL,
    subject_id text CONSTRAINT audit_log_subject_id_not_null NOT NULL,
    details jsonb CONSTRAINT audit_log_details_not_null NOT NULL,
    request_id text CONSTRAINT audit_log_request_id_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT audit_log_occurred_at_not_null NOT NULL,
    hash bytea CONSTRAINT audit_log_hash_not_null NOT NULL,
    CONSTRAINT audit_log_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT audit_log_sequence_check CHECK ((sequence > 0))
);

--
-- Name: challenge; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.challenge (
    nonce text NOT NULL,
    chain text NOT NULL,
    address text NOT NULL,
    message text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    user_id uuid,
    chain_id text DEFAULT ''::text NOT NULL,
    CONSTRAINT challenge_chain_check CHECK ((chain = ANY (ARRAY['evm'::text, 'solana'::text])))
);

--
-- Name: compliance_report; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.compliance_report (
    report_id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL,
    risk text NOT NULL,
    details jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT compliance_report_risk_check CHECK ((risk = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text])))
);

--
-- Name: consent; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.consent (
    user_id uuid NOT NULL,
    purpose text NOT NULL,
    granted boolean NOT NULL,
    version text NOT NULL,
    since timestamp with time zone NOT NULL,
    CONSTRAINT consent_purpose_check CHECK ((purpose = ANY (ARRAY['terms'::text, 'privacy'::text, 'marketing'::text, 'analytics'::text])))
);

--
-- Name: departure; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.departure (
    user_id uuid NOT NULL,
    fence bigint NOT NULL,
    began_at timestamp with time zone NOT NULL,
    CONSTRAINT departure_fence_check CHECK ((fence > 0))
);

--
-- Name: departure_fence; Type: SEQUENCE; Schema: auth; Owner: -
--

CREATE SEQUENCE auth.departure_fence
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

--
-- Name: idempotency; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.idempotency (
    id uuid NOT NULL,
    request_hash bytea NOT NULL,
    status smallint,
    response bytea,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT idempotency_check CHECK (((status IS NULL) = (response IS NULL)))
);

--
-- Name: inbox; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL
);

--
-- Name: inbox_sequence; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.inbox_sequence (
    consumer text NOT NULL,
    source text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    last_sequence bigint NOT NULL
)
WITH (fillfactor='80');

--
-- Name: job; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.job (
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
-- Name: known_country; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.known_country (
    user_id uuid NOT NULL,
    country text NOT NULL,
    latitude double precision,
    longitude double precision,
    last_seen_at timestamp with time zone NOT NULL,
    CONSTRAINT known_country_country_check CHECK ((char_length(country) = 2))
)
WITH (fillfactor='80');

--
-- Name: known_device; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.known_device (
    user_id uuid NOT NULL,
    device bytea NOT NULL,
    first_seen_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    program bytea,
    CONSTRAINT known_device_device_check CHECK ((octet_length(device) = 32))
)
WITH (fillfactor='80');

--
-- Name: kyc_check; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.kyc_check (
    check_id uuid NOT NULL,
    user_id uuid NOT NULL,
    status text NOT NULL,
    provider text NOT NULL,
    external_id text,
    reason text DEFAULT ''::text NOT NULL,
    country text NOT NULL,
    region text DEFAULT ''::text NOT NULL,
    person_sealed bytea NOT NULL,
    documents text[] DEFAULT '{}'::text[] NOT NULL,
    risk text NOT NULL,
    listed boolean NOT NULL,
    said_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    screened bytea DEFAULT '\x'::bytea NOT NULL,
    person_index bytea,
    decided_by uuid,
    CONSTRAINT kyc_check_check CHECK (((status = 'pending'::text) = (decided_at IS NULL))),
    CONSTRAINT kyc_check_country_check CHECK ((char_length(country) = 2)),
    CONSTRAINT kyc_check_risk_check CHECK ((risk = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text]))),
    CONSTRAINT kyc_check_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'rejected'::text])))
);

--
-- Name: COLUMN kyc_check.listed; Type: COMMENT; Schema: auth; Owner: -
--

COMMENT ON COLUMN auth.kyc_check.listed IS 'Whether a provider''s word is not enough: an administrator alone may approve.';

--
-- Name: mail_sent; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.mail_sent (
    mail_id uuid NOT NULL,
    email_index bytea NOT NULL,
    letter text NOT NULL,
    sent_at timestamp with time zone NOT NULL
);

--
-- Name: mailed_token; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.mailed_token (
    token_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    purpose text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT mailed_token_token_hash_check CHECK ((octet_length(token_hash) = 32))
);

--
-- Name: open_id_attempt; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.open_id_attempt (
    state_hash bytea NOT NULL,
    provider text NOT NULL,
    browser_hash bytea NOT NULL,
    nonce text NOT NULL,
    code_verifier text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    code_hash bytea,
    owner uuid,
    CONSTRAINT open_id_attempt_browser_hash_check CHECK ((octet_length(browser_hash) = 32)),
    CONSTRAINT open_id_attempt_state_hash_check CHECK ((octet_length(state_hash) = 32))
);

--
-- Name: open_id_identity; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.open_id_identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);

--
-- Name: outbox; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.outbox (
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
-- Name: outbox_id_seq; Type: SEQUENCE; Schema: auth; Owner: -
--

ALTER TABLE auth.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME auth.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: outbox_relay; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.outbox_relay (
    only_row boolean DEFAULT true NOT NULL,
    sleeping boolean NOT NULL,
    CONSTRAINT outbox_relay_only_row_check CHECK (only_row)
);

--
-- Name: outbox_sequence; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.outbox_sequence (
    topic text NOT NULL,
    key text NOT NULL,
    last_sequence bigint NOT NULL
)
WITH (fillfactor='80');

--
-- Name: person_key; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.person_key (
    user_id uuid NOT NULL,
    key_id text NOT NULL,
    wrapped bytea NOT NULL
);

--
-- Name: play_limit; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.play_limit (
    user_id uuid NOT NULL,
    kind text NOT NULL,
    value bigint,
    pending_at timestamp with time zone,
    pending_value bigint,
    CONSTRAINT play_limit_check CHECK (((pending_at IS NOT NULL) OR (pending_value IS NULL))),
    CONSTRAINT play_limit_kind_check CHECK ((kind = ANY (ARRAY['deposit_day'::text, 'deposit_week'::text, 'deposit_month'::text, 'loss_day'::text, 'loss_week'::text, 'time_day'::text]))),
    CONSTRAINT play_limit_pending_value_check CHECK ((pending_value >= 0)),
    CONSTRAINT play_limit_value_check CHECK ((value >= 0))
);

--
-- Name: play_state; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.play_state (
    user_id uuid NOT NULL,
    revision bigint NOT NULL,
    exclusion text DEFAULT ''::text NOT NULL,
    excluded_until timestamp with time zone,
    day date,
    day_seconds bigint DEFAULT 0 NOT NULL,
    covered_until timestamp with time zone,
    time_out_until timestamp with time zone,
    CONSTRAINT play_state_check CHECK (((exclusion = ''::text) = (excluded_until IS NULL))),
    CONSTRAINT play_state_exclusion_check CHECK ((exclusion = ANY (ARRAY[''::text, 'cooling_off'::text, 'self_exclusion'::text])))
)
WITH (fillfactor='80');

--
-- Name: recovery_code; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.recovery_code (
    user_id uuid NOT NULL,
    code_index bytea NOT NULL
);

--
-- Name: refresh_token; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.refresh_token (
    token_hash bytea NOT NULL,
    session_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT refresh_token_token_hash_check CHECK ((octet_length(token_hash) = 32))
);

--
-- Name: revocation; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.revocation (
    revocation_id uuid NOT NULL,
    session_id uuid,
    user_id uuid,
    version bigint,
    expires_at timestamp with time zone NOT NULL,
    written_by xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT revocation_check CHECK ((num_nonnulls(session_id, user_id) = 1)),
    CONSTRAINT revocation_check1 CHECK (((user_id IS NULL) = (version IS NULL)))
);

--
-- Name: schema_migrations; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.schema_migrations (
    version character varying NOT NULL
);

--
-- Name: session; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.session (
    session_id uuid NOT NULL,
    user_id uuid NOT NULL,
    address text NOT NULL,
    user_agent text NOT NULL,
    device_id text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoke_reason text,
    second_factor boolean DEFAULT false NOT NULL,
    CONSTRAINT session_check CHECK (((revoked_at IS NULL) = (revoke_reason IS NULL)))
);

--
-- Name: sign_in_answer; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.sign_in_answer (
    answer_id uuid NOT NULL,
    request_index bytea NOT NULL,
    user_id uuid,
    answer_sealed bytea,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT sign_in_answer_check CHECK (((user_id IS NULL) = (answer_sealed IS NULL)))
);

--
-- Name: sign_in_attempt; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.sign_in_attempt (
    subject bytea NOT NULL,
    attempts bigint NOT NULL,
    last_at timestamp with time zone NOT NULL,
    blocked_until timestamp with time zone NOT NULL
)
WITH (fillfactor='70');

--
-- Name: totp; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.totp (
    user_id uuid NOT NULL,
    secret_sealed bytea NOT NULL,
    last_step bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone
);

--
-- Name: wallet_address; Type: TABLE; Schema: auth; Owner: -
--

CREATE TABLE auth.wallet_address (
    chain text NOT NULL,
    address text NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    wallet_id uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT wallet_address_chain_check CHECK ((chain = ANY (ARRAY['evm'::text, 'solana'::text])))
);

--
-- Name: audit_log_admin; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log ATTACH PARTITION auth.audit_log_admin FOR VALUES IN ('admin');

--
-- Name: audit_log_admin_2026; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_admin ATTACH PARTITION auth.audit_log_admin_2026 FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

--
-- Name: audit_log_admin_2027; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_admin ATTACH PARTITION auth.audit_log_admin_2027 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2028-01-01 00:00:00+00');

--
-- Name: audit_log_admin_2028; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_admin ATTACH PARTITION auth.audit_log_admin_2028 FOR VALUES FROM ('2028-01-01 00:00:00+00') TO ('2029-01-01 00:00:00+00');

--
-- Name: audit_log_compliance; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log ATTACH PARTITION auth.audit_log_compliance FOR VALUES IN ('compliance');

--
-- Name: audit_log_compliance_2026; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_compliance ATTACH PARTITION auth.audit_log_compliance_2026 FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

--
-- Name: audit_log_compliance_2027; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_compliance ATTACH PARTITION auth.audit_log_compliance_2027 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2028-01-01 00:00:00+00');

--
-- Name: audit_log_compliance_2028; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_compliance ATTACH PARTITION auth.audit_log_compliance_2028 FOR VALUES FROM ('2028-01-01 00:00:00+00') TO ('2029-01-01 00:00:00+00');

--
-- Name: audit_log_money; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log ATTACH PARTITION auth.audit_log_money FOR VALUES IN ('money');

--
-- Name: audit_log_money_2026; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_money ATTACH PARTITION auth.audit_log_money_2026 FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

--
-- Name: audit_log_money_2027; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_money ATTACH PARTITION auth.audit_log_money_2027 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2028-01-01 00:00:00+00');

--
-- Name: audit_log_money_2028; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_money ATTACH PARTITION auth.audit_log_money_2028 FOR VALUES FROM ('2028-01-01 00:00:00+00') TO ('2029-01-01 00:00:00+00');

--
-- Name: audit_log_system; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log ATTACH PARTITION auth.audit_log_system FOR VALUES IN ('system');

--
-- Name: audit_log_system_2026; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_system ATTACH PARTITION auth.audit_log_system_2026 FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

--
-- Name: audit_log_system_2027; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_system ATTACH PARTITION auth.audit_log_system_2027 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2028-01-01 00:00:00+00');

--
-- Name: audit_log_system_2028; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_system ATTACH PARTITION auth.audit_log_system_2028 FOR VALUES FROM ('2028-01-01 00:00:00+00') TO ('2029-01-01 00:00:00+00');

--
-- Name: audit_log_user; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log ATTACH PARTITION auth.audit_log_user FOR VALUES IN ('user');

--
-- Name: audit_log_user_2026; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_user ATTACH PARTITION auth.audit_log_user_2026 FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

--
-- Name: audit_log_user_2027; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_user ATTACH PARTITION auth.audit_log_user_2027 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2028-01-01 00:00:00+00');

--
-- Name: audit_log_user_2028; Type: TABLE ATTACH; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_user ATTACH PARTITION auth.audit_log_user_2028 FOR VALUES FROM ('2028-01-01 00:00:00+00') TO ('2029-01-01 00:00:00+00');

--
-- Name: account account_email_whole; Type: CHECK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE auth.account
    ADD CONSTRAINT account_email_whole CHECK (((email_index IS NULL) = (email_sealed IS NULL))) NOT VALID;

--
-- Name: account account_password_has_email; Type: CHECK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE auth.account
    ADD CONSTRAINT account_password_has_email CHECK (((password_hash IS NULL) OR (email_index IS NOT NULL))) NOT VALID;

--
-- Name: account account_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (user_id);

--
-- Name: api_key api_key_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (key_id);

--
-- Name: audit_chain audit_chain_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_chain
    ADD CONSTRAINT audit_chain_pkey PRIMARY KEY (audit_class);

--
-- Name: audit_log audit_log_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_admin audit_log_admin_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_admin
    ADD CONSTRAINT audit_log_admin_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_admin_2026 audit_log_admin_2026_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_admin_2026
    ADD CONSTRAINT audit_log_admin_2026_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_admin_2027 audit_log_admin_2027_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_admin_2027
    ADD CONSTRAINT audit_log_admin_2027_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_admin_2028 audit_log_admin_2028_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_admin_2028
    ADD CONSTRAINT audit_log_admin_2028_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_compliance audit_log_compliance_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_compliance
    ADD CONSTRAINT audit_log_compliance_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_compliance_2026 audit_log_compliance_2026_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_compliance_2026
    ADD CONSTRAINT audit_log_compliance_2026_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_compliance_2027 audit_log_compliance_2027_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_compliance_2027
    ADD CONSTRAINT audit_log_compliance_2027_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_compliance_2028 audit_log_compliance_2028_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_compliance_2028
    ADD CONSTRAINT audit_log_compliance_2028_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_money audit_log_money_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_money
    ADD CONSTRAINT audit_log_money_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_money_2026 audit_log_money_2026_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_money_2026
    ADD CONSTRAINT audit_log_money_2026_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_money_2027 audit_log_money_2027_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_money_2027
    ADD CONSTRAINT audit_log_money_2027_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_money_2028 audit_log_money_2028_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_money_2028
    ADD CONSTRAINT audit_log_money_2028_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_system audit_log_system_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_system
    ADD CONSTRAINT audit_log_system_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_system_2026 audit_log_system_2026_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_system_2026
    ADD CONSTRAINT audit_log_system_2026_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_system_2027 audit_log_system_2027_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_system_2027
    ADD CONSTRAINT audit_log_system_2027_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_system_2028 audit_log_system_2028_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_system_2028
    ADD CONSTRAINT audit_log_system_2028_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_user audit_log_user_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_user
    ADD CONSTRAINT audit_log_user_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_user_2026 audit_log_user_2026_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_user_2026
    ADD CONSTRAINT audit_log_user_2026_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_user_2027 audit_log_user_2027_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_user_2027
    ADD CONSTRAINT audit_log_user_2027_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: audit_log_user_2028 audit_log_user_2028_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.audit_log_user_2028
    ADD CONSTRAINT audit_log_user_2028_pkey PRIMARY KEY (audit_class, sequence, recorded_at);

--
-- Name: challenge challenge_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.challenge
    ADD CONSTRAINT challenge_pkey PRIMARY KEY (nonce);

--
-- Name: compliance_report compliance_report_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.compliance_report
    ADD CONSTRAINT compliance_report_pkey PRIMARY KEY (report_id);

--
-- Name: consent consent_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.consent
    ADD CONSTRAINT consent_pkey PRIMARY KEY (user_id, purpose);

--
-- Name: departure departure_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.departure
    ADD CONSTRAINT departure_pkey PRIMARY KEY (user_id);

--
-- Name: idempotency idempotency_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (id);

--
-- Name: inbox inbox_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id);

--
-- Name: inbox_sequence inbox_sequence_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.inbox_sequence
    ADD CONSTRAINT inbox_sequence_pkey PRIMARY KEY (consumer, source, topic, key);

--
-- Name: job job_kind_unique_key_key; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.job
    ADD CONSTRAINT job_kind_unique_key_key UNIQUE (kind, unique_key);

--
-- Name: job job_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

--
-- Name: known_country known_country_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.known_country
    ADD CONSTRAINT known_country_pkey PRIMARY KEY (user_id, country);

--
-- Name: known_device known_device_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.known_device
    ADD CONSTRAINT known_device_pkey PRIMARY KEY (user_id, device);

--
-- Name: kyc_check kyc_check_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.kyc_check
    ADD CONSTRAINT kyc_check_pkey PRIMARY KEY (check_id);

--
-- Name: mail_sent mail_sent_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.mail_sent
    ADD CONSTRAINT mail_sent_pkey PRIMARY KEY (mail_id);

--
-- Name: mailed_token mailed_token_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.mailed_token
    ADD CONSTRAINT mailed_token_pkey PRIMARY KEY (token_hash);

--
-- Name: mailed_token mailed_token_purpose_check; Type: CHECK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE auth.mailed_token
    ADD CONSTRAINT mailed_token_purpose_check CHECK ((purpose = ANY (ARRAY['verify'::text, 'reset'::text, 'sign_in'::text]))) NOT VALID;

--
-- Name: open_id_attempt open_id_attempt_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.open_id_attempt
    ADD CONSTRAINT open_id_attempt_pkey PRIMARY KEY (state_hash);

--
-- Name: open_id_identity open_id_identity_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.open_id_identity
    ADD CONSTRAINT open_id_identity_pkey PRIMARY KEY (issuer, subject);

--
-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

--
-- Name: outbox_relay outbox_relay_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.outbox_relay
    ADD CONSTRAINT outbox_relay_pkey PRIMARY KEY (only_row);

--
-- Name: outbox_sequence outbox_sequence_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.outbox_sequence
    ADD CONSTRAINT outbox_sequence_pkey PRIMARY KEY (topic, key);

--
-- Name: person_key person_key_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.person_key
    ADD CONSTRAINT person_key_pkey PRIMARY KEY (user_id);

--
-- Name: play_limit play_limit_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.play_limit
    ADD CONSTRAINT play_limit_pkey PRIMARY KEY (user_id, kind);

--
-- Name: play_state play_state_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.play_state
    ADD CONSTRAINT play_state_pkey PRIMARY KEY (user_id);

--
-- Name: recovery_code recovery_code_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.recovery_code
    ADD CONSTRAINT recovery_code_pkey PRIMARY KEY (user_id, code_index);

--
-- Name: refresh_token refresh_token_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.refresh_token
    ADD CONSTRAINT refresh_token_pkey PRIMARY KEY (token_hash);

--
-- Name: revocation revocation_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.revocation
    ADD CONSTRAINT revocation_pkey PRIMARY KEY (revocation_id);

--
-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

--
-- Name: session session_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (session_id);

--
-- Name: sign_in_answer sign_in_answer_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.sign_in_answer
    ADD CONSTRAINT sign_in_answer_pkey PRIMARY KEY (answer_id);

--
-- Name: sign_in_attempt sign_in_attempt_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.sign_in_attempt
    ADD CONSTRAINT sign_in_attempt_pkey PRIMARY KEY (subject);

--
-- Name: totp totp_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.totp
    ADD CONSTRAINT totp_pkey PRIMARY KEY (user_id);

--
-- Name: wallet_address wallet_address_pkey; Type: CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.wallet_address
    ADD CONSTRAINT wallet_address_pkey PRIMARY KEY (chain, address);

--
-- Name: account_email_claimed; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX account_email_claimed ON auth.account USING btree (email_index, created_at DESC) WHERE (NOT email_verified);

--
-- Name: account_email_proved; Type: INDEX; Schema: auth; Owner: -
--

CREATE UNIQUE INDEX account_email_proved ON auth.account USING btree (email_index) WHERE email_verified;

--
-- Name: account_newest; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX account_newest ON auth.account USING btree (created_at DESC, user_id DESC);

--
-- Name: api_key_owner; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX api_key_owner ON auth.api_key USING btree (user_id, created_at DESC) WHERE (revoked_at IS NULL);

--
-- Name: audit_log_action; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_action ON ONLY auth.audit_log USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_actor; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_actor ON ONLY auth.audit_log USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_admin_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_action_recorded_at_idx ON ONLY auth.audit_log_admin USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_admin_2026_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_2026_action_recorded_at_idx ON auth.audit_log_admin_2026 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_admin_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_actor_user_id_recorded_at_idx ON ONLY auth.audit_log_admin USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_admin_2026_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_2026_actor_user_id_recorded_at_idx ON auth.audit_log_admin_2026 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_newest; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_newest ON ONLY auth.audit_log USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_admin_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_recorded_at_audit_class_sequence_idx ON ONLY auth.audit_log_admin USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_admin_2026_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_2026_recorded_at_audit_class_sequence_idx ON auth.audit_log_admin_2026 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_subject; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_subject ON ONLY auth.audit_log USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_admin_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_subject_id_recorded_at_idx ON ONLY auth.audit_log_admin USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_admin_2026_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_2026_subject_id_recorded_at_idx ON auth.audit_log_admin_2026 USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_admin_2027_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_2027_action_recorded_at_idx ON auth.audit_log_admin_2027 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_admin_2027_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_2027_actor_user_id_recorded_at_idx ON auth.audit_log_admin_2027 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_admin_2027_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_2027_recorded_at_audit_class_sequence_idx ON auth.audit_log_admin_2027 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_admin_2027_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_2027_subject_id_recorded_at_idx ON auth.audit_log_admin_2027 USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_admin_2028_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_2028_action_recorded_at_idx ON auth.audit_log_admin_2028 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_admin_2028_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_2028_actor_user_id_recorded_at_idx ON auth.audit_log_admin_2028 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_admin_2028_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_2028_recorded_at_audit_class_sequence_idx ON auth.audit_log_admin_2028 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_admin_2028_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_admin_2028_subject_id_recorded_at_idx ON auth.audit_log_admin_2028 USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_compliance_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_action_recorded_at_idx ON ONLY auth.audit_log_compliance USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_compliance_2026_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_2026_action_recorded_at_idx ON auth.audit_log_compliance_2026 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_compliance_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_actor_user_id_recorded_at_idx ON ONLY auth.audit_log_compliance USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_compliance_2026_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_2026_actor_user_id_recorded_at_idx ON auth.audit_log_compliance_2026 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_compliance_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_recorded_at_audit_class_sequence_idx ON ONLY auth.audit_log_compliance USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_compliance_2026_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_2026_recorded_at_audit_class_sequence_idx ON auth.audit_log_compliance_2026 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_compliance_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_subject_id_recorded_at_idx ON ONLY auth.audit_log_compliance USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_compliance_2026_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_2026_subject_id_recorded_at_idx ON auth.audit_log_compliance_2026 USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_compliance_2027_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_2027_action_recorded_at_idx ON auth.audit_log_compliance_2027 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_compliance_2027_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_2027_actor_user_id_recorded_at_idx ON auth.audit_log_compliance_2027 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_compliance_2027_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_2027_recorded_at_audit_class_sequence_idx ON auth.audit_log_compliance_2027 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_compliance_2027_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_2027_subject_id_recorded_at_idx ON auth.audit_log_compliance_2027 USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_compliance_2028_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_2028_action_recorded_at_idx ON auth.audit_log_compliance_2028 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_compliance_2028_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_2028_actor_user_id_recorded_at_idx ON auth.audit_log_compliance_2028 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_compliance_2028_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_2028_recorded_at_audit_class_sequence_idx ON auth.audit_log_compliance_2028 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_compliance_2028_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_compliance_2028_subject_id_recorded_at_idx ON auth.audit_log_compliance_2028 USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_money_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_action_recorded_at_idx ON ONLY auth.audit_log_money USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_money_2026_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_2026_action_recorded_at_idx ON auth.audit_log_money_2026 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_money_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_actor_user_id_recorded_at_idx ON ONLY auth.audit_log_money USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_money_2026_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_2026_actor_user_id_recorded_at_idx ON auth.audit_log_money_2026 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_money_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_recorded_at_audit_class_sequence_idx ON ONLY auth.audit_log_money USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_money_2026_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_2026_recorded_at_audit_class_sequence_idx ON auth.audit_log_money_2026 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_money_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_subject_id_recorded_at_idx ON ONLY auth.audit_log_money USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_money_2026_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_2026_subject_id_recorded_at_idx ON auth.audit_log_money_2026 USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_money_2027_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_2027_action_recorded_at_idx ON auth.audit_log_money_2027 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_money_2027_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_2027_actor_user_id_recorded_at_idx ON auth.audit_log_money_2027 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_money_2027_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_2027_recorded_at_audit_class_sequence_idx ON auth.audit_log_money_2027 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_money_2027_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_2027_subject_id_recorded_at_idx ON auth.audit_log_money_2027 USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_money_2028_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_2028_action_recorded_at_idx ON auth.audit_log_money_2028 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_money_2028_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_2028_actor_user_id_recorded_at_idx ON auth.audit_log_money_2028 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_money_2028_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_2028_recorded_at_audit_class_sequence_idx ON auth.audit_log_money_2028 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_money_2028_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_money_2028_subject_id_recorded_at_idx ON auth.audit_log_money_2028 USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_system_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_action_recorded_at_idx ON ONLY auth.audit_log_system USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_system_2026_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_2026_action_recorded_at_idx ON auth.audit_log_system_2026 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_system_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_actor_user_id_recorded_at_idx ON ONLY auth.audit_log_system USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_system_2026_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_2026_actor_user_id_recorded_at_idx ON auth.audit_log_system_2026 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_system_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_recorded_at_audit_class_sequence_idx ON ONLY auth.audit_log_system USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_system_2026_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_2026_recorded_at_audit_class_sequence_idx ON auth.audit_log_system_2026 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_system_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_subject_id_recorded_at_idx ON ONLY auth.audit_log_system USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_system_2026_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_2026_subject_id_recorded_at_idx ON auth.audit_log_system_2026 USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_system_2027_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_2027_action_recorded_at_idx ON auth.audit_log_system_2027 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_system_2027_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_2027_actor_user_id_recorded_at_idx ON auth.audit_log_system_2027 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_system_2027_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_2027_recorded_at_audit_class_sequence_idx ON auth.audit_log_system_2027 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_system_2027_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_2027_subject_id_recorded_at_idx ON auth.audit_log_system_2027 USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_system_2028_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_2028_action_recorded_at_idx ON auth.audit_log_system_2028 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_system_2028_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_2028_actor_user_id_recorded_at_idx ON auth.audit_log_system_2028 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_system_2028_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_2028_recorded_at_audit_class_sequence_idx ON auth.audit_log_system_2028 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_system_2028_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_system_2028_subject_id_recorded_at_idx ON auth.audit_log_system_2028 USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_user_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_action_recorded_at_idx ON ONLY auth.audit_log_user USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_user_2026_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_2026_action_recorded_at_idx ON auth.audit_log_user_2026 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_user_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_actor_user_id_recorded_at_idx ON ONLY auth.audit_log_user USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_user_2026_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_2026_actor_user_id_recorded_at_idx ON auth.audit_log_user_2026 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_user_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_recorded_at_audit_class_sequence_idx ON ONLY auth.audit_log_user USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_user_2026_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_2026_recorded_at_audit_class_sequence_idx ON auth.audit_log_user_2026 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_user_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_subject_id_recorded_at_idx ON ONLY auth.audit_log_user USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_user_2026_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_2026_subject_id_recorded_at_idx ON auth.audit_log_user_2026 USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_user_2027_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_2027_action_recorded_at_idx ON auth.audit_log_user_2027 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_user_2027_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_2027_actor_user_id_recorded_at_idx ON auth.audit_log_user_2027 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_user_2027_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_2027_recorded_at_audit_class_sequence_idx ON auth.audit_log_user_2027 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_user_2027_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_2027_subject_id_recorded_at_idx ON auth.audit_log_user_2027 USING btree (subject_id, recorded_at DESC);

--
-- Name: audit_log_user_2028_action_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_2028_action_recorded_at_idx ON auth.audit_log_user_2028 USING btree (action text_pattern_ops, recorded_at DESC);

--
-- Name: audit_log_user_2028_actor_user_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_2028_actor_user_id_recorded_at_idx ON auth.audit_log_user_2028 USING btree (actor_user_id, recorded_at DESC);

--
-- Name: audit_log_user_2028_recorded_at_audit_class_sequence_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_2028_recorded_at_audit_class_sequence_idx ON auth.audit_log_user_2028 USING btree (recorded_at DESC, audit_class, sequence);

--
-- Name: audit_log_user_2028_subject_id_recorded_at_idx; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX audit_log_user_2028_subject_id_recorded_at_idx ON auth.audit_log_user_2028 USING btree (subject_id, recorded_at DESC);

--
-- Name: challenge_expiry; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX challenge_expiry ON auth.challenge USING btree (expires_at);

--
-- Name: compliance_report_newest; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX compliance_report_newest ON auth.compliance_report USING btree (created_at DESC, report_id DESC);

--
-- Name: compliance_report_person; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX compliance_report_person ON auth.compliance_report USING btree (user_id, created_at DESC);

--
-- Name: idempotency_created_at; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX idempotency_created_at ON auth.idempotency USING btree (created_at);

--
-- Name: job_dead; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX job_dead ON auth.job USING btree (dead_at) WHERE (dead_at IS NOT NULL);

--
-- Name: job_due; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX job_due ON auth.job USING btree (due_at) WHERE (dead_at IS NULL);

--
-- Name: kyc_check_pending; Type: INDEX; Schema: auth; Owner: -
--

CREATE UNIQUE INDEX kyc_check_pending ON auth.kyc_check USING btree (user_id) WHERE (status = 'pending'::text);

--
-- Name: kyc_check_person; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX kyc_check_person ON auth.kyc_check USING btree (user_id, created_at DESC);

--
-- Name: kyc_check_same_person; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX kyc_check_same_person ON auth.kyc_check USING btree (person_index) WHERE (person_index IS NOT NULL);

--
-- Name: mail_sent_address; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX mail_sent_address ON auth.mail_sent USING btree (email_index, letter, sent_at);

--
-- Name: mail_sent_age; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX mail_sent_age ON auth.mail_sent USING btree (sent_at);

--
-- Name: mailed_token_expiry; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX mailed_token_expiry ON auth.mailed_token USING btree (expires_at);

--
-- Name: mailed_token_owner; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX mailed_token_owner ON auth.mailed_token USING btree (user_id, purpose);

--
-- Name: open_id_attempt_expiry; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX open_id_attempt_expiry ON auth.open_id_attempt USING btree (expires_at);

--
-- Name: open_id_identity_owner; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX open_id_identity_owner ON auth.open_id_identity USING btree (user_id);

--
-- Name: person_key_ring; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX person_key_ring ON auth.person_key USING btree (key_id);

--
-- Name: refresh_token_session; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX refresh_token_session ON auth.refresh_token USING btree (session_id);

--
-- Name: revocation_expiry; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX revocation_expiry ON auth.revocation USING btree (expires_at);

--
-- Name: revocation_news; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX revocation_news ON auth.revocation USING btree (written_by);

--
-- Name: session_live; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX session_live ON auth.session USING btree (user_id, created_at DESC) WHERE (revoked_at IS NULL);

--
-- Name: sign_in_answer_age; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX sign_in_answer_age ON auth.sign_in_answer USING btree (created_at);

--
-- Name: sign_in_attempt_age; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX sign_in_attempt_age ON auth.sign_in_attempt USING btree (last_at);

--
-- Name: wallet_address_owner; Type: INDEX; Schema: auth; Owner: -
--

CREATE INDEX wallet_address_owner ON auth.wallet_address USING btree (user_id);

--
-- Name: audit_log_admin_2026_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_action_recorded_at_idx ATTACH PARTITION auth.audit_log_admin_2026_action_recorded_at_idx;

--
-- Name: audit_log_admin_2026_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_admin_2026_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_admin_2026_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_pkey ATTACH PARTITION auth.audit_log_admin_2026_pkey;

--
-- Name: audit_log_admin_2026_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_admin_2026_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_admin_2026_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_admin_2026_subject_id_recorded_at_idx;

--
-- Name: audit_log_admin_2027_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_action_recorded_at_idx ATTACH PARTITION auth.audit_log_admin_2027_action_recorded_at_idx;

--
-- Name: audit_log_admin_2027_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_admin_2027_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_admin_2027_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_pkey ATTACH PARTITION auth.audit_log_admin_2027_pkey;

--
-- Name: audit_log_admin_2027_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_admin_2027_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_admin_2027_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_admin_2027_subject_id_recorded_at_idx;

--
-- Name: audit_log_admin_2028_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_action_recorded_at_idx ATTACH PARTITION auth.audit_log_admin_2028_action_recorded_at_idx;

--
-- Name: audit_log_admin_2028_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_admin_2028_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_admin_2028_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_pkey ATTACH PARTITION auth.audit_log_admin_2028_pkey;

--
-- Name: audit_log_admin_2028_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_admin_2028_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_admin_2028_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_admin_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_admin_2028_subject_id_recorded_at_idx;

--
-- Name: audit_log_admin_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_action ATTACH PARTITION auth.audit_log_admin_action_recorded_at_idx;

--
-- Name: audit_log_admin_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_actor ATTACH PARTITION auth.audit_log_admin_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_admin_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_pkey ATTACH PARTITION auth.audit_log_admin_pkey;

--
-- Name: audit_log_admin_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_newest ATTACH PARTITION auth.audit_log_admin_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_admin_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_subject ATTACH PARTITION auth.audit_log_admin_subject_id_recorded_at_idx;

--
-- Name: audit_log_compliance_2026_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_action_recorded_at_idx ATTACH PARTITION auth.audit_log_compliance_2026_action_recorded_at_idx;

--
-- Name: audit_log_compliance_2026_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_compliance_2026_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_compliance_2026_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_pkey ATTACH PARTITION auth.audit_log_compliance_2026_pkey;

--
-- Name: audit_log_compliance_2026_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_compliance_2026_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_compliance_2026_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_compliance_2026_subject_id_recorded_at_idx;

--
-- Name: audit_log_compliance_2027_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_action_recorded_at_idx ATTACH PARTITION auth.audit_log_compliance_2027_action_recorded_at_idx;

--
-- Name: audit_log_compliance_2027_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_compliance_2027_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_compliance_2027_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_pkey ATTACH PARTITION auth.audit_log_compliance_2027_pkey;

--
-- Name: audit_log_compliance_2027_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_compliance_2027_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_compliance_2027_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_compliance_2027_subject_id_recorded_at_idx;

--
-- Name: audit_log_compliance_2028_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_action_recorded_at_idx ATTACH PARTITION auth.audit_log_compliance_2028_action_recorded_at_idx;

--
-- Name: audit_log_compliance_2028_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_compliance_2028_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_compliance_2028_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_pkey ATTACH PARTITION auth.audit_log_compliance_2028_pkey;

--
-- Name: audit_log_compliance_2028_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_compliance_2028_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_compliance_2028_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_compliance_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_compliance_2028_subject_id_recorded_at_idx;

--
-- Name: audit_log_compliance_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_action ATTACH PARTITION auth.audit_log_compliance_action_recorded_at_idx;

--
-- Name: audit_log_compliance_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_actor ATTACH PARTITION auth.audit_log_compliance_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_compliance_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_pkey ATTACH PARTITION auth.audit_log_compliance_pkey;

--
-- Name: audit_log_compliance_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_newest ATTACH PARTITION auth.audit_log_compliance_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_compliance_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_subject ATTACH PARTITION auth.audit_log_compliance_subject_id_recorded_at_idx;

--
-- Name: audit_log_money_2026_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_action_recorded_at_idx ATTACH PARTITION auth.audit_log_money_2026_action_recorded_at_idx;

--
-- Name: audit_log_money_2026_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_money_2026_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_money_2026_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_pkey ATTACH PARTITION auth.audit_log_money_2026_pkey;

--
-- Name: audit_log_money_2026_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_money_2026_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_money_2026_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_money_2026_subject_id_recorded_at_idx;

--
-- Name: audit_log_money_2027_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_action_recorded_at_idx ATTACH PARTITION auth.audit_log_money_2027_action_recorded_at_idx;

--
-- Name: audit_log_money_2027_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_money_2027_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_money_2027_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_pkey ATTACH PARTITION auth.audit_log_money_2027_pkey;

--
-- Name: audit_log_money_2027_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_money_2027_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_money_2027_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_money_2027_subject_id_recorded_at_idx;

--
-- Name: audit_log_money_2028_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_action_recorded_at_idx ATTACH PARTITION auth.audit_log_money_2028_action_recorded_at_idx;

--
-- Name: audit_log_money_2028_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_money_2028_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_money_2028_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_pkey ATTACH PARTITION auth.audit_log_money_2028_pkey;

--
-- Name: audit_log_money_2028_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_money_2028_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_money_2028_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_money_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_money_2028_subject_id_recorded_at_idx;

--
-- Name: audit_log_money_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_action ATTACH PARTITION auth.audit_log_money_action_recorded_at_idx;

--
-- Name: audit_log_money_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_actor ATTACH PARTITION auth.audit_log_money_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_money_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_pkey ATTACH PARTITION auth.audit_log_money_pkey;

--
-- Name: audit_log_money_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_newest ATTACH PARTITION auth.audit_log_money_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_money_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_subject ATTACH PARTITION auth.audit_log_money_subject_id_recorded_at_idx;

--
-- Name: audit_log_system_2026_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_action_recorded_at_idx ATTACH PARTITION auth.audit_log_system_2026_action_recorded_at_idx;

--
-- Name: audit_log_system_2026_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_system_2026_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_system_2026_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_pkey ATTACH PARTITION auth.audit_log_system_2026_pkey;

--
-- Name: audit_log_system_2026_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_system_2026_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_system_2026_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_system_2026_subject_id_recorded_at_idx;

--
-- Name: audit_log_system_2027_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_action_recorded_at_idx ATTACH PARTITION auth.audit_log_system_2027_action_recorded_at_idx;

--
-- Name: audit_log_system_2027_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_system_2027_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_system_2027_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_pkey ATTACH PARTITION auth.audit_log_system_2027_pkey;

--
-- Name: audit_log_system_2027_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_system_2027_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_system_2027_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_system_2027_subject_id_recorded_at_idx;

--
-- Name: audit_log_system_2028_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_action_recorded_at_idx ATTACH PARTITION auth.audit_log_system_2028_action_recorded_at_idx;

--
-- Name: audit_log_system_2028_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_system_2028_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_system_2028_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_pkey ATTACH PARTITION auth.audit_log_system_2028_pkey;

--
-- Name: audit_log_system_2028_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_system_2028_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_system_2028_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_system_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_system_2028_subject_id_recorded_at_idx;

--
-- Name: audit_log_system_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_action ATTACH PARTITION auth.audit_log_system_action_recorded_at_idx;

--
-- Name: audit_log_system_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_actor ATTACH PARTITION auth.audit_log_system_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_system_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_pkey ATTACH PARTITION auth.audit_log_system_pkey;

--
-- Name: audit_log_system_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_newest ATTACH PARTITION auth.audit_log_system_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_system_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_subject ATTACH PARTITION auth.audit_log_system_subject_id_recorded_at_idx;

--
-- Name: audit_log_user_2026_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_action_recorded_at_idx ATTACH PARTITION auth.audit_log_user_2026_action_recorded_at_idx;

--
-- Name: audit_log_user_2026_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_user_2026_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_user_2026_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_pkey ATTACH PARTITION auth.audit_log_user_2026_pkey;

--
-- Name: audit_log_user_2026_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_user_2026_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_user_2026_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_user_2026_subject_id_recorded_at_idx;

--
-- Name: audit_log_user_2027_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_action_recorded_at_idx ATTACH PARTITION auth.audit_log_user_2027_action_recorded_at_idx;

--
-- Name: audit_log_user_2027_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_user_2027_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_user_2027_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_pkey ATTACH PARTITION auth.audit_log_user_2027_pkey;

--
-- Name: audit_log_user_2027_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_user_2027_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_user_2027_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_user_2027_subject_id_recorded_at_idx;

--
-- Name: audit_log_user_2028_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_action_recorded_at_idx ATTACH PARTITION auth.audit_log_user_2028_action_recorded_at_idx;

--
-- Name: audit_log_user_2028_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_actor_user_id_recorded_at_idx ATTACH PARTITION auth.audit_log_user_2028_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_user_2028_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_pkey ATTACH PARTITION auth.audit_log_user_2028_pkey;

--
-- Name: audit_log_user_2028_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_recorded_at_audit_class_sequence_idx ATTACH PARTITION auth.audit_log_user_2028_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_user_2028_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_user_subject_id_recorded_at_idx ATTACH PARTITION auth.audit_log_user_2028_subject_id_recorded_at_idx;

--
-- Name: audit_log_user_action_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_action ATTACH PARTITION auth.audit_log_user_action_recorded_at_idx;

--
-- Name: audit_log_user_actor_user_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_actor ATTACH PARTITION auth.audit_log_user_actor_user_id_recorded_at_idx;

--
-- Name: audit_log_user_pkey; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_pkey ATTACH PARTITION auth.audit_log_user_pkey;

--
-- Name: audit_log_user_recorded_at_audit_class_sequence_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_newest ATTACH PARTITION auth.audit_log_user_recorded_at_audit_class_sequence_idx;

--
-- Name: audit_log_user_subject_id_recorded_at_idx; Type: INDEX ATTACH; Schema: auth; Owner: -
--

ALTER INDEX auth.audit_log_subject ATTACH PARTITION auth.audit_log_user_subject_id_recorded_at_idx;

--
-- Name: audit_log audit_log_append_only; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE ON auth.audit_log FOR EACH ROW EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log audit_log_no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON auth.audit_log FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: compliance_report compliance_report_append_only; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER compliance_report_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON auth.compliance_report FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_admin_2026 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_admin_2026 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_admin_2027 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_admin_2027 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_admin_2028 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_admin_2028 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_compliance_2026 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_compliance_2026 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_compliance_2027 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_compliance_2027 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_compliance_2028 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_compliance_2028 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_money_2026 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_money_2026 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_money_2027 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_money_2027 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_money_2028 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_money_2028 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_system_2026 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_system_2026 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_system_2027 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_system_2027 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_system_2028 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_system_2028 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_user_2026 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_user_2026 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_user_2027 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_user_2027 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: audit_log_user_2028 no_truncate; Type: TRIGGER; Schema: auth; Owner: -
--

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON auth.audit_log_user_2028 FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change();

--
-- Name: api_key api_key_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.api_key
    ADD CONSTRAINT api_key_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.account(user_id) ON DELETE CASCADE;

--
-- Name: consent consent_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.consent
    ADD CONSTRAINT consent_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.account(user_id) ON DELETE CASCADE;

--
-- Name: departure departure_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.departure
    ADD CONSTRAINT departure_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.account(user_id);

--
-- Name: known_country known_country_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.known_country
    ADD CONSTRAINT known_country_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.account(user_id) ON DELETE CASCADE;

--
-- Name: known_device known_device_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.known_device
    ADD CONSTRAINT known_device_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.account(user_id) ON DELETE CASCADE;

--
-- Name: mailed_token mailed_token_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.mailed_token
    ADD CONSTRAINT mailed_token_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.account(user_id) ON DELETE CASCADE;

--
-- Name: open_id_attempt open_id_attempt_owner_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.open_id_attempt
    ADD CONSTRAINT open_id_attempt_owner_fkey FOREIGN KEY (owner) REFERENCES auth.account(user_id) ON DELETE CASCADE;

--
-- Name: open_id_identity open_id_identity_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.open_id_identity
    ADD CONSTRAINT open_id_identity_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.account(user_id) ON DELETE CASCADE;

--
-- Name: person_key person_key_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.person_key
    ADD CONSTRAINT person_key_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.account(user_id) ON DELETE CASCADE;

--
-- Name: play_limit play_limit_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.play_limit
    ADD CONSTRAINT play_limit_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.account(user_id) ON DELETE CASCADE;

--
-- Name: play_state play_state_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.play_state
    ADD CONSTRAINT play_state_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.account(user_id) ON DELETE CASCADE;

--
-- Name: recovery_code recovery_code_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.recovery_code
    ADD CONSTRAINT recovery_code_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.totp(user_id) ON DELETE CASCADE;

--
-- Name: refresh_token refresh_token_session_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.refresh_token
    ADD CONSTRAINT refresh_token_session_id_fkey FOREIGN KEY (session_id) REFERENCES auth.session(session_id) ON DELETE CASCADE;

--
-- Name: session session_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.session
    ADD CONSTRAINT session_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.account(user_id) ON DELETE CASCADE;

--
-- Name: sign_in_answer sign_in_answer_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.sign_in_answer
    ADD CONSTRAINT sign_in_answer_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.account(user_id) ON DELETE CASCADE;

--
-- Name: totp totp_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.totp
    ADD CONSTRAINT totp_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.account(user_id) ON DELETE CASCADE;

--
-- Name: wallet_address wallet_address_user_id_fkey; Type: FK CONSTRAINT; Schema: auth; Owner: -
--

ALTER TABLE ONLY auth.wallet_address
    ADD CONSTRAINT wallet_address_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.account(user_id) ON DELETE CASCADE;

--
-- PostgreSQL database dump complete
--

--
-- Dbmate schema migrations
--

INSERT INTO auth.schema_migrations (version) VALUES
    ('20261121033000'),
    ('20261121064800'),
    ('20261121065800'),
    ('20261121072500'),
    ('20261121073400'),
    ('20261121074600'),
    ('20261121080100'),
    ('20261121095100'),
    ('20261121101200'),
    ('20261121102000'),
    ('20261121105000'),
    ('20261121163500'),
    ('20261121200600'),
    ('20261121231500'),
    ('20261121235500'),
    ('20261122021500'),
    ('20261122023000'),
    ('20261122023100'),
    ('20261122024500'),
    ('20261122032500'),
    ('20261122033900');
