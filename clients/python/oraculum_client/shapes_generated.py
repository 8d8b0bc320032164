"""What the public API answers with, and what is nested in what it takes. Made by clients/python/generate.py from surface.json; change the routes, not this file."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """A bet and what became of it."""

    id: str
    user_id: str
    event_id: str
    outcome: int
    side: Literal["buy", "sell"]
    amount: Decimal
    shares: Decimal
    price: Decimal
    fee: Decimal
    asset: str
    status: Literal[
        "pending",
        "open",
        "partially_filled",
        "confirmed",
        "cancelled",
        "expired",
        "rejected",
        "failed",
        "settled",
        "refunded",
    ]
    reason: str | None
    type: Literal["market", "limit", "merge", "subsidy"]
    time_in_force: Literal["gtc", "gtd", "ioc", "fok"]
    post_only: bool
    limit_price: Decimal | None
    expires_at: datetime | None
    open_shares: Decimal
    reserved: Decimal
    replaces: str | None
    prices_after: list[Decimal] | None
    sequence: int | None
    chain: str | None
    tx_hash: str | None
    created_at: datetime
    settled_at: datetime | None
    profit_loss: Decimal | None


class PredictionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[PredictionOut]."""

    data: list[Prediction]
    meta: Meta


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    """The bet that stands now."""

    id: str
    user_id: str
    event_id: str
    outcome: int
    side: Literal["buy", "sell"]
    amount: Decimal
    shares: Decimal
    price: Decimal
    fee: Decimal
    asset: str
    status: Literal[
        "pending",
        "open",
        "partially_filled",
        "confirmed",
        "cancelled",
        "expired",
        "rejected",
        "failed",
        "settled",
        "refunded",
    ]
    reason: str | None
    type: Literal["market", "limit", "merge", "subsidy"]
    time_in_force: Literal["gtc", "gtd", "ioc", "fok"]
    post_only: bool
    limit_price: Decimal | None
    expires_at: datetime | None
    open_shares: Decimal
    reserved: Decimal
    replaces: str | None
    prices_after: list[Decimal] | None
    sequence: int | None
    chain: str | None
    tx_hash: str | None
    created_at: datetime
    settled_at: datetime | None
    profit_loss: Decimal | None
    sale: Prediction | None


class PositionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[PositionOut]."""

    data: list[Position]
    meta: Meta


class EventsQuote(msgspec.Struct, frozen=True, kw_only=True):
    """What a bet would do now."""

    event_id: str
    outcome: int
    side: Literal["buy", "sell"]
    shares: Decimal
    gross: Decimal
    fee: Decimal
    net: Decimal
    asset: str
    average_price: Decimal
    prices_before: list[Decimal]
    prices_after: list[Decimal]
    impact: Decimal
    sequence: int


class TradePage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[TradeOut]."""

    data: list[Trade]
    meta: Meta


class PredictionIn(msgspec.Struct, frozen=True, kw_only=True):
    """A bet: an amount to stake (the fee comes on top) or a number of shares."""

    event_id: str
    outcome: int
    side: Literal["buy", "sell"] | None = None
    type: Literal["market", "limit"] | None = None
    time_in_force: Literal["gtc", "gtd", "ioc", "fok"] | None = None
    post_only: bool | None = None
    expires_at: datetime | None = None
    self_trade: Literal["cancel_maker", "cancel_taker"] | None = None
    amount: Decimal | None = None
    shares: Decimal | None = None
    max_price: Decimal | None = None
    min_price: Decimal | None = None


class PlacedList(msgspec.Struct, frozen=True, kw_only=True):
    """What came of each, in the order asked."""

    data: list[Placed]


class BasketLegIn(msgspec.Struct, frozen=True, kw_only=True):
    """One of several bets in one event that are filled together: an amount or a number of shares, at once and whole."""

    outcome: int
    side: Literal["buy", "sell"] | None = None
    amount: Decimal | None = None
    shares: Decimal | None = None
    price: Decimal | None = None


class Basket(msgspec.Struct, frozen=True, kw_only=True):
    """The filled bets, one for each leg in their order."""

    data: list[Prediction]


class Cancelled(msgspec.Struct, frozen=True, kw_only=True):
    """Orders that were taken back."""

    ids: list[str]


class DeadMan(msgspec.Struct, frozen=True, kw_only=True):
    """When everything that rests is cancelled, unless it is set anew before then."""

    fires_at: datetime | None


class Receipts(msgspec.Struct, frozen=True, kw_only=True):
    """One receipt for each fill: its id and number, and all from which anybody computes it anew."""

    data: list[dict[str, Any]]


class MyTradePage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[MyTradeOut]."""

    data: list[MyTrade]
    meta: Meta


class MyTrade(msgspec.Struct, frozen=True, kw_only=True):
    """A fill of mine."""

    id: str
    prediction_id: str
    event_id: str
    outcome: int
    side: Literal["buy", "sell"]
    role: Literal["taker", "maker", "set"]
    shares: Decimal
    amount: Decimal
    fee: Decimal
    price: Decimal
    asset: str
    sequence: int
    group: int
    created_at: datetime


class Portfolio(msgspec.Struct, frozen=True, kw_only=True):
    """What my positions come to."""

    data: list[PortfolioTotal]


class Subsidy(msgspec.Struct, frozen=True, kw_only=True):
    """What a subsidy made of a market: the same bet moves its prices less than before."""

    id: str
    event_id: str
    amount: Decimal
    asset: str
    liquidity_parameter: Decimal
    total_liquidity: Decimal
    created_at: datetime


class OrderbookBook(msgspec.Struct, frozen=True, kw_only=True):
    """What rests by price, the best first, and what the market maker gives between."""

    event_id: str
    outcome: int
    price: Decimal
    bids: list[OrderbookLevel]
    asks: list[OrderbookLevel]
    sequence: int
    asset: str


class RealisationPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[RealisationOut]."""

    data: list[Realisation]
    meta: Meta


class Profit(msgspec.Struct, frozen=True, kw_only=True):
    """What I won or lost over time; an asset in which I never held anything is not there."""

    interval: Literal["hour", "day", "week", "month"]
    data: list[ProfitSeries]


class PublicPositionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[PublicPositionOut]."""

    data: list[PublicPosition]
    meta: Meta


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody's trading came to, as far as they show it."""

    user_id: str
    record: Record
    totals: list[Turnover]


class MyAnalytics(msgspec.Struct, frozen=True, kw_only=True):
    """What my trading came to."""

    record: Record
    totals: list[MyTurnover]
    categories: list[CategoryTurnover]
    interval: Literal["day", "week", "month"]
    series: list[TurnoverSeries]


class EventAnalytics(msgspec.Struct, frozen=True, kw_only=True):
    """How an event is traded."""

    event_id: str
    status: Literal["open", "closed", "settled"]
    asset: str
    total_volume: Decimal
    total_liquidity: Decimal
    participant_count: int
    trades: int
    first_trade_at: datetime | None
    last_trade_at: datetime | None
    outcomes: list[OutcomePrices]
    interval: Literal["hour", "day"]
    data: list[EventSpan]


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The platform in figures. What a service that is away would tell is null, and it is named in `missing`."""

    accounts: Accounts | None
    events: EventCounts | None
    trading: list[TradingTotal] | None
    resting_predictions: int | None
    revenue: list[Revenue] | None
    missing: list[str]


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[EventOut]."""

    data: list[Event]
    meta: Meta


class ScaleIn(msgspec.Struct, frozen=True, kw_only=True):
    """The range of a scalar event."""

    lower: Decimal
    upper: Decimal
    step: Decimal
    unit: str


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event."""

    id: str
    title: str
    description: str
    type: Literal["binary", "multiple_choice", "scalar"]
    category: str
    tags: list[str]
    status: Literal["draft", "active", "locked", "resolving", "resolved", "cancelled"]
    outcomes: list[Outcome]
    asset: str
    total_volume: Decimal | None
    total_liquidity: Decimal | None
    liquidity_parameter: Decimal | None
    participant_count: int | None
    sequence: int | None
    start_time: datetime | None
    end_time: datetime
    locks_at: datetime
    resolution_time: datetime | None
    resolution_source: str
    resolution: Resolution | None
    proposal: Proposal | None
    challenge_seconds: int | None
    resolve_by: datetime | None
    deadline_payouts: list[Decimal]
    scale: Scale | None
    mechanism: Literal["lmsr", "cpmm", "cpmm_multi"]
    unpublished: bool
    subsidy: Decimal
    creation_fee: Decimal
    creator_pays: bool
    settlement: Literal["internal", "evm", "solana"]
    contract_address: str | None
    creator: str | None
    venue: Venue | None
    image_url: str | None
    created_at: datetime
    updated_at: datetime
    version: int


class Categories(msgspec.Struct, frozen=True, kw_only=True):
    """The categories."""

    data: list[Category]


class Balances(msgspec.Struct, frozen=True, kw_only=True):
    """Money in every asset that I ever held."""

    data: list[Balance]
    arriving_unknown: bool


class TransactionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[TransactionOut]."""

    data: list[Transaction]
    meta: Meta


class Deposit(msgspec.Struct, frozen=True, kw_only=True):
    """A deposit."""

    id: str
    rail: str
    amount: Decimal
    asset: str
    status: Literal["pending", "credited", "failed"]
    created_at: datetime
    credited_at: datetime | None


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the ledger's laws hold, and the sums that say so."""

    balanced: bool
    sums: list[AssetSums]
    violations: list[str]


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What there was, what happened, what there is."""

    asset: str
    opening: Decimal
    closing: Decimal
    data: list[Transaction]


class BalanceExplained(msgspec.Struct, frozen=True, kw_only=True):
    """My balance, and what each of its figures is made of."""

    balance: Balance
    entries: list[KindTotal]
    held: list[LedgerHeld]
    held_beyond: Decimal
    arriving: list[Arriving]
    arriving_unknown: bool


class TransactionExplained(msgspec.Struct, frozen=True, kw_only=True):
    """One entry, the act that it is part of, and what the balance after it is made of."""

    transaction: Transaction
    counterparty: Literal[
        "user",
        "order_reserve",
        "event_escrow",
        "fees",
        "rounding",
        "house",
        "rail",
        "capital",
        "dispute_bond",
    ]
    opening: Decimal
    act: list[Transaction]
    hold: LedgerHeld | None
    entries: list[KindTotal]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account of the ledger and its four counters."""

    id: str
    kind: Literal[
        "user",
        "order_reserve",
        "event_escrow",
        "fees",
        "rounding",
        "house",
        "rail",
        "capital",
        "dispute_bond",
    ]
    owner_id: str
    asset: str
    debits_pending: Decimal
    debits_posted: Decimal
    credits_pending: Decimal
    credits_posted: Decimal
    frozen_at: datetime | None


class TransferPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[TransferOut]."""

    data: list[Transfer]
    meta: Meta


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer as it stands in the ledger."""

    id: str
    number: int
    phase: Literal["posted", "pending", "post_pending", "void_pending"]
    type: Literal[
        "deposit",
        "withdrawal",
        "bet",
        "sale",
        "payout",
        "refund",
        "fee",
        "subsidy",
        "house_result",
        "capital",
        "adjustment",
        "reserve",
        "release",
        "bond",
        "bond_return",
        "bond_forfeit",
        "creation",
        "creation_return",
    ]
    debit_account_id: str
    debit_kind: Literal[
        "user",
        "order_reserve",
        "event_escrow",
        "fees",
        "rounding",
        "house",
        "rail",
        "capital",
        "dispute_bond",
    ]
    credit_account_id: str
    credit_kind: Literal[
        "user",
        "order_reserve",
        "event_escrow",
        "fees",
        "rounding",
        "house",
        "rail",
        "capital",
        "dispute_bond",
    ]
    amount: Decimal
    asset: str
    released: Decimal
    pending_id: str | None
    event_id: str | None
    reference_id: str | None
    created_at: datetime
    debit_balance: Decimal
    credit_balance: Decimal


class IncidentPage1(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[IncidentOut]."""

    data: list[LedgerIncident]
    meta: Meta


class LedgerIncident(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can't happen and did."""

    id: str
    kind: str
    event_id: str | None
    account_id: str | None
    reference_id: str | None
    details: dict[str, Any]
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    note: str | None


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A category."""

    category: str
    label: str
    active_events: int


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's claim that a proposed result is wrong."""

    id: str
    event_id: str
    proposal_number: int
    user_id: str
    reason: str
    evidence_url: str | None
    status: Literal["bonding", "open", "refused", "upheld", "rejected", "moot"]
    bond: Decimal
    asset: str
    bond_settled: bool
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    note: str | None


class DisputePage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[DisputeOut]."""

    data: list[Dispute]
    meta: Meta


class CrawlerRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules that hold."""

    version: int
    rules: list[CrawlerRule]
    category_words: dict[str, Any]
    set_at: datetime | None
    set_by: str | None


class CrawlerRuleIn(msgspec.Struct, frozen=True, kw_only=True):
    """Which venue markets become events."""

    name: str
    venues: list[str] | None = None
    categories: list[str] | None = None
    title_pattern: str | None = None
    volume_min: Decimal | None = None
    outcomes_max: int | None = None
    closes_within_days: int | None = None
    open_max: int | None = None
    category: str | None = None


class RulesIn(msgspec.Struct, frozen=True, kw_only=True):
    """All rules, in order: the first that admits a market opens it."""

    rules: list[CrawlerRuleIn]
    category_words: dict[str, Any] | None = None


class DryRun(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of the markets; those that would be opened first."""

    data: list[CrawlerVerdict]
    markets: int
    opens: int


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """An account and the tokens of its new session."""

    user: User
    tokens: Tokens


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """A message to sign, exactly as it stands."""

    nonce: str
    message: str
    expires_at: datetime


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What a client keeps of its session; both tokens are empty where cookies carry them."""

    access_token: str
    token_type: Literal["Bearer"] | None = None
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    session_id: str


class Sessions(msgspec.Struct, frozen=True, kw_only=True):
    """Every live session, newest first."""

    data: list[Session]


class User(msgspec.Struct, frozen=True, kw_only=True):
    """An account as its owner sees it."""

    id: str
    email: str | None
    email_verified: bool
    display_name: str
    roles: list[str]
    tier: str
    kyc: str
    jurisdiction: str | None
    wallets: list[Wallet]
    preferences: dict[str, Any]
    banned: bool
    totp_enabled: bool
    created_at: datetime
    deleted_at: datetime | None = None


class PublicUser(msgspec.Struct, frozen=True, kw_only=True):
    """What anybody may know about a user."""

    id: str
    display_name: str
    roles: list[str]
    created_at: datetime


class UserPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[UserOut]."""

    data: list[User]
    meta: Meta


class MailOnItsWay(msgspec.Struct, frozen=True, kw_only=True):
    """A mail will come, if there is somebody to write to."""

    status: Literal["accepted"] | None = None


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator needs; it counts once `/auth/totp/confirm` has seen its first code."""

    secret: str
    otpauth_uri: str
    qr_svg: str


class RecoveryCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Codes that each serve once when the authenticator is lost. They are told here and never again."""

    recovery_codes: list[str]


class OpenIdStart(msgspec.Struct, frozen=True, kw_only=True):
    """Where the browser goes next."""

    authorization_url: str
    expires_at: datetime


class Kyc(msgspec.Struct, frozen=True, kw_only=True):
    """An identity check."""

    id: str | None
    status: str
    provider: str | None
    reason: str
    country: str | None
    documents: list[str]
    created_at: datetime | None
    decided_at: datetime | None


class ComplianceReportPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[ComplianceReportOut]."""

    data: list[ComplianceReport]
    meta: Meta


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """What a person has set themselves, by kind of limit."""

    limits: dict[str, Any]
    exclusion: Exclusion | None
    minutes_today: int


class LimitsIn(msgspec.Struct, frozen=True, kw_only=True):
    """Limits to set; null lifts one, and what is absent stays. Dollars, and minutes signed in."""

    deposit_day: Decimal | None = None
    deposit_week: Decimal | None = None
    deposit_month: Decimal | None = None
    loss_day: Decimal | None = None
    loss_week: Decimal | None = None
    time_day_minutes: int | None = None


class ExclusionIn(msgspec.Struct, frozen=True, kw_only=True):
    """A time without play, which cannot be taken back: 1 to 42 days to cool off, or 180 and more; 0 is for ever."""

    kind: Literal["cooling_off", "self_exclusion"]
    days: int


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """Everything held about me."""

    auth: dict[str, Any]
    balances: list[dict[str, Any]]
    arriving_unknown: bool
    lists: dict[str, Any]


class Consents(msgspec.Struct, frozen=True, kw_only=True):
    """Every purpose."""

    data: list[Consent]


class ConsentIn(msgspec.Struct, frozen=True, kw_only=True):
    """Agreeing to a purpose, or taking it back."""

    purpose: Literal["terms", "privacy", "marketing", "analytics"]
    granted: bool
    version: str


class AuditEntryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[AuditEntryOut]."""

    data: list[AuditEntry]
    meta: Meta


class ApiKeys(msgspec.Struct, frozen=True, kw_only=True):
    """Every key that still serves, newest first."""

    data: list[ApiKey]


class NewApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key with its secret, which is told here and never again."""

    id: str
    name: str
    scopes: list[str]
    tier: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    secret: str


class Wallets(msgspec.Struct, frozen=True, kw_only=True):
    """Every address that signs in to an account."""

    data: list[Wallet]


class Wallet(msgspec.Struct, frozen=True, kw_only=True):
    """A wallet address that its owner proved."""

    id: str
    chain: Literal["evm", "solana"]
    address: str


class Kelly(msgspec.Struct, frozen=True, kw_only=True):
    """What to stake."""

    stake: Decimal
    full_stake: Decimal
    part: Decimal
    shares: Decimal
    fee: Decimal
    average_price: Decimal | None
    price: Decimal
    asset: str
    capped_by: str | None


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """What an order does to the price."""

    shares: Decimal
    gross: Decimal
    fee: Decimal
    asset: str
    price_before: Decimal
    price_after: Decimal
    average_price: Decimal
    slippage: Decimal
    steps: list[ImpactStep]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """My limits, what is used and what is left."""

    tier: str
    data: list[AssetLimits]


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """What I have at stake."""

    events: list[MarketExposure]
    categories: list[CategoryExposure]


class Correlation(msgspec.Struct, frozen=True, kw_only=True):
    """How what I hold moves together."""

    held: list[RiskHeld]
    pairs: list[Pair]
    method: str


class AlertPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[AlertOut]."""

    data: list[Alert]
    meta: Meta


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """A sale that waits, or waited, for a price."""

    id: str
    event_id: str
    outcome: int
    kind: Literal["stop_loss", "take_profit"]
    price: Decimal
    shares: Decimal | None
    min_price: Decimal | None
    status: Literal["waiting", "fired", "done", "failed", "cancelled"]
    order_id: str | None
    reason: str | None
    created_at: datetime
    fired_at: datetime | None


class TriggerPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[TriggerOut]."""

    data: list[Trigger]
    meta: Meta


class HouseExposure(msgspec.Struct, frozen=True, kw_only=True):
    """What the house can still lose."""

    totals: list[HouseTotal]
    events: list[HouseMarket]


class AssetLimits(msgspec.Struct, frozen=True, kw_only=True):
    """All limits in one asset."""

    asset: str
    blocked: bool
    limits: list[RiskLimit]


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What tiers may do, and what the market makers may lose where that is limited."""

    tiers: list[TierLimits]
    house: list[HouseLimits]


class TierLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What people of a tier may do in an asset."""

    tier: str
    asset: str
    order: Decimal
    market: Decimal
    category: Decimal
    day_stake: Decimal
    week_stake: Decimal
    day_loss: Decimal
    week_loss: Decimal
    orders_per_minute: int


class HouseLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What the market makers of an asset may lose; null where their escrows are all that limits them."""

    asset: str
    market: Decimal | None
    total: Decimal | None
    least_resting: Decimal | None


class Prohibitions(msgspec.Struct, frozen=True, kw_only=True):
    """All that nobody may buy into."""

    data: list[Prohibition]


class ProhibitionIn(msgspec.Struct, frozen=True, kw_only=True):
    """Something that nobody may buy into: an event by its id, or a category."""

    kind: Literal["market", "category"]
    subject: str
    reason: str


class ReviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[ReviewOut]."""

    data: list[Review]
    meta: Meta


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """An order that waits, or waited, for somebody to look at it."""

    id: str
    user_id: str
    event_id: str
    outcome: int
    side: Literal["buy", "sell"]
    amount: Decimal | None
    shares: Decimal | None
    limit_price: Decimal | None
    score: int
    signals: list[Signal]
    status: Literal["pending", "approved", "placed", "rejected"]
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    note: str | None


class MarketPage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[MarketOut]."""

    data: list[Market]
    meta: Meta


class Matches(msgspec.Struct, frozen=True, kw_only=True):
    """Matches, the widest edge first."""

    data: list[Match]


class IncidentPage2(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[IncidentOut]."""

    data: list[WorldIncident]
    meta: Meta


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """A market of a venue."""

    venue: str
    id: str
    event_id: str | None
    title: str
    description: str
    outcomes: list[MarketOutcome]
    status: Literal[
        "upcoming", "open", "paused", "closed", "determined", "disputed", "resolved", "void", "unknown"
    ]
    original_status: str
    type: str
    categories: list[str]
    open_time: datetime | None
    start_time: datetime | None
    close_time: datetime | None
    tick_size: Decimal | None
    volume: str | None
    liquidity: str | None
    mutually_exclusive: bool
    resolution: MarketResolution | None
    url: str | None
    image_url: str | None
    received_at: datetime | None
    quotes: list[WorldQuote] | None = None


class Quotes(msgspec.Struct, frozen=True, kw_only=True):
    """The latest price of each outcome."""

    data: list[WorldQuote]


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """Bids and asks of each outcome."""

    data: list[WorldBook]


class MarketTradePage(msgspec.Struct, frozen=True, kw_only=True):
    """Listed[MarketTradeOut]."""

    data: list[MarketTrade]
    meta: Meta


class Candles(msgspec.Struct, frozen=True, kw_only=True):
    """Candles, oldest first; pieces without a trade are left out."""

    interval: str
    data: list[Candle]


class Inbox(msgspec.Struct, frozen=True, kw_only=True):
    """A page of my inbox."""

    data: list[Notification]
    meta: dict[str, Any]


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """A notice in my inbox."""

    id: str
    kind: str
    title: str
    body: str
    data: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


class Marked(msgspec.Struct, frozen=True, kw_only=True):
    """How many were unread."""

    marked: int


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """What I want to hear, with every kind that there is."""

    choices: list[Choice]
    quiet_hours: QuietHours | None


class ChoiceIn(msgspec.Struct, frozen=True, kw_only=True):
    """Where notices of one kind shall reach me."""

    kind: str
    inbox: bool
    socket: bool


class QuietHoursIn(msgspec.Struct, frozen=True, kw_only=True):
    """When my channel says no notices; what it would have said is kept in the inbox."""

    from_time: str
    to_time: str
    time_zone: str


class Subscriptions(msgspec.Struct, frozen=True, kw_only=True):
    """Every subscription of mine, newest first."""

    data: list[Subscription]


class NewSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription with its secret, which is told here and never again."""

    id: str
    url: str
    kinds: list[str]
    status: Literal["pending", "active", "failing", "disabled"]
    sequence: int
    delivered_sequence: int
    last_result: str | None
    last_attempt_at: datetime | None
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_reason: str | None
    created_at: datetime
    secret: str


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """Where a program of mine is told."""

    id: str
    url: str
    kinds: list[str]
    status: Literal["pending", "active", "failing", "disabled"]
    sequence: int
    delivered_sequence: int
    last_result: str | None
    last_attempt_at: datetime | None
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_reason: str | None
    created_at: datetime


class Maintenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where maintenance stands."""

    state: Literal["off", "announced", "on"]
    message: str
    starts_at: datetime | None
    ends_at: datetime | None
    changed_at: datetime


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether everything that we need answers."""

    status: Literal["ok", "degraded"]


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page of a list stands. What belongs to the other way of paging is null."""

    limit: int
    next_cursor: str | None = None
    page: int | None = None
    total: int | None = None
    total_pages: int | None = None
    has_next: bool
    has_previous: bool


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Shares held of one outcome."""

    event_id: str
    outcome: int
    shares: Decimal
    reserved_shares: Decimal
    cost: Decimal
    average_price: Decimal | None
    value: Decimal
    realised: Decimal
    unrealised: Decimal
    payout: Decimal | None
    asset: str


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """A fill, without whose it is."""

    id: str
    event_id: str
    outcome: int
    side: Literal["buy", "sell"]
    shares: Decimal
    amount: Decimal
    prices: list[Decimal]
    sequence: int
    created_at: datetime


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one of several bets: one of the two."""

    prediction: Prediction | None
    refused: Refused | None


class PortfolioTotal(msgspec.Struct, frozen=True, kw_only=True):
    """What my positions come to in one asset."""

    asset: str
    cost: Decimal
    value: Decimal
    realised: Decimal
    unrealised: Decimal
    open_positions: int
    reserved: Decimal


class OrderbookLevel(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be had at a price."""

    price: Decimal
    shares: Decimal
    orders: int
    market_maker_shares: Decimal


class Realisation(msgspec.Struct, frozen=True, kw_only=True):
    """Something by which I won or lost: shares that I sold, sets that I merged, or an event that was settled."""

    event_id: str
    kind: Literal["sale", "sets", "settlement"]
    outcome: int | None
    shares: Decimal
    proceeds: Decimal
    cost: Decimal
    profit_loss: Decimal
    asset: str
    trade_id: str | None
    prediction_id: str | None
    revision: int | None
    realised_at: datetime


class ProfitSeries(msgspec.Struct, frozen=True, kw_only=True):
    """The spans of one asset, oldest first, those without any sale too."""

    asset: str
    points: list[ProfitPoint]


class PublicPosition(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody predicts or predicted, as far as they show it."""

    event_id: str
    outcome: int
    status: Literal["open", "sold", "settled"]
    shares: Decimal
    cost: Decimal
    value: Decimal
    profit_loss: Decimal
    asset: str
    settled_at: datetime | None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """How the events came out in which somebody traded."""

    events: int
    settled_events: int
    won_events: int
    lost_events: int
    win_rate: Decimal | None
    calls: int
    right_calls: int
    accuracy: Decimal | None
    brier: Decimal | None


class Turnover(msgspec.Struct, frozen=True, kw_only=True):
    """What trading came to in one asset."""

    asset: str
    trades: int
    volume: Decimal
    profit_loss: Decimal


class MyTurnover(msgspec.Struct, frozen=True, kw_only=True):
    """What my trading came to in one asset."""

    asset: str
    trades: int
    volume: Decimal
    profit_loss: Decimal
    fees: Decimal


class CategoryTurnover(msgspec.Struct, frozen=True, kw_only=True):
    """What my trading came to in one category and asset."""

    asset: str
    trades: int
    volume: Decimal
    profit_loss: Decimal
    fees: Decimal
    category: str
    events: int


class TurnoverSeries(msgspec.Struct, frozen=True, kw_only=True):
    """The spans of one asset, oldest first, those without any trade too."""

    asset: str
    points: list[TurnoverPoint]


class OutcomePrices(msgspec.Struct, frozen=True, kw_only=True):
    """Where the price of an outcome is and was. What was traded is told up to a moment ago; the price is that of now."""

    outcome: int
    price: Decimal
    volume: Decimal
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None


class EventSpan(msgspec.Struct, frozen=True, kw_only=True):
    """What was traded in a span of time, all outcomes together."""

    starts_at: datetime
    volume: Decimal
    trades: int


class Accounts(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts that are not deleted, and how many were."""

    accounts: int
    email_verified: int
    kyc_approved: int
    banned: int
    registered_within_day: int
    registered_within_week: int
    deleted: int
    tiers: list[TierAccounts]


class EventCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Events by status."""

    active: int
    locked: int
    resolving: int
    resolved: int
    cancelled: int


class TradingTotal(msgspec.Struct, frozen=True, kw_only=True):
    """What all markets of one asset come to."""

    asset: str
    open_markets: int
    closed_markets: int
    settled_markets: int
    active_markets: int
    fills: int
    volume: Decimal
    open_interest: Decimal
    escrow: Decimal
    exposure: Decimal


class Revenue(msgspec.Struct, frozen=True, kw_only=True):
    """What the house has in one asset."""

    asset: str
    fees: Decimal
    house: Decimal
    capital: Decimal


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A possible outcome and what it costs now; prices are null while nobody can say them."""

    id: int
    label: str
    price: Decimal | None
    odds: Decimal | None
    volume: Decimal | None


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """How an event came out: what one share of each outcome pays."""

    revision: int
    payouts: list[Decimal]
    source: str
    note: str
    value: str | None


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A result that is asked for and does not stand yet; nobody is paid by it."""

    number: int | None
    payouts: list[Decimal]
    value: str | None
    source: str
    note: str
    proposed_at: datetime
    challenge_ends_at: datetime | None
    open_disputes: int
    awaits_confirmation: bool
    overturned: bool
    bond: Decimal | None
    void_hour_ends_at: datetime | None


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """The range of a scalar event; LOW and HIGH share one whole unit by where the number lies."""

    lower: str
    upper: str
    step: str
    unit: str


class Venue(msgspec.Struct, frozen=True, kw_only=True):
    """The venue market that an event was opened from."""

    venue: str
    market_id: str
    url: str


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """Money in one asset."""

    asset: str
    available: Decimal
    held: Decimal
    arriving: Decimal


class Transaction(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of my books."""

    id: str
    type: Literal[
        "deposit",
        "withdrawal",
        "bet",
        "sale",
        "payout",
        "refund",
        "fee",
        "subsidy",
        "house_result",
        "capital",
        "adjustment",
        "reserve",
        "release",
        "bond",
        "bond_return",
        "bond_forfeit",
        "creation",
        "creation_return",
    ]
    amount: Decimal
    asset: str
    balance: Decimal
    event_id: str | None
    reference_id: str | None
    created_at: datetime


class AssetSums(msgspec.Struct, frozen=True, kw_only=True):
    """All debits and all credits of one asset."""

    asset: str
    debits_posted: Decimal
    credits_posted: Decimal
    debits_pending: Decimal
    credits_pending: Decimal


class KindTotal(msgspec.Struct, frozen=True, kw_only=True):
    """What all my entries of one type came to."""

    type: Literal[
        "deposit",
        "withdrawal",
        "bet",
        "sale",
        "payout",
        "refund",
        "fee",
        "subsidy",
        "house_result",
        "capital",
        "adjustment",
        "reserve",
        "release",
        "bond",
        "bond_return",
        "bond_forfeit",
        "creation",
        "creation_return",
    ]
    amount: Decimal
    count: int


class LedgerHeld(msgspec.Struct, frozen=True, kw_only=True):
    """Money behind one of my orders: a hold while it is decided, its reserve while it rests."""

    transfer_id: str | None
    order_id: str | None
    event_id: str | None
    amount: Decimal
    since: datetime


class Arriving(msgspec.Struct, frozen=True, kw_only=True):
    """Proceeds of one of my sales that are on their way."""

    event_id: str
    sequence: int
    amount: Decimal


class CrawlerRule(msgspec.Struct, frozen=True, kw_only=True):
    """Which venue markets become events."""

    name: str
    venues: list[str]
    categories: list[str]
    title_pattern: str
    volume_min: str
    outcomes_max: int
    closes_within_days: int
    open_max: int
    category: str


class CrawlerVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of a venue's market."""

    venue: str
    market_id: str
    title: str
    rule: str | None
    opens: bool
    reasons: list[str]


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A device that is signed in."""

    id: str
    created_at: datetime
    last_used_at: datetime
    address: str
    user_agent: str
    device_id: str
    device_name: str
    current: bool


class ComplianceReport(msgspec.Struct, frozen=True, kw_only=True):
    """Something that looked suspicious."""

    id: str
    user_id: str
    kind: str
    risk: str
    details: dict[str, Any]
    created_at: datetime


class Exclusion(msgspec.Struct, frozen=True, kw_only=True):
    """A time without play; without an end it is for ever."""

    kind: str
    until: datetime | None


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """One purpose."""

    purpose: str
    granted: bool
    version: str
    since: datetime | None


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One act. Its hash covers it and the hash before it in its class."""

    sequence: int
    id: str
    audit_class: str
    service: str
    action: str
    actor: str | None
    subject_kind: str
    subject: str
    details: dict[str, Any]
    request_id: str
    occurred_at: datetime
    hash: str


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key of a program."""

    id: str
    name: str
    scopes: list[str]
    tier: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class ImpactStep(msgspec.Struct, frozen=True, kw_only=True):
    """What brings the price somewhere."""

    price: Decimal
    amount: Decimal
    shares: Decimal


class MarketExposure(msgspec.Struct, frozen=True, kw_only=True):
    """What I have at stake in one event."""

    event_id: str
    category: str
    cost: Decimal
    value: Decimal
    best_payout: Decimal
    worst_payout: Decimal
    asset: str


class CategoryExposure(msgspec.Struct, frozen=True, kw_only=True):
    """What I have at stake in one category."""

    category: str
    at_stake: Decimal
    part: Decimal
    asset: str


class RiskHeld(msgspec.Struct, frozen=True, kw_only=True):
    """An outcome that I hold."""

    event_id: str
    outcome: int


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """How two outcomes that I hold move together; the indexes are places in `held`."""

    first: int
    second: int
    coefficient: Decimal
    samples: int


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """Something that I should know."""

    id: str
    kind: Literal["limit_reached", "trigger_fired", "trigger_failed", "order_held", "order_reviewed"]
    subject: str
    message: str
    event_id: str | None
    order_id: str | None
    created_at: datetime


class HouseTotal(msgspec.Struct, frozen=True, kw_only=True):
    """What the market makers of an asset can still lose."""

    asset: str
    exposure: Decimal
    markets: int
    market_limit: Decimal | None
    total_limit: Decimal | None


class HouseMarket(msgspec.Struct, frozen=True, kw_only=True):
    """What one market maker can still lose."""

    event_id: str
    category: str
    subsidy: Decimal
    exposure: Decimal
    asset: str


class RiskLimit(msgspec.Struct, frozen=True, kw_only=True):
    """One limit: money as decimal text, orders as a number in text."""

    rule: str
    category: str | None
    limit: str
    used: str
    left: str


class Prohibition(msgspec.Struct, frozen=True, kw_only=True):
    """Something that nobody may buy into."""

    kind: Literal["market", "category"]
    subject: str
    reason: str
    set_at: datetime


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that looked odd."""

    name: str
    points: int


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """The same question on two venues, with the gap between their prices."""

    first: MatchSide
    second: MatchSide
    score: Decimal
    gap: str | None
    edge: str | None
    buy: Literal["first", "second"] | None


class WorldIncident(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was wrong with what a venue said, from when to when."""

    id: str
    kind: Literal[
        "stale",
        "gap",
        "crossed",
        "locked",
        "out_of_range",
        "time_backwards",
        "duplicate",
        "sum",
        "silent",
        "skew",
        "unknown",
    ]
    venue: str
    market_id: str | None
    outcome: int | None
    started_at: datetime
    ended_at: datetime | None
    occurrences: int
    detail: str


class MarketOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """An outcome of a venue's market."""

    id: int
    label: str
    venue_outcome_id: str


class MarketResolution(msgspec.Struct, frozen=True, kw_only=True):
    """How a venue's market came out."""

    kind: Literal["winner", "split", "void", "unknown"]
    payouts: list[Decimal]
    original: str
    resolved_at: datetime | None
    final: bool


class WorldQuote(msgspec.Struct, frozen=True, kw_only=True):
    """The latest price of an outcome."""

    outcome: int
    bid: str | None
    ask: str | None
    bid_size: str | None
    ask_size: str | None
    last: str | None
    probability: Decimal | None
    venue_time: datetime | None
    received_at: datetime | None
    stale: bool
    quality: list[
        Literal[
            "stale",
            "gap",
            "crossed",
            "locked",
            "out_of_range",
            "time_backwards",
            "duplicate",
            "sum",
            "silent",
            "skew",
            "unknown",
        ]
    ]


class WorldBook(msgspec.Struct, frozen=True, kw_only=True):
    """Bids and asks of an outcome, best first."""

    outcome: int
    bids: list[WorldLevel]
    asks: list[WorldLevel]
    venue_time: datetime | None


class MarketTrade(msgspec.Struct, frozen=True, kw_only=True):
    """A trade on a venue."""

    id: str
    outcome: int
    price: str
    size: str
    taker_side: Literal["buy", "sell"] | None
    venue_time: datetime | None
    received_at: datetime | None


class Candle(msgspec.Struct, frozen=True, kw_only=True):
    """Prices over a piece of time."""

    outcome: int
    time: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: str
    trades: int


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Where notices of one kind reach me; what is fixed protects the account and cannot be turned off."""

    kind: str
    inbox: bool
    socket: bool
    fixed: bool


class QuietHours(msgspec.Struct, frozen=True, kw_only=True):
    """When my channel says no notices."""

    from_time: str
    to_time: str
    time_zone: str


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Why one of several bets was refused."""

    code: str
    detail: str


class ProfitPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What I won or lost in a span of time, and in all by its end."""

    starts_at: datetime
    profit_loss: Decimal
    total: Decimal


class TurnoverPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What my trading came to in a span of time; `total` is what I won or lost in all by its end."""

    starts_at: datetime
    trades: int
    volume: Decimal
    fees: Decimal
    profit_loss: Decimal
    total: Decimal


class TierAccounts(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts of one tier."""

    tier: str
    accounts: int


class MatchSide(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a match: a market, and the outcome of it that says the same as the other's."""

    market: Market
    outcome: int
    quote: WorldQuote | None


class WorldLevel(msgspec.Struct, frozen=True, kw_only=True):
    """A level of a book."""

    price: str
    size: str
