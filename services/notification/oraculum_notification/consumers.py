"""What notification hears: every topic that a person can watch.

What somebody must hear once (their bets, their money, an event's steps) goes through the inbox. Prices and trades of
venues come by the thousand and a repeated price does no harm, so those records are not remembered one by one, and of
each outcome only the newest price of a batch is told.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from google.protobuf.message import Message as ProtobufMessage

from oraculum.auth.v1.users_fact_pb2 import UsersFact
from oraculum.event.v1.events_fact_pb2 import EventsFact
from oraculum.market_data.v1.market_data_facts_pb2 import MarketsFact, QuotesFact, TradesFact
from oraculum.prediction.v1.bets_fact_pb2 import BetsFact
from oraculum.prediction.v1.risk_fact_pb2 import RiskFact
from oraculum.prediction.v1.settlements_fact_pb2 import SettlementsFact
from oraculum.wallet.v1.wallet_fact_pb2 import WalletFact
from oraculum_kit import traces
from oraculum_kit.clock import Clock, SystemClock
from oraculum_kit.db import Connection, Database
from oraculum_kit.ids import uuid7
from oraculum_kit.inbox import InboxConsumer, Record
from oraculum_kit.kafka import Cluster
from oraculum_notification import alerts, events, metrics, stories
from oraculum_notification.gone import Gatekeeper
from oraculum_notification.preferences import Chosen
from oraculum_notification.records import Line, Notice
from oraculum_notification.repository import Channels, Notices
from oraculum_notification.stories import Told
from oraculum_notification.webhooks.feed import Feed
from oraculum_notification.webhooks.lockout import Lockout

_ONCE: Final[dict[str, type[ProtobufMessage]]] = {
    "users": UsersFact,
    "events": EventsFact,
    "bets": BetsFact,
    "settlements": SettlementsFact,
    "risk": RiskFact,
    "wallet": WalletFact,
    "market-data.markets": MarketsFact,
}
_OFTEN: Final[dict[str, type[ProtobufMessage]]] = {
    "market-data.quotes": QuotesFact,
    "market-data.trades": TradesFact,
}
# What a channel may be called: names stand beside each other in notifications of PostgreSQL, which are bounded.
_NAME: Final = re.compile(r"[!-~]{1,256}")
_STORIES: Final[dict[str, Callable[[Any, datetime], Iterator[Told]]]] = {
    "users": stories.of_user,
    "events": stories.of_event,
    "bets": stories.of_bet,
    "settlements": stories.of_settlement,
    "risk": alerts.of_risk,
    "wallet": stories.of_wallet,
    "market-data.markets": stories.of_market,
    "market-data.quotes": stories.of_quote,
    "market-data.trades": stories.of_trade,
}


class Teller:
    """Writes what channels say and what people find in their inboxes."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._channels = Channels()
        self._notices = Notices()
        self._gatekeeper = Gatekeeper()
        self._chosen = Chosen(clock or SystemClock())
        self._feed = Feed()
        self._lockout = Lockout()

    def consumers(self, cluster: Cluster, database: Database) -> list[InboxConsumer[ProtobufMessage]]:
        """One for what is told once, one for what is told often: a flood of prices must not delay a settlement."""
        return [
            InboxConsumer(
                cluster=cluster, database=database, group="notification", topics=_ONCE, handle=self.tell
            ),
            InboxConsumer(
                cluster=cluster,
                database=database,
                group="notification-prices",
                topics=_OFTEN,
                handle=self.tell,
                effects_are_unique=True,
                batch_max=5000,
            ),
        ]

    async def tell(self, connection: Connection, records: Sequence[Record[ProtobufMessage]]) -> None:
        """Write what a batch of records gives to tell."""
        told = [one for record in records for one in _told(record)]
        gone = await self._gatekeeper.hear(connection, records, told)
        told = await self._gatekeeper.readable(connection, told)
        lines = [one for one in told if isinstance(one, Line)]
        noticed = await self._notice(connection, [one for one in told if isinstance(one, Notice)])
        lines += noticed.said
        lines = list(newest_prices(line for line in lines if _can_be_heard(line)))
        await self._channels.write(connection, lines)
        await self._gatekeeper.unsubscribe(connection, gone)
        await self._lockout.hear(connection, records)
        # Programs hear of every notice: to subscribe to them is to have chosen.
        await self._feed.add(connection, [*lines, *noticed.unsaid])
        metrics.LINES.inc(len(lines))

    async def _notice(self, connection: Connection, notices: Sequence[Notice]) -> "_Noticed":
        """Write what people want to find in their inboxes; what their channels say of it, and what they do not."""
        choices = await self._chosen.of(connection, {one.user_id for one in notices})
        new = await self._notices.write(connection, [one for one in notices if choices.kept(one)])
        await events.notices_created(connection, new)
        metrics.NOTICES.inc(len(new))
        # What is in no inbox is told once all the same: the record that brings it is.
        new += [(uuid7(), one) for one in notices if not choices.kept(one)]
        noticed = _Noticed([], [])
        for notification_id, notice in new:
            side = noticed.said if choices.said(notice) else noticed.unsaid
            side.append(stories.notice_line(notification_id, notice))
        return noticed


@dataclass(frozen=True, slots=True)
class _Noticed:
    """What new notices give to tell."""

    said: list[Line]
    # What people's channels keep to themselves, at this hour or always.
    unsaid: list[Line]


def _told(record: Record[ProtobufMessage]) -> Iterable[Told]:
    """What a record gives to tell; lines as part of the trace that it comes from, where somebody looks at that."""
    told = _STORIES[record.topic](record.message, record.time)
    trace = record.sampled_trace
    if trace is None:
        return told
    # The batch is a span of one of its records' traces; those of the others go on from where they were sent.
    batch = traces.current()
    here = batch if batch is not None and batch.trace_id == trace.trace_id else trace
    return [replace(one, traceparent=here.traceparent) if isinstance(one, Line) else one for one in told]


def _can_be_heard(line: Line) -> bool:
    """Whether anybody could ask for the channel. A venue may call its markets as it likes; nobody else waits for it."""
    named = _NAME.fullmatch(line.channel) is not None
    if not named:
        metrics.UNNAMED.inc()
    return named


def newest_prices(lines: Iterable[Line]) -> Iterator[Line]:
    """All lines in order, but of the prices of one outcome only the newest."""
    kept = list(lines)
    newest = {
        (line.channel, line.data.get("outcome")): index
        for index, line in enumerate(kept)
        if line.kind == "market.quote"
    }
    for index, line in enumerate(kept):
        if line.kind != "market.quote" or newest[line.channel, line.data.get("outcome")] == index:
            yield line
