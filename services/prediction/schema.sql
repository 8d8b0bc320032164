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
-- Name: prediction; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA prediction;

--
-- Name: asset_code; Type: DOMAIN; Schema: prediction; Owner: -
--

CREATE DOMAIN prediction.asset_code AS text
	CONSTRAINT asset_code_check CHECK ((VALUE = ANY (ARRAY['USD'::text, 'USDC'::text, 'SOL'::text, 'ETH'::text])));

--
-- Name: check_fills(); Type: FUNCTION; Schema: prediction; Owner: -
--

CREATE FUNCTION prediction.check_fills() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
declare
    wrong uuid;
begin
    select e.event_id into wrong
    from (
        select event_id, min(sequence) as first_one, max(sequence) as last_one, count(*) as fills,
               (array_agg(state_before order by sequence))[1] as begins_with
        from created
        group by event_id
    ) e
    join market m on m.event_id = e.event_id
    left join fill f on f.event_id = e.event_id and f.sequence = e.first_one - 1
    where m.status <> 1
       or e.last_one <> m.sequence
       or e.fills <> e.last_one - e.first_one + 1
       or (e.first_one > 1 and f.state_after is distinct from e.begins_with)
    limit 1;
    if wrong is null then
        select n.event_id into wrong
        from (
            select event_id, state_before, lag(state_after) over (partition by event_id order by sequence) as left_behind
            from created
        ) n
        where n.left_behind <> n.state_before
        limit 1;
    end if;
    if wrong is not null then
        raise exception 'a fill does not follow the last one of market %, or comes too late', wrong
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;

--
-- Name: check_nothing_rests(); Type: FUNCTION; Schema: prediction; Owner: -
--

CREATE FUNCTION prediction.check_nothing_rests() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if exists (select from trade_order where event_id = new.event_id and status in (7, 8)) then
        raise exception 'market % closes over orders that rest', new.event_id
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;

--
-- Name: check_positions(); Type: FUNCTION; Schema: prediction; Owner: -
--

CREATE FUNCTION prediction.check_positions() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if not exists (select from later n join market m on m.event_id = n.event_id where m.status <> 1) then
        return null;
    end if;
    if exists (
        select
        from later n
        join earlier o on o.user_id = n.user_id and o.event_id = n.event_id and o.outcome = n.outcome
        join market m on m.event_id = n.event_id
        where m.status <> 1
          and (n.shares, n.reserved, n.cost_units, n.realised_units)
              is distinct from (o.shares, o.reserved, o.cost_units, o.realised_units)
    ) then
        raise exception 'a position changes in a market that does not trade'
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;

--
-- Name: check_reserved_shares(); Type: FUNCTION; Schema: prediction; Owner: -
--

CREATE FUNCTION prediction.check_reserved_shares() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    resting numeric;
    held bigint;
begin
    select coalesce(sum(open_shares), 0) into resting
    from trade_order
    where event_id = new.event_id and user_id = new.user_id and outcome = new.outcome and side = 2 and status in (7, 8);
    select reserved into held
    from position
    where user_id = new.user_id and event_id = new.event_id and outcome = new.outcome;
    if resting <> coalesce(held, 0) then
        raise exception '% shares are reserved behind % that are for sale', coalesce(held, 0), resting
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;

--
-- Name: check_rests(); Type: FUNCTION; Schema: prediction; Owner: -
--

CREATE FUNCTION prediction.check_rests() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if not exists (select from market where event_id = new.event_id and status = 1) then
        raise exception 'order % cannot rest in a market that is closed', new.order_id
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end
$$;

--
-- Name: count_risk_policy(); Type: FUNCTION; Schema: prediction; Owner: -
--

CREATE FUNCTION prediction.count_risk_policy() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    update risk_policy set version = version + 1;
    return null;
end
$$;

--
-- Name: escrow_of_pools(bigint[], bigint[]); Type: FUNCTION; Schema: prediction; Owner: -
--

CREATE FUNCTION prediction.escrow_of_pools(pools bigint[], sold bigint[]) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select sum(outcome.no) + max(outcome.yes::numeric + outcome.sold - outcome.no)
    from unnest(pools[:cardinality(sold)], pools[cardinality(sold) + 1:], sold) as outcome (yes, no, sold)
$$;

--
-- Name: guard_market(); Type: FUNCTION; Schema: prediction; Owner: -
--

CREATE FUNCTION prediction.guard_market() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    deeper boolean;
begin
    if new.status < old.status then
        raise exception 'market % is closed for good', old.event_id using errcode = 'integrity_constraint_violation';
    end if;
    if old.status <> 1 and (new.sequence, new.sold, new.pools, new.escrow_units, new.locks_at, new.closed_at)
        is distinct from (old.sequence, old.sold, old.pools, old.escrow_units, old.locks_at, old.closed_at) then
        raise exception 'market % does not trade', old.event_id using errcode = 'integrity_constraint_violation';
    end if;
    deeper := old.status = 1 and new.subsidy_units > old.subsidy_units
        and (new.mechanism <> 'lmsr' or new.liquidity_units > old.liquidity_units)
        and new.escrow_units >= new.subsidy_units - old.subsidy_units
        and (new.version, new.sequence, new.sold, new.pools, new.state_hash)
            is not distinct from (old.version, old.sequence, old.sold, old.pools, old.state_hash);
    if new.sequence < old.sequence or (new.version <= old.version and not deeper)
        or (new.event_id, new.mechanism, new.weight, new.asset, new.fee_kind, new.fee_rate)
        is distinct from (old.event_id, old.mechanism, old.weight, old.asset, old.fee_kind, old.fee_rate)
        or (
            not deeper
            and (new.subsidy_units, new.liquidity_units, new.prior)
            is distinct from (old.subsidy_units, old.liquidity_units, old.prior)
        ) then
        raise exception 'market % cannot go back or change its terms', old.event_id
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end
$$;

--
-- Name: guard_risk_trigger(); Type: FUNCTION; Schema: prediction; Owner: -
--

CREATE FUNCTION prediction.guard_risk_trigger() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if old.status in (3, 4, 5) or new.status < old.status or (old.status = 2 and new.status = 5)
        or (old.status = 2 and (new.order_shares, new.fired_at) is distinct from (old.order_shares, old.fired_at)) then
        raise exception 'trigger % has fired or ended', old.trigger_id using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end
$$;

--
-- Name: guard_trade_order(); Type: FUNCTION; Schema: prediction; Owner: -
--

CREATE FUNCTION prediction.guard_trade_order() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    same boolean;
begin
    same := (new.order_id, new.user_id, new.event_id, new.outcome, new.side, new.limit_price, new.fill_sequence, new.type)
        is not distinct from
        (old.order_id, old.user_id, old.event_id, old.outcome, old.side, old.limit_price, old.fill_sequence, old.type);
    if old.status in (7, 8) then
        if not same
            or new.status not in (2, 7, 8, 9, 10)
            or (new.hold_units, new.priority, new.reserved, coalesce(new.fee_units, 0))
               is distinct from (old.hold_units, old.priority, old.reserved, coalesce(old.fee_units, 0))
            or coalesce(new.shares, 0) < coalesce(old.shares, 0)
            or coalesce(new.gross_units, 0) < coalesce(old.gross_units, 0)
            or coalesce(new.shares, 0) + coalesce(new.open_shares, 0) > coalesce(old.shares, 0) + old.open_shares then
            raise exception 'order % rests by its terms', old.order_id using errcode = 'integrity_constraint_violation';
        end if;
        return new;
    end if;
    if not same
        or old.status in (3, 4) or new.status not in (5, 6) or old.shares is null
        or (new.gross_units, new.fee_units, new.shares) is distinct from (old.gross_units, old.fee_units, old.shares) then
        raise exception 'order % is decided', old.order_id using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end
$$;

--
-- Name: refuse_change(); Type: FUNCTION; Schema: prediction; Owner: -
--

CREATE FUNCTION prediction.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception '% of % is refused: %', lower(tg_op), tg_table_name, tg_argv[0]
        using errcode = 'integrity_constraint_violation';
end
$$;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: dead_man; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.dead_man (
    user_id uuid NOT NULL,
    fires_at timestamp with time zone NOT NULL
)
WITH (fillfactor='70');

--
-- Name: fill; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.fill (
    event_id uuid NOT NULL,
    sequence bigint NOT NULL,
    filled_at timestamp with time zone NOT NULL,
    fill_id uuid NOT NULL,
    order_id uuid NOT NULL,
    user_id uuid NOT NULL,
    shares bigint NOT NULL,
    gross_units bigint NOT NULL,
    fee_units bigint NOT NULL,
    rounding_picounits bigint NOT NULL,
    price_before bigint NOT NULL,
    price_after bigint NOT NULL,
    outcome smallint NOT NULL,
    side smallint NOT NULL,
    formula_version text NOT NULL,
    state_before bytea NOT NULL,
    state_after bytea NOT NULL,
    prices bigint[] NOT NULL,
    group_first bigint,
    role smallint DEFAULT 1 NOT NULL,
    CONSTRAINT fill_fee_units_check CHECK ((fee_units >= 0)),
    CONSTRAINT fill_follows_its_group CHECK ((group_first <= sequence)),
    CONSTRAINT fill_gross_units_check CHECK ((gross_units >= 0)),
    CONSTRAINT fill_outcome_check CHECK ((outcome >= 0)),
    CONSTRAINT fill_role_check CHECK (((role >= 1) AND (role <= 4))),
    CONSTRAINT fill_rounds_against_the_asker CHECK (((formula_version = 'oraculum/match/1'::text) OR ((rounding_picounits >= 0) AND (rounding_picounits <= '1000000000000'::bigint)))),
    CONSTRAINT fill_sequence_check CHECK ((sequence > 0)),
    CONSTRAINT fill_shares_check CHECK (
CASE role
    WHEN 4 THEN (shares = 0)
    ELSE (shares > 0)
END),
    CONSTRAINT fill_side_check CHECK ((side = ANY (ARRAY[1, 2])))
);

--
-- Name: trade_order; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.trade_order (
    order_id uuid NOT NULL,
    user_id uuid,
    event_id uuid,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    settled_at timestamp with time zone,
    amount_units bigint,
    asked_shares bigint,
    limit_price bigint,
    hold_units bigint,
    gross_units bigint,
    fee_units bigint,
    shares bigint,
    profit_loss_units bigint,
    fill_sequence bigint,
    outcome smallint,
    side smallint,
    status smallint NOT NULL,
    type smallint DEFAULT 1 NOT NULL,
    time_in_force smallint DEFAULT 4 NOT NULL,
    reason text,
    post_only boolean DEFAULT false NOT NULL,
    reserved boolean DEFAULT false NOT NULL,
    expires_at timestamp with time zone,
    open_shares bigint,
    priority bigint,
    revision bigint DEFAULT 0 NOT NULL,
    replaces_order_id uuid,
    self_trade smallint DEFAULT 1 NOT NULL,
    CONSTRAINT trade_order_amount_units_check CHECK ((amount_units > 0)),
    CONSTRAINT trade_order_asked_shares_check CHECK ((asked_shares > 0)),
    CONSTRAINT trade_order_expires_if_it_says_so CHECK (((time_in_force = 2) = (expires_at IS NOT NULL))),
    CONSTRAINT trade_order_fee_units_check CHECK ((fee_units >= 0)),
    CONSTRAINT trade_order_gross_units_check CHECK ((gross_units >= 0)),
    CONSTRAINT trade_order_hold_units_check CHECK ((hold_units >= 0)),
    CONSTRAINT trade_order_is_paid_within_its_hold CHECK (((side = 2) OR ((gross_units + fee_units) <= hold_units))),
    CONSTRAINT trade_order_keeps_its_limit CHECK (((type <> 2) OR (shares IS NULL) OR
CASE side
    WHEN 1 THEN ((gross_units)::numeric <= (ceil((((shares)::numeric * (limit_price)::numeric) / (1000000)::numeric)) + (1)::numeric))
    ELSE ((gross_units)::numeric >= (floor((((shares)::numeric * (limit_price)::numeric) / (1000000)::numeric)) - (1)::numeric))
END)),
    CONSTRAINT trade_order_limit_price_check CHECK (((limit_price >= 1) AND (limit_price <= 1000000))),
    CONSTRAINT trade_order_open_shares_check CHECK ((open_shares > 0)),
    CONSTRAINT trade_order_outcome_check CHECK ((outcome >= 0)),
    CONSTRAINT trade_order_rests_by_its_limit CHECK (((status <> ALL (ARRAY[7, 8])) OR ((type = 2) AND (limit_price < 1000000) AND (priority IS NOT NULL)))),
    CONSTRAINT trade_order_says_what_it_asked CHECK (((status = 4) OR ((user_id IS NOT NULL) AND (event_id IS NOT NULL) AND (outcome IS NOT NULL) AND (side IS NOT NULL) AND (hold_units IS NOT NULL) AND ((amount_units IS NULL) <> (asked_shares IS NULL))))),
    CONSTRAINT trade_order_says_what_it_got CHECK ((((shares IS NULL) = (gross_units IS NULL)) AND ((shares IS NULL) = (fee_units IS NULL)) AND ((fill_sequence IS NULL) OR (shares IS NOT NULL)) AND ((open_shares IS NOT NULL) = (status = ANY (ARRAY[7, 8]))) AND
CASE
    WHEN (status = ANY (ARRAY[3, 4])) THEN ((shares IS NULL) AND (reason IS NOT NULL))
    WHEN (status = 7) THEN (shares IS NULL)
    WHEN (status = ANY (ARRAY[9, 10])) THEN (reason IS NOT NULL)
    ELSE ((shares IS NOT NULL) AND ((fill_sequence IS NOT NULL) OR (type = 2)))
END)),
    CONSTRAINT trade_order_settles_once CHECK (((status = ANY (ARRAY[5, 6])) = (settled_at IS NOT NULL))),
    CONSTRAINT trade_order_shares_check CHECK (
CASE type
    WHEN 4 THEN (shares = 0)
    ELSE (shares > 0)
END),
    CONSTRAINT trade_order_side_check CHECK ((side = ANY (ARRAY[1, 2]))),
    CONSTRAINT trade_order_status_check CHECK (((status >= 2) AND (status <= 10))),
    CONSTRAINT trade_order_time_in_force_check CHECK (((time_in_force >= 1) AND (time_in_force <= 4))),
    CONSTRAINT trade_order_type_check CHECK (((type >= 1) AND (type <= 4)))
)
WITH (fillfactor='80');

--
-- Name: fill_of_person; Type: VIEW; Schema: prediction; Owner: -
--

CREATE VIEW prediction.fill_of_person AS
 SELECT o.user_id,
    o.created_at AS at,
    f.event_id,
    f.gross_units,
    f.fee_units
   FROM (prediction.trade_order o
     JOIN prediction.fill f ON (((f.event_id = o.event_id) AND (f.sequence = o.fill_sequence))))
  WHERE ((o.fill_sequence IS NOT NULL) AND (o.type = ANY (ARRAY[1, 2])))
UNION ALL
 SELECT r.user_id,
    r.filled_at AS at,
    r.event_id,
    r.gross_units,
    r.fee_units
   FROM prediction.fill r
  WHERE (r.role = 2);

--
-- Name: funding; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.funding (
    event_id uuid NOT NULL,
    asset prediction.asset_code NOT NULL,
    subsidy_units bigint NOT NULL,
    attempt bigint DEFAULT 0 NOT NULL,
    begun_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    given_up_at timestamp with time zone,
    returned_at timestamp with time zone,
    CONSTRAINT funding_attempt_check CHECK ((attempt >= 0)),
    CONSTRAINT funding_returns_what_was_given_up CHECK (((returned_at IS NULL) OR (given_up_at IS NOT NULL))),
    CONSTRAINT funding_subsidy_units_check CHECK ((subsidy_units > 0))
);

--
-- Name: idempotency; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.idempotency (
    id uuid NOT NULL,
    request_hash bytea NOT NULL,
    status smallint,
    response bytea,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT idempotency_check CHECK (((status IS NULL) = (response IS NULL)))
);

--
-- Name: inbox; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL
);

--
-- Name: inbox_sequence; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.inbox_sequence (
    consumer text NOT NULL,
    source text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    last_sequence bigint NOT NULL
)
WITH (fillfactor='80');

--
-- Name: job; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.job (
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
-- Name: known_person; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.known_person (
    user_id uuid NOT NULL,
    barred boolean DEFAULT false NOT NULL,
    barred_sequence bigint DEFAULT 0 NOT NULL,
    kyc text DEFAULT ''::text NOT NULL,
    jurisdiction text DEFAULT ''::text NOT NULL,
    kyc_sequence bigint DEFAULT 0 NOT NULL
);

--
-- Name: market; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.market (
    event_id uuid NOT NULL,
    mechanism text NOT NULL,
    asset prediction.asset_code NOT NULL,
    category text NOT NULL,
    subsidy_units bigint NOT NULL,
    request_hash bytea NOT NULL,
    liquidity_units bigint,
    prior bigint[] NOT NULL,
    sold bigint[] NOT NULL,
    fee_kind text NOT NULL,
    fee_rate bigint NOT NULL,
    price_max bigint NOT NULL,
    state_hash bytea NOT NULL,
    prices bigint[] NOT NULL,
    opening_prices bigint[] NOT NULL,
    status smallint DEFAULT 1 NOT NULL,
    locks_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    sequence bigint DEFAULT 0 NOT NULL,
    volume_units bigint DEFAULT 0 NOT NULL,
    outcome_volume_units bigint[] NOT NULL,
    escrow_units bigint NOT NULL,
    participant_count bigint DEFAULT 0 NOT NULL,
    opened_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    last_filled_at timestamp with time zone,
    closed_at timestamp with time zone,
    close_reason text,
    void_prices bigint[],
    settled_at timestamp with time zone,
    weight bigint,
    pools bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    CONSTRAINT market_closes_once CHECK (((status = 1) = (closed_at IS NULL))),
    CONSTRAINT market_covers_its_pools CHECK (
CASE mechanism
    WHEN 'cpmm_multi'::text THEN ((escrow_units)::numeric >= prediction.escrow_of_pools(pools, sold))
    ELSE true
END),
    CONSTRAINT market_escrow_units_check CHECK ((escrow_units >= 0)),
    CONSTRAINT market_fee_kind_check CHECK ((fee_kind = ANY (ARRAY['flat'::text, 'quadratic'::text]))),
    CONSTRAINT market_fee_rate_check CHECK ((fee_rate >= 0)),
    CONSTRAINT market_has_one_shape CHECK (((cardinality(sold) >= 2) AND (cardinality(prices) = cardinality(sold)) AND (cardinality(opening_prices) = cardinality(sold)) AND (cardinality(outcome_volume_units) = cardinality(sold)))),
    CONSTRAINT market_is_made_of_what_it_trades_by CHECK (
CASE mechanism
    WHEN 'lmsr'::text THEN ((liquidity_units IS NOT NULL) AND (cardinality(prior) = cardinality(sold)) AND (weight IS NULL) AND (cardinality(pools) = 0))
    WHEN 'cpmm'::text THEN ((liquidity_units IS NULL) AND (cardinality(prior) = 0) AND ((weight >= 1) AND (weight <= 999999)) AND (cardinality(sold) = 2) AND (cardinality(pools) = 4) AND (1 <= ALL (pools[1:2])) AND (0 <= ALL (pools[3:4])) AND (escrow_units = ((sold[1] + pools[1]) + pools[3])) AND (escrow_units = ((sold[2] + pools[2]) + pools[4])))
    WHEN 'cpmm_multi'::text THEN ((liquidity_units IS NULL) AND (cardinality(prior) = 0) AND (weight IS NULL) AND (cardinality(pools) = (2 * cardinality(sold))) AND (1 <= ALL (pools)))
    ELSE false
END),
    CONSTRAINT market_is_solvent CHECK ((escrow_units >= ALL (sold))),
    CONSTRAINT market_liquidity_units_check CHECK ((liquidity_units > 0)),
    CONSTRAINT market_participant_count_check CHECK ((participant_count >= 0)),
    CONSTRAINT market_price_max_check CHECK (((price_max > 0) AND (price_max < 1000000))),
    CONSTRAINT market_sells_what_it_has CHECK ((0 <= ALL (sold))),
    CONSTRAINT market_sequence_check CHECK ((sequence >= 0)),
    CONSTRAINT market_settles_closed CHECK (((status = 3) = (settled_at IS NOT NULL))),
    CONSTRAINT market_state_hash_check CHECK ((length(state_hash) = 32)),
    CONSTRAINT market_status_check CHECK (((status >= 1) AND (status <= 3))),
    CONSTRAINT market_subsidy_units_check CHECK ((subsidy_units > 0)),
    CONSTRAINT market_volume_units_check CHECK ((volume_units >= 0))
)
WITH (fillfactor='50');

--
-- Name: outbox; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.outbox (
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
-- Name: outbox_id_seq; Type: SEQUENCE; Schema: prediction; Owner: -
--

ALTER TABLE prediction.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME prediction.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: outbox_relay; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.outbox_relay (
    only_row boolean DEFAULT true NOT NULL,
    sleeping boolean NOT NULL,
    CONSTRAINT outbox_relay_only_row_check CHECK (only_row)
);

--
-- Name: outbox_sequence; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.outbox_sequence (
    topic text NOT NULL,
    key text NOT NULL,
    last_sequence bigint NOT NULL
)
WITH (fillfactor='80');

--
-- Name: payout; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.payout (
    event_id uuid NOT NULL,
    user_id uuid NOT NULL,
    revision bigint NOT NULL,
    due_units bigint NOT NULL,
    moved_units bigint NOT NULL,
    paid_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT payout_due_units_check CHECK ((due_units >= 0))
);

--
-- Name: person_rule; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.person_rule (
    user_id uuid NOT NULL,
    revision bigint NOT NULL,
    loss_day_units bigint,
    loss_week_units bigint,
    excluded_until timestamp with time zone,
    exclusion text NOT NULL
);

--
-- Name: position; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction."position" (
    user_id uuid NOT NULL,
    event_id uuid NOT NULL,
    outcome smallint NOT NULL,
    shares bigint NOT NULL,
    reserved bigint DEFAULT 0 NOT NULL,
    cost_units bigint NOT NULL,
    realised_units bigint DEFAULT 0 NOT NULL,
    payout_units bigint,
    CONSTRAINT position_cost_units_check CHECK ((cost_units >= 0)),
    CONSTRAINT position_costs_only_what_it_holds CHECK (((shares > 0) OR (cost_units = 0))),
    CONSTRAINT position_outcome_check CHECK ((outcome >= 0)),
    CONSTRAINT position_payout_units_check CHECK ((payout_units >= 0)),
    CONSTRAINT position_reserves_what_it_has CHECK (((shares >= reserved) AND (reserved >= 0))),
    CONSTRAINT position_shares_check CHECK ((shares >= 0))
)
WITH (fillfactor='80');

--
-- Name: realised; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.realised (
    event_id uuid NOT NULL,
    sequence bigint NOT NULL,
    user_id uuid NOT NULL,
    realised_at timestamp with time zone NOT NULL,
    cost_units bigint NOT NULL,
    result_units bigint NOT NULL,
    CONSTRAINT realised_cost_units_check CHECK ((cost_units >= 0)),
    CONSTRAINT realised_sequence_check CHECK ((sequence > 0))
);

--
-- Name: receipt; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.receipt (
    event_id uuid NOT NULL,
    group_first bigint NOT NULL,
    document text NOT NULL,
    CONSTRAINT receipt_group_first_check CHECK ((group_first > 0))
);

--
-- Name: risk_alert; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.risk_alert (
    alert_id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind smallint NOT NULL,
    subject text NOT NULL,
    message text NOT NULL,
    event_id uuid,
    order_id uuid,
    day date DEFAULT ((clock_timestamp() AT TIME ZONE 'utc'::text))::date NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT risk_alert_kind_check CHECK (((kind >= 1) AND (kind <= 5)))
);

--
-- Name: risk_house; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.risk_house (
    asset prediction.asset_code NOT NULL,
    market_units bigint NOT NULL,
    total_units bigint NOT NULL,
    CONSTRAINT risk_house_market_units_check CHECK ((market_units >= 0)),
    CONSTRAINT risk_house_total_units_check CHECK ((total_units >= 0))
);

--
-- Name: risk_override; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.risk_override (
    user_id uuid NOT NULL,
    asset prediction.asset_code NOT NULL,
    order_units bigint,
    market_units bigint,
    category_units bigint,
    day_stake_units bigint,
    week_stake_units bigint,
    day_loss_units bigint,
    week_loss_units bigint,
    minute_orders bigint,
    blocked boolean DEFAULT false NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    set_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    set_by uuid,
    CONSTRAINT risk_override_category_units_check CHECK ((category_units >= 0)),
    CONSTRAINT risk_override_day_loss_units_check CHECK ((day_loss_units >= 0)),
    CONSTRAINT risk_override_day_stake_units_check CHECK ((day_stake_units >= 0)),
    CONSTRAINT risk_override_market_units_check CHECK ((market_units >= 0)),
    CONSTRAINT risk_override_minute_orders_check CHECK ((minute_orders >= 0)),
    CONSTRAINT risk_override_order_units_check CHECK ((order_units >= 0)),
    CONSTRAINT risk_override_week_loss_units_check CHECK ((week_loss_units >= 0)),
    CONSTRAINT risk_override_week_stake_units_check CHECK ((week_stake_units >= 0))
);

--
-- Name: risk_policy; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.risk_policy (
    only_row boolean DEFAULT true NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    review_score bigint DEFAULT 100 NOT NULL,
    CONSTRAINT risk_policy_only_row_check CHECK (only_row),
    CONSTRAINT risk_policy_review_score_check CHECK ((review_score > 0))
);

--
-- Name: risk_prohibition; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.risk_prohibition (
    kind smallint NOT NULL,
    subject text NOT NULL,
    reason text NOT NULL,
    set_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    set_by uuid,
    CONSTRAINT risk_prohibition_kind_check CHECK ((kind = ANY (ARRAY[1, 2]))),
    CONSTRAINT risk_prohibition_subject_check CHECK ((subject <> ''::text))
);

--
-- Name: risk_resting; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.risk_resting (
    asset prediction.asset_code NOT NULL,
    least_units bigint NOT NULL,
    CONSTRAINT risk_resting_least_units_check CHECK ((least_units >= 0))
);

--
-- Name: risk_review; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.risk_review (
    order_id uuid NOT NULL,
    user_id uuid NOT NULL,
    event_id uuid NOT NULL,
    outcome smallint NOT NULL,
    side smallint NOT NULL,
    amount_units bigint,
    asked_shares bigint,
    limit_price bigint,
    tier text NOT NULL,
    request bytea NOT NULL,
    request_hash bytea NOT NULL,
    score bigint NOT NULL,
    signals jsonb NOT NULL,
    status smallint DEFAULT 1 NOT NULL,
    received_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    decided_at timestamp with time zone,
    decided_by uuid,
    note text DEFAULT ''::text NOT NULL,
    kyc text DEFAULT ''::text NOT NULL,
    jurisdiction text DEFAULT ''::text NOT NULL,
    CONSTRAINT risk_review_is_decided_once CHECK (((status = 1) = (decided_at IS NULL))),
    CONSTRAINT risk_review_side_check CHECK ((side = ANY (ARRAY[1, 2]))),
    CONSTRAINT risk_review_status_check CHECK (((status >= 1) AND (status <= 4)))
)
WITH (fillfactor='80');

--
-- Name: risk_sighting; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.risk_sighting (
    kind smallint NOT NULL,
    trace bytea NOT NULL,
    user_id uuid NOT NULL,
    first_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    last_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT risk_sighting_kind_check CHECK ((kind = ANY (ARRAY[1, 2]))),
    CONSTRAINT risk_sighting_trace_check CHECK ((length(trace) = 16))
)
WITH (fillfactor='80');

--
-- Name: risk_tier; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.risk_tier (
    tier text NOT NULL,
    asset prediction.asset_code NOT NULL,
    order_units bigint NOT NULL,
    market_units bigint NOT NULL,
    category_units bigint NOT NULL,
    day_stake_units bigint NOT NULL,
    week_stake_units bigint NOT NULL,
    day_loss_units bigint NOT NULL,
    week_loss_units bigint NOT NULL,
    minute_orders bigint NOT NULL,
    CONSTRAINT risk_tier_category_units_check CHECK ((category_units >= 0)),
    CONSTRAINT risk_tier_day_loss_units_check CHECK ((day_loss_units >= 0)),
    CONSTRAINT risk_tier_day_stake_units_check CHECK ((day_stake_units >= 0)),
    CONSTRAINT risk_tier_market_units_check CHECK ((market_units >= 0)),
    CONSTRAINT risk_tier_minute_orders_check CHECK ((minute_orders >= 0)),
    CONSTRAINT risk_tier_order_units_check CHECK ((order_units >= 0)),
    CONSTRAINT risk_tier_tier_check CHECK ((tier <> ''::text)),
    CONSTRAINT risk_tier_week_loss_units_check CHECK ((week_loss_units >= 0)),
    CONSTRAINT risk_tier_week_stake_units_check CHECK ((week_stake_units >= 0))
);

--
-- Name: risk_trigger; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.risk_trigger (
    trigger_id uuid NOT NULL,
    number bigint NOT NULL,
    user_id uuid NOT NULL,
    event_id uuid NOT NULL,
    outcome smallint NOT NULL,
    kind smallint NOT NULL,
    price bigint NOT NULL,
    shares bigint,
    limit_price bigint,
    status smallint DEFAULT 1 NOT NULL,
    order_shares bigint,
    reason text,
    crossed_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    fired_at timestamp with time zone,
    ended_at timestamp with time zone,
    CONSTRAINT risk_trigger_ends_once CHECK (((status = ANY (ARRAY[3, 4, 5])) = (ended_at IS NOT NULL))),
    CONSTRAINT risk_trigger_fires_with_shares CHECK (((status = ANY (ARRAY[1, 5])) OR ((order_shares IS NOT NULL) AND (fired_at IS NOT NULL)))),
    CONSTRAINT risk_trigger_kind_check CHECK ((kind = ANY (ARRAY[1, 2]))),
    CONSTRAINT risk_trigger_limit_price_check CHECK (((limit_price >= 1) AND (limit_price <= 1000000))),
    CONSTRAINT risk_trigger_order_shares_check CHECK ((order_shares > 0)),
    CONSTRAINT risk_trigger_outcome_check CHECK ((outcome >= 0)),
    CONSTRAINT risk_trigger_price_check CHECK (((price > 0) AND (price < 1000000))),
    CONSTRAINT risk_trigger_shares_check CHECK ((shares > 0)),
    CONSTRAINT risk_trigger_status_check CHECK (((status >= 1) AND (status <= 5)))
)
WITH (fillfactor='80');

--
-- Name: risk_trigger_number_seq; Type: SEQUENCE; Schema: prediction; Owner: -
--

ALTER TABLE prediction.risk_trigger ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME prediction.risk_trigger_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: risk_use; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.risk_use (
    user_id uuid NOT NULL,
    asset prediction.asset_code NOT NULL,
    scope text NOT NULL,
    open_units bigint NOT NULL,
    resting_units bigint NOT NULL,
    day_stake_units bigint NOT NULL,
    week_stake_units bigint NOT NULL,
    day_sold_units bigint NOT NULL,
    day_result_units bigint NOT NULL,
    week_result_units bigint NOT NULL,
    minute_orders bigint NOT NULL,
    week_orders bigint NOT NULL,
    day date NOT NULL,
    week date NOT NULL,
    minute timestamp with time zone NOT NULL
)
WITH (fillfactor='60');

--
-- Name: schema_migrations; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.schema_migrations (
    version character varying NOT NULL
);

--
-- Name: settlement; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.settlement (
    event_id uuid NOT NULL,
    revision bigint NOT NULL,
    payout_prices bigint[] NOT NULL,
    refunded boolean NOT NULL,
    closing_sequence bigint NOT NULL,
    step smallint NOT NULL,
    after_user_id uuid,
    after_sequence bigint DEFAULT 0 NOT NULL,
    people_paid bigint DEFAULT 0 NOT NULL,
    paid_units bigint DEFAULT 0 NOT NULL,
    taken_back_units bigint DEFAULT 0 NOT NULL,
    lost_units bigint DEFAULT 0 NOT NULL,
    rounding_units bigint DEFAULT 0 NOT NULL,
    house_result_units bigint DEFAULT 0 NOT NULL,
    heard_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    settled_at timestamp with time zone,
    CONSTRAINT settlement_closing_sequence_check CHECK ((closing_sequence >= 0)),
    CONSTRAINT settlement_ends_once CHECK (((step = 5) = (settled_at IS NOT NULL))),
    CONSTRAINT settlement_lost_units_check CHECK ((lost_units >= 0)),
    CONSTRAINT settlement_payout_prices_check CHECK ((0 <= ALL (payout_prices))),
    CONSTRAINT settlement_revision_check CHECK ((revision > 0)),
    CONSTRAINT settlement_rounding_units_check CHECK ((rounding_units >= 0)),
    CONSTRAINT settlement_step_check CHECK (((step >= 1) AND (step <= 5)))
)
WITH (fillfactor='70');

--
-- Name: shown_order; Type: VIEW; Schema: prediction; Owner: -
--

CREATE VIEW prediction.shown_order AS
 SELECT o.order_id,
    o.user_id,
    o.event_id,
    o.created_at,
    o.outcome,
    o.side,
    o.type,
    o.amount_units,
    o.asked_shares,
    o.limit_price,
    o.hold_units,
    o.gross_units,
    o.fee_units,
    o.shares,
    o.fill_sequence,
    o.time_in_force,
    o.reason,
    o.post_only,
    o.reserved,
    o.expires_at,
    o.open_shares,
    o.priority,
    o.revision,
    o.replaces_order_id,
    o.self_trade,
    (
        CASE
            WHEN (s.settled_at IS NULL) THEN (o.status)::integer
            WHEN s.refunded THEN 6
            ELSE 5
        END)::smallint AS status,
    COALESCE(s.settled_at, o.settled_at) AS settled_at,
        CASE
            WHEN (s.settled_at IS NULL) THEN o.profit_loss_units
            WHEN ((o.side = 1) AND (o.type <> 4)) THEN (((floor((((o.shares)::numeric * (s.payout_prices[(o.outcome + 1)])::numeric) / (1000000)::numeric)))::bigint - o.gross_units) - o.fee_units)
            ELSE NULL::bigint
        END AS profit_loss_units
   FROM (prediction.trade_order o
     LEFT JOIN LATERAL ( SELECT r.settled_at,
            r.refunded,
            r.payout_prices
           FROM prediction.settlement r
          WHERE ((r.event_id = o.event_id) AND (r.step = 5))
          ORDER BY r.revision DESC
         LIMIT 1) s ON ((o.shares IS NOT NULL)));

--
-- Name: turnover; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.turnover (
    user_id uuid NOT NULL,
    day date NOT NULL,
    category text NOT NULL,
    asset prediction.asset_code NOT NULL,
    trades bigint NOT NULL,
    volume_units bigint NOT NULL,
    fee_units bigint NOT NULL,
    CONSTRAINT turnover_fee_units_check CHECK ((fee_units >= 0)),
    CONSTRAINT turnover_trades_check CHECK ((trades > 0)),
    CONSTRAINT turnover_volume_units_check CHECK ((volume_units >= 0))
);

--
-- Name: turnover_until; Type: TABLE; Schema: prediction; Owner: -
--

CREATE TABLE prediction.turnover_until (
    user_id uuid NOT NULL,
    until timestamp with time zone NOT NULL
);

--
-- Name: dead_man dead_man_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.dead_man
    ADD CONSTRAINT dead_man_pkey PRIMARY KEY (user_id);

--
-- Name: fill fill_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.fill
    ADD CONSTRAINT fill_pkey PRIMARY KEY (event_id, sequence);

--
-- Name: funding funding_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.funding
    ADD CONSTRAINT funding_pkey PRIMARY KEY (event_id);

--
-- Name: idempotency idempotency_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (id);

--
-- Name: inbox inbox_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id);

--
-- Name: inbox_sequence inbox_sequence_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.inbox_sequence
    ADD CONSTRAINT inbox_sequence_pkey PRIMARY KEY (consumer, source, topic, key);

--
-- Name: job job_kind_unique_key_key; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.job
    ADD CONSTRAINT job_kind_unique_key_key UNIQUE (kind, unique_key);

--
-- Name: job job_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

--
-- Name: known_person known_person_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.known_person
    ADD CONSTRAINT known_person_pkey PRIMARY KEY (user_id);

--
-- Name: market market_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.market
    ADD CONSTRAINT market_pkey PRIMARY KEY (event_id);

--
-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

--
-- Name: outbox_relay outbox_relay_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.outbox_relay
    ADD CONSTRAINT outbox_relay_pkey PRIMARY KEY (only_row);

--
-- Name: outbox_sequence outbox_sequence_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.outbox_sequence
    ADD CONSTRAINT outbox_sequence_pkey PRIMARY KEY (topic, key);

--
-- Name: payout payout_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.payout
    ADD CONSTRAINT payout_pkey PRIMARY KEY (event_id, user_id, revision);

--
-- Name: person_rule person_rule_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.person_rule
    ADD CONSTRAINT person_rule_pkey PRIMARY KEY (user_id);

--
-- Name: position position_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction."position"
    ADD CONSTRAINT position_pkey PRIMARY KEY (user_id, event_id, outcome);

--
-- Name: realised realised_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.realised
    ADD CONSTRAINT realised_pkey PRIMARY KEY (event_id, sequence);

--
-- Name: receipt receipt_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.receipt
    ADD CONSTRAINT receipt_pkey PRIMARY KEY (event_id, group_first);

--
-- Name: risk_alert risk_alert_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.risk_alert
    ADD CONSTRAINT risk_alert_pkey PRIMARY KEY (alert_id);

--
-- Name: risk_house risk_house_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.risk_house
    ADD CONSTRAINT risk_house_pkey PRIMARY KEY (asset);

--
-- Name: risk_override risk_override_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.risk_override
    ADD CONSTRAINT risk_override_pkey PRIMARY KEY (user_id, asset);

--
-- Name: risk_policy risk_policy_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.risk_policy
    ADD CONSTRAINT risk_policy_pkey PRIMARY KEY (only_row);

--
-- Name: risk_prohibition risk_prohibition_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.risk_prohibition
    ADD CONSTRAINT risk_prohibition_pkey PRIMARY KEY (kind, subject);

--
-- Name: risk_resting risk_resting_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.risk_resting
    ADD CONSTRAINT risk_resting_pkey PRIMARY KEY (asset);

--
-- Name: risk_review risk_review_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.risk_review
    ADD CONSTRAINT risk_review_pkey PRIMARY KEY (order_id);

--
-- Name: risk_sighting risk_sighting_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.risk_sighting
    ADD CONSTRAINT risk_sighting_pkey PRIMARY KEY (kind, trace, user_id);

--
-- Name: risk_tier risk_tier_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.risk_tier
    ADD CONSTRAINT risk_tier_pkey PRIMARY KEY (tier, asset);

--
-- Name: risk_trigger risk_trigger_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.risk_trigger
    ADD CONSTRAINT risk_trigger_pkey PRIMARY KEY (trigger_id);

--
-- Name: risk_use risk_use_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.risk_use
    ADD CONSTRAINT risk_use_pkey PRIMARY KEY (user_id, asset, scope);

--
-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

--
-- Name: settlement settlement_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.settlement
    ADD CONSTRAINT settlement_pkey PRIMARY KEY (event_id, revision);

--
-- Name: trade_order trade_order_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.trade_order
    ADD CONSTRAINT trade_order_pkey PRIMARY KEY (order_id);

--
-- Name: trade_order trade_order_self_trade_check; Type: CHECK CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE prediction.trade_order
    ADD CONSTRAINT trade_order_self_trade_check CHECK ((self_trade = ANY (ARRAY[1, 2]))) NOT VALID;

--
-- Name: turnover turnover_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.turnover
    ADD CONSTRAINT turnover_pkey PRIMARY KEY (user_id, day, category, asset);

--
-- Name: turnover_until turnover_until_pkey; Type: CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.turnover_until
    ADD CONSTRAINT turnover_until_pkey PRIMARY KEY (user_id);

--
-- Name: dead_man_due; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX dead_man_due ON prediction.dead_man USING btree (fires_at);

--
-- Name: fill_of_maker; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX fill_of_maker ON prediction.fill USING btree (user_id, filled_at DESC, sequence DESC) WHERE (role = 2);

--
-- Name: fill_of_resting_order; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX fill_of_resting_order ON prediction.fill USING btree (order_id, sequence) WHERE (role = 2);

--
-- Name: fill_of_subsidy; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX fill_of_subsidy ON prediction.fill USING btree (event_id, sequence) WHERE (role = 4);

--
-- Name: fill_time; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX fill_time ON prediction.fill USING btree (event_id, filled_at);

--
-- Name: funding_under_way; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX funding_under_way ON prediction.funding USING btree (begun_at) WHERE (returned_at IS NULL);

--
-- Name: idempotency_created_at; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX idempotency_created_at ON prediction.idempotency USING btree (created_at);

--
-- Name: job_dead; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX job_dead ON prediction.job USING btree (dead_at) WHERE (dead_at IS NOT NULL);

--
-- Name: job_due; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX job_due ON prediction.job USING btree (due_at) WHERE (dead_at IS NULL);

--
-- Name: known_person_barred; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX known_person_barred ON prediction.known_person USING btree (user_id) WHERE barred;

--
-- Name: market_locking; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX market_locking ON prediction.market USING btree (locks_at) WHERE (status = 1);

--
-- Name: person_rule_excluded; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX person_rule_excluded ON prediction.person_rule USING btree (user_id) WHERE (excluded_until IS NOT NULL);

--
-- Name: position_of_event; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX position_of_event ON prediction."position" USING btree (event_id, user_id);

--
-- Name: realised_of_user; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX realised_of_user ON prediction.realised USING btree (user_id, realised_at DESC, event_id DESC, sequence DESC);

--
-- Name: risk_alert_of_user; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX risk_alert_of_user ON prediction.risk_alert USING btree (user_id, created_at DESC, alert_id DESC);

--
-- Name: risk_alert_once_a_day; Type: INDEX; Schema: prediction; Owner: -
--

CREATE UNIQUE INDEX risk_alert_once_a_day ON prediction.risk_alert USING btree (user_id, subject, day) WHERE (kind = 1);

--
-- Name: risk_review_of_user; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX risk_review_of_user ON prediction.risk_review USING btree (user_id, created_at DESC, order_id DESC) WHERE (status <> 3);

--
-- Name: risk_review_pending; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX risk_review_pending ON prediction.risk_review USING btree (status, created_at, order_id);

--
-- Name: risk_trigger_crossed; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX risk_trigger_crossed ON prediction.risk_trigger USING btree (crossed_at) WHERE ((status = 1) AND (crossed_at IS NOT NULL));

--
-- Name: risk_trigger_fired; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX risk_trigger_fired ON prediction.risk_trigger USING btree (fired_at) WHERE (status = 2);

--
-- Name: risk_trigger_number; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX risk_trigger_number ON prediction.risk_trigger USING btree (number) WHERE (status = 1);

--
-- Name: risk_trigger_of_user; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX risk_trigger_of_user ON prediction.risk_trigger USING btree (user_id, created_at DESC, trigger_id DESC);

--
-- Name: risk_trigger_waiting; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX risk_trigger_waiting ON prediction.risk_trigger USING btree (event_id) WHERE (status = 1);

--
-- Name: settlement_undone; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX settlement_undone ON prediction.settlement USING btree (heard_at) WHERE (step < 5);

--
-- Name: trade_order_expiring; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX trade_order_expiring ON prediction.trade_order USING btree (expires_at) WHERE ((status = ANY (ARRAY[7, 8])) AND (expires_at IS NOT NULL));

--
-- Name: trade_order_newest; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX trade_order_newest ON prediction.trade_order USING btree (created_at DESC, order_id DESC);

--
-- Name: trade_order_of_event; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX trade_order_of_event ON prediction.trade_order USING btree (event_id, created_at DESC, order_id DESC);

--
-- Name: trade_order_of_user; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX trade_order_of_user ON prediction.trade_order USING btree (user_id, created_at DESC, order_id DESC);

--
-- Name: trade_order_replacing; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX trade_order_replacing ON prediction.trade_order USING btree (replaces_order_id) WHERE (replaces_order_id IS NOT NULL);

--
-- Name: trade_order_resting; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX trade_order_resting ON prediction.trade_order USING btree (event_id, user_id) WHERE (status = ANY (ARRAY[7, 8]));

--
-- Name: trade_order_resting_of_user; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX trade_order_resting_of_user ON prediction.trade_order USING btree (user_id) WHERE (status = ANY (ARRAY[7, 8]));

--
-- Name: trade_order_sales; Type: INDEX; Schema: prediction; Owner: -
--

CREATE INDEX trade_order_sales ON prediction.trade_order USING btree (user_id, created_at DESC) WHERE (side = 2);

--
-- Name: fill fill_follows_the_last; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE TRIGGER fill_follows_the_last AFTER INSERT ON prediction.fill REFERENCING NEW TABLE AS created FOR EACH STATEMENT EXECUTE FUNCTION prediction.check_fills();

--
-- Name: fill fill_is_for_ever; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE TRIGGER fill_is_for_ever BEFORE DELETE OR UPDATE OR TRUNCATE ON prediction.fill FOR EACH STATEMENT EXECUTE FUNCTION prediction.refuse_change('what was traded stays');

--
-- Name: market market_closes_over_nothing; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE TRIGGER market_closes_over_nothing AFTER UPDATE ON prediction.market FOR EACH ROW WHEN (((old.status = 1) AND (new.status <> 1))) EXECUTE FUNCTION prediction.check_nothing_rests();

--
-- Name: market market_goes_forward; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE TRIGGER market_goes_forward BEFORE UPDATE ON prediction.market FOR EACH ROW EXECUTE FUNCTION prediction.guard_market();

--
-- Name: payout payout_is_for_ever; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE TRIGGER payout_is_for_ever BEFORE DELETE OR UPDATE OR TRUNCATE ON prediction.payout FOR EACH STATEMENT EXECUTE FUNCTION prediction.refuse_change('what was paid stays; a mistake is mended by another revision');

--
-- Name: position position_opens_unreserved; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE CONSTRAINT TRIGGER position_opens_unreserved AFTER INSERT ON prediction."position" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.reserved <> 0)) EXECUTE FUNCTION prediction.check_reserved_shares();

--
-- Name: position position_reserves_what_rests; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE CONSTRAINT TRIGGER position_reserves_what_rests AFTER UPDATE ON prediction."position" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.reserved <> old.reserved)) EXECUTE FUNCTION prediction.check_reserved_shares();

--
-- Name: position position_rests_when_closed; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE TRIGGER position_rests_when_closed AFTER UPDATE ON prediction."position" REFERENCING OLD TABLE AS earlier NEW TABLE AS later FOR EACH STATEMENT EXECUTE FUNCTION prediction.check_positions();

--
-- Name: receipt receipt_is_for_ever; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE TRIGGER receipt_is_for_ever BEFORE DELETE OR UPDATE OR TRUNCATE ON prediction.receipt FOR EACH STATEMENT EXECUTE FUNCTION prediction.refuse_change('what was traded stays');

--
-- Name: risk_house risk_house_counts; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE TRIGGER risk_house_counts AFTER INSERT OR DELETE OR UPDATE ON prediction.risk_house FOR EACH STATEMENT EXECUTE FUNCTION prediction.count_risk_policy();

--
-- Name: risk_prohibition risk_prohibition_counts; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE TRIGGER risk_prohibition_counts AFTER INSERT OR DELETE OR UPDATE ON prediction.risk_prohibition FOR EACH STATEMENT EXECUTE FUNCTION prediction.count_risk_policy();

--
-- Name: risk_resting risk_resting_counts; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE TRIGGER risk_resting_counts AFTER INSERT OR DELETE OR UPDATE ON prediction.risk_resting FOR EACH STATEMENT EXECUTE FUNCTION prediction.count_risk_policy();

--
-- Name: risk_tier risk_tier_counts; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE TRIGGER risk_tier_counts AFTER INSERT OR DELETE OR UPDATE ON prediction.risk_tier FOR EACH STATEMENT EXECUTE FUNCTION prediction.count_risk_policy();

--
-- Name: risk_trigger risk_trigger_goes_forward; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE TRIGGER risk_trigger_goes_forward BEFORE UPDATE ON prediction.risk_trigger FOR EACH ROW EXECUTE FUNCTION prediction.guard_risk_trigger();

--
-- Name: trade_order trade_order_is_decided_once; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE TRIGGER trade_order_is_decided_once BEFORE UPDATE ON prediction.trade_order FOR EACH ROW EXECUTE FUNCTION prediction.guard_trade_order();

--
-- Name: trade_order trade_order_reserves_changed; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE CONSTRAINT TRIGGER trade_order_reserves_changed AFTER UPDATE ON prediction.trade_order DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.side = 2) AND (old.open_shares IS DISTINCT FROM new.open_shares))) EXECUTE FUNCTION prediction.check_reserved_shares();

--
-- Name: trade_order trade_order_reserves_new; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE CONSTRAINT TRIGGER trade_order_reserves_new AFTER INSERT ON prediction.trade_order DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.side = 2) AND (new.status = ANY (ARRAY[7, 8])))) EXECUTE FUNCTION prediction.check_reserved_shares();

--
-- Name: trade_order trade_order_rests_where_it_may; Type: TRIGGER; Schema: prediction; Owner: -
--

CREATE TRIGGER trade_order_rests_where_it_may BEFORE INSERT OR UPDATE ON prediction.trade_order FOR EACH ROW WHEN ((new.status = ANY (ARRAY[7, 8]))) EXECUTE FUNCTION prediction.check_rests();

--
-- Name: payout payout_event_id_revision_fkey; Type: FK CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.payout
    ADD CONSTRAINT payout_event_id_revision_fkey FOREIGN KEY (event_id, revision) REFERENCES prediction.settlement(event_id, revision);

--
-- Name: risk_trigger risk_trigger_event_id_fkey; Type: FK CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.risk_trigger
    ADD CONSTRAINT risk_trigger_event_id_fkey FOREIGN KEY (event_id) REFERENCES prediction.market(event_id);

--
-- Name: settlement settlement_event_id_fkey; Type: FK CONSTRAINT; Schema: prediction; Owner: -
--

ALTER TABLE ONLY prediction.settlement
    ADD CONSTRAINT settlement_event_id_fkey FOREIGN KEY (event_id) REFERENCES prediction.market(event_id);

--
-- PostgreSQL database dump complete
--

--
-- Dbmate schema migrations
--

INSERT INTO prediction.schema_migrations (version) VALUES
    ('20261121035000'),
    ('20261121035100'),
    ('20261121035200'),
    ('20261121064000'),
    ('20261121064500'),
    ('20261121064700'),
    ('20261121100000'),
    ('20261121100100'),
    ('20261121101000'),
    ('20261121101100'),
    ('20261121102000'),
    ('20261121103500'),
    ('20261121104000'),
    ('20261121160500'),
    ('20261121162100'),
    ('20261121163000'),
    ('20261121163100'),
    ('20261121175000'),
    ('20261121180000'),
    ('20261121180100'),
    ('20261121195500'),
    ('20261121195600'),
    ('20261121195700'),
    ('20261121223500'),
    ('20261122024000'),
    ('20261122024500'),
    ('20261122025500'),
    ('20261122032600'),
    ('20261122144500');
