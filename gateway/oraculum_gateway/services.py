"""The six services behind the gateway, each behind one channel; of prediction each replica behind one."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from oraculum.auth.v1.api_key_service_pb2_grpc import ApiKeyServiceStub
from oraculum.auth.v1.audit_service_pb2_grpc import AuditServiceStub
from oraculum.auth.v1.auth_service_pb2_grpc import AuthServiceStub
from oraculum.auth.v1.compliance_service_pb2_grpc import ComplianceServiceStub
from oraculum.auth.v1.credential_service_pb2_grpc import CredentialServiceStub
from oraculum.auth.v1.factor_service_pb2_grpc import FactorServiceStub
from oraculum.auth.v1.open_id_service_pb2_grpc import OpenIdServiceStub
from oraculum.auth.v1.play_service_pb2_grpc import PlayServiceStub
from oraculum.auth.v1.privacy_service_pb2_grpc import PrivacyServiceStub
from oraculum.auth.v1.trust_service_pb2_grpc import TrustServiceStub
from oraculum.event.v1.event_service_pb2_grpc import EventServiceStub
from oraculum.market_data.v1.market_data_service_pb2_grpc import MarketDataServiceStub
from oraculum.notification.v1.notification_service_pb2_grpc import NotificationServiceStub
from oraculum.notification.v1.webhook_service_pb2_grpc import WebhookServiceStub
from oraculum.prediction.v1.analytics_service_pb2_grpc import AnalyticsServiceStub
from oraculum.prediction.v1.prediction_service_pb2_grpc import PredictionServiceStub
from oraculum.prediction.v1.risk_service_pb2_grpc import RiskServiceStub
from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceStub
from oraculum_kit.client import Channel, channel
from oraculum_kit.health import Check
from oraculum_kit.replicas import replicas
from oraculum_kit.tokens import ServiceIdentity

if TYPE_CHECKING:
    from oraculum.auth.v1.api_key_service_pb2_grpc import ApiKeyServiceAsyncStub
    from oraculum.auth.v1.audit_service_pb2_grpc import AuditServiceAsyncStub
    from oraculum.auth.v1.auth_service_pb2_grpc import AuthServiceAsyncStub
    from oraculum.auth.v1.compliance_service_pb2_grpc import ComplianceServiceAsyncStub
    from oraculum.auth.v1.credential_service_pb2_grpc import CredentialServiceAsyncStub
    from oraculum.auth.v1.factor_service_pb2_grpc import FactorServiceAsyncStub
    from oraculum.auth.v1.open_id_service_pb2_grpc import OpenIdServiceAsyncStub
    from oraculum.auth.v1.play_service_pb2_grpc import PlayServiceAsyncStub
    from oraculum.auth.v1.privacy_service_pb2_grpc import PrivacyServiceAsyncStub
    from oraculum.auth.v1.trust_service_pb2_grpc import TrustServiceAsyncStub
    from oraculum.event.v1.event_service_pb2_grpc import EventServiceAsyncStub
    from oraculum.market_data.v1.market_data_service_pb2_grpc import MarketDataServiceAsyncStub
    from oraculum.notification.v1.notification_service_pb2_grpc import NotificationServiceAsyncStub
    from oraculum.notification.v1.webhook_service_pb2_grpc import WebhookServiceAsyncStub
    from oraculum.prediction.v1.analytics_service_pb2_grpc import AnalyticsServiceAsyncStub
    from oraculum.prediction.v1.prediction_service_pb2_grpc import PredictionServiceAsyncStub
    from oraculum.prediction.v1.risk_service_pb2_grpc import RiskServiceAsyncStub
    from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceAsyncStub

# Sent again when the peer was unavailable: reads, and commands that carry a key.
_SAFE: Final = {
    "auth": "AuthService GetJwks ListSessions GetMe GetPublicUser ListUsers CountAccounts",
    "event": "EventService GetEvent ListEvents BatchGetEvents ListCategories CreateEvent ResolveEvent CancelEvent",
    "prediction": (
        "PredictionService BatchGetMarkets GetQuote PlaceOrder PlaceBasket GetOrder ListOrders ListPositions ListTrades;"
        "RiskService Kelly Impact GetLimits GetExposure GetHouseExposure GetCorrelation ListAlerts CreateTrigger"
        " GetTrigger ListTriggers DeleteTrigger ListProhibitions ListReviews DecideReview;"
        "AnalyticsService ListPublicPositions GetPublicStats GetMyAnalytics ListAllOrders GetTradingTotals"
    ),
    "wallet": (
        "WalletService GetBalances ListTransactions GetStatement ExplainBalance ExplainTransaction CreateDeposit"
        " GetDeposit GetHouseMoney LookupAccounts LookupTransfers ListAccountTransfers ListIncidents CloseIncident CheckLedger"
    ),
    "market_data": (
        "MarketDataService ListMarkets GetMarket GetQuotes GetBook ListTrades ListCandles GetFeeds GetEventAnalytics"
    ),
    "notification": (
        "NotificationService Resume ListNotifications MarkRead MarkAllRead GetPreferences SetPreferences SetMaintenance;"
        "WebhookService CreateSubscription ListSubscriptions VerifySubscription DeleteSubscription"
    ),
}

# Asked by the thousand a second, so they share messages.
_TOGETHER: Final = [
    f"/oraculum.prediction.v1.PredictionService/{method}"
    for method in ("PlaceOrder", "GetQuote", "BatchGetMarkets")
]


@dataclass(frozen=True, slots=True)
class Targets:
    """Where the services are, `host:port`; prediction may be several, by commas or by a name with several addresses."""

    auth: str
    event: str
    prediction: str
    wallet: str
    market_data: str
    notification: str


@dataclass(frozen=True, slots=True)
class Services:
    """Stubs of the six services. Calls raise `ServiceError`."""

    auth: "AuthServiceAsyncStub"
    credentials: "CredentialServiceAsyncStub"
    factors: "FactorServiceAsyncStub"
    open_id: "OpenIdServiceAsyncStub"
    compliance: "ComplianceServiceAsyncStub"
    play: "PlayServiceAsyncStub"
    privacy: "PrivacyServiceAsyncStub"
    trust: "TrustServiceAsyncStub"
    audit: "AuditServiceAsyncStub"
    api_keys: "ApiKeyServiceAsyncStub"
    event: "EventServiceAsyncStub"
    prediction: "PredictionServiceAsyncStub"
    risk: "RiskServiceAsyncStub"
    analytics: "AnalyticsServiceAsyncStub"
    wallet: "WalletServiceAsyncStub"
    market_data: "MarketDataServiceAsyncStub"
    notification: "NotificationServiceAsyncStub"
    webhooks: "WebhookServiceAsyncStub"
    # By service name, whether it answers.
    checks: dict[str, Check]


@asynccontextmanager
async def connected(targets: Targets, identity: ServiceIdentity) -> AsyncIterator[Services]:
    """Open the channels; they connect by themselves, now or when the peer is there."""
    async with AsyncExitStack() as stack:

        async def to(name: str, target: str) -> Channel:
            return await stack.enter_async_context(channel(target, identity, safe=_safe(name), edge=True))

        auth = await to("auth", targets.auth)
        event = await to("event", targets.event)
        # The orders of one event go to one replica, which then has its market in memory.
        prediction = await stack.enter_async_context(
            replicas(
                targets.prediction,
                identity,
                key=_event_of,
                safe=_safe("prediction"),
                edge=True,
                together=_TOGETHER,
            )
        )
        wallet = await to("wallet", targets.wallet)
        market_data = await to("market_data", targets.market_data)
        notification = await to("notification", targets.notification)
        yield Services(
            auth=AuthServiceStub(auth),
            credentials=CredentialServiceStub(auth),
            factors=FactorServiceStub(auth),
            open_id=OpenIdServiceStub(auth),
            compliance=ComplianceServiceStub(auth),
            play=PlayServiceStub(auth),
            privacy=PrivacyServiceStub(auth),
            trust=TrustServiceStub(auth),
            audit=AuditServiceStub(auth),
            api_keys=ApiKeyServiceStub(auth),
            event=EventServiceStub(event),
            prediction=PredictionServiceStub(prediction),
            risk=RiskServiceStub(prediction),
            analytics=AnalyticsServiceStub(prediction),
            wallet=WalletServiceStub(wallet),
            market_data=MarketDataServiceStub(market_data),
            notification=NotificationServiceStub(notification),
            webhooks=WebhookServiceStub(notification),
            checks={
                "auth": auth.check,
                "event": event.check,
                "prediction": prediction.check,
                "wallet": wallet.check,
                "market-data": market_data.check,
                "notification": notification.check,
            },
        )


def _event_of(request: object) -> str | None:
    return getattr(request, "event_id", None) or None


def _safe(name: str) -> list[str]:
    return [
        f"/oraculum.{name}.v1.{service}/{method}"
        for service, *methods in map(str.split, _SAFE[name].split(";"))
        for method in methods
    ]
