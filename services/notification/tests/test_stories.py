"""Facts become lines of channels and notices of people, once each, in the shapes of the public surface."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest
from google.protobuf.message import Message

from oraculum.event.v1 import event_service_pb2 as event_pb
from oraculum.event.v1.events_fact_pb2 import EventOpened, EventResolved, EventsFact
from oraculum.market_data.v1.market_data_facts_pb2 import QuotesFact, VenueQuoteChanged
from oraculum.market_data.v1.market_data_service_pb2 import VenueQuote
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum.prediction.v1.bets_fact_pb2 import (
    ORDER_END_EXPIRED,
    BetsFact,
    OrderEnded,
    OrderFilled,
    OrderOpened,
)
from oraculum.prediction.v1.prediction_service_pb2 import (
    FILL_ROLE_SET,
    FILL_ROLE_SUBSIDY,
    ORDER_STATUS_EXPIRED,
    ORDER_STATUS_OPEN,
    SIDE_BUY,
    Fill,
    Order,
)
from oraculum.prediction.v1.settlements_fact_pb2 import PositionSettled, SettlementsFact
from oraculum_kit.ids import uuid7
from oraculum_kit.traces import TraceContext
from oraculum_notification import stories
from oraculum_notification.consumers import Teller, newest_prices
from oraculum_notification.errors import NotificationNotFound
from oraculum_notification.records import Line, Notice

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
USER = UUID("01890000-0000-7000-8000-000000000001")
EVENT = "01890000-0000-7000-8000-0000000000ee"


@dataclass
class Heard:
    """A record, as far as the handler looks."""

    topic: str
    message: Message
    time: datetime = field(default=NOW)
    sampled_trace: TraceContext | None = None


def bet() -> BetsFact:
    fill = Fill(
        order_id="order", event_id=EVENT, user_id=str(USER), outcome=1, side=SIDE_BUY, shares=19_090_282,
        gross=Amount(units=10_000_000, asset="USDC"), fee=Amount(units=0, asset="USDC"), sequence=3,
        price_millionths=[452_500, 547_500],
    )  # fmt: skip
    return BetsFact(event_id=EVENT, order_filled=OrderFilled(fill=fill))


def settled(payout: int, *, refunded: bool = False) -> SettlementsFact:
    position = PositionSettled(
        user_id=str(USER),
        revision=1,
        payout=Amount(units=payout, asset="USDC"),
        profit_loss=Amount(units=payout - 10_000_000, asset="USDC"),
        refunded=refunded,
    )
    position.settled_at.FromDatetime(NOW)
    return SettlementsFact(event_id=EVENT, position_settled=position)


def an_event(**fields: object) -> event_pb.Event:
    event = event_pb.Event(
        event_id=EVENT, title="Will it rain?", category="weather", status=event_pb.EVENT_STATUS_ACTIVE
    )
    event.locks_at.FromDatetime(NOW)
    event.end_time.FromDatetime(NOW)
    event.MergeFrom(event_pb.Event(**fields))
    return event


class TestBet:
    def test_everybody_sees_the_price_and_only_the_better_sees_the_bet(self) -> None:
        lines = {line.channel: line for line in stories.of_bet(bet(), NOW)}
        assert list(lines) == [f"event.{EVENT}", "predictions.global", f"user.{USER}"]
        assert lines[f"event.{EVENT}"].data == {
            "event_id": EVENT, "outcome": 1, "side": "buy", "shares": "19.090282", "amount": "10.00",
            "asset": "USDC", "prices": ["0.4525", "0.5475"], "sequence": 3,
        }  # fmt: skip
        assert lines[f"user.{USER}"].data["id"] == "order"

    def test_public_channels_do_not_say_who(self) -> None:
        public = [line for line in stories.of_bet(bet(), NOW) if not line.channel.startswith("user.")]
        assert all(str(USER) not in str(line.data) for line in public)


class TestEvent:
    def test_an_opened_event_is_created_for_all_who_watch_its_category(self) -> None:
        fact = EventsFact(event_id=EVENT, event_opened=EventOpened(event=an_event()))
        lines = list(stories.of_event(fact, NOW))
        assert {(line.channel, line.kind) for line in lines} == {
            (f"event.{EVENT}", "event.created"),
            ("events", "event.created"),
            ("events.weather", "event.created"),
        }

    def test_a_result_says_what_a_share_pays(self) -> None:
        event = an_event(status=event_pb.EVENT_STATUS_RESOLVED)
        event.resolution.MergeFrom(event_pb.Resolution(revision=1, payout_millionths=[0, 1_000_000]))
        fact = EventsFact(event_id=EVENT, event_resolved=EventResolved(event=event))
        line = next(iter(stories.of_event(fact, NOW)))
        assert line.kind == "event.resolved"
        assert line.data["status"] == "resolved"
        assert line.data["resolution"]["payouts"] == ["0.00", "1.00"]


class TestSettlement:
    @pytest.mark.parametrize(
        ("fact", "title"),
        [
            (settled(19_090_282), "You won 19.090282 USDC"),
            (settled(0), "No win this time"),
            (settled(5_000_000, refunded=True), "5.00 USDC came back"),
        ],
    )
    def test_the_notice_says_how_it_went(self, fact: SettlementsFact, title: str) -> None:
        line, notice = stories.of_settlement(fact, NOW)
        assert isinstance(line, Line)
        assert isinstance(notice, Notice)
        assert notice.title == title
        assert line.data["payout"] == f"{fact.position_settled.payout.units / 1_000_000:.6f}".rstrip(
            "0"
        ).ljust(4, "0")


class TestPrices:
    def test_of_each_outcome_only_the_newest_price_is_told(self) -> None:
        def quoted(outcome: int, bid: str) -> Line:
            return Line("market.kalshi.X", "market.quote", {"outcome": outcome, "bid": bid}, NOW)

        lines = [
            quoted(0, "a"),
            quoted(1, "b"),
            Line("market.kalshi.X", "market.trade", {}, NOW),
            quoted(0, "c"),
        ]
        assert list(newest_prices(lines)) == lines[1:]


class TestInbox:
    async def tell(self, service, *records: Heard) -> None:
        async with service.database.transaction() as connection:
            await Teller().tell(connection, records)

    async def test_a_cause_brings_one_notice_and_one_live_message(self, service) -> None:
        for _ in range(2):
            await self.tell(service, Heard("settlements", settled(19_090_282)))
        with service.parties.signed_in(USER):
            inbox = await service.stub.ListNotifications(pb.ListNotificationsRequest())
        assert [notice.kind for notice in inbox.notifications] == ["prediction.settled"]
        assert inbox.unread_count == 1
        heard = await service.stub.Resume(pb.ResumeRequest(channel=f"user.{USER}"))
        assert [message.kind for message in heard.messages].count("notification") == 1

    async def test_reading_is_remembered_and_belongs_to_its_reader(self, service) -> None:
        await self.tell(service, Heard("settlements", settled(1)), Heard("settlements", settled(1)))
        with service.parties.signed_in(USER):
            (notice,) = (await service.stub.ListNotifications(pb.ListNotificationsRequest())).notifications
        with service.parties.signed_in(uuid7()), pytest.raises(NotificationNotFound):
            await service.stub.MarkRead(pb.MarkReadRequest(notification_id=notice.notification_id))
        with service.parties.signed_in(USER):
            first = await service.stub.MarkRead(pb.MarkReadRequest(notification_id=notice.notification_id))
            again = await service.stub.MarkRead(pb.MarkReadRequest(notification_id=notice.notification_id))
            marked = await service.stub.MarkAllRead(pb.MarkAllReadRequest())
        assert first.notification.read_at == again.notification.read_at
        assert marked.marked_count == 0

    async def test_prices_are_told_as_the_venue_gave_them(self, service) -> None:
        quote = VenueQuote(venue="kalshi", venue_market_id="KX-1", outcome=1, bid="0.0100", ask_size="12.50")
        fact = QuotesFact(venue_quote_changed=VenueQuoteChanged(quote=quote))
        await self.tell(service, Heard("market-data.quotes", fact))
        heard = await service.stub.Resume(pb.ResumeRequest(channel="market.kalshi.KX-1"))
        assert b'"bid": "0.0100"' in heard.messages[0].data_json
        assert b'"ask_size": "12.50"' in heard.messages[0].data_json

    @pytest.mark.parametrize("name", ["two words", "x" * 300, "Ελλάδα"])
    async def test_a_market_whose_name_is_no_channel_stops_nobody(self, service, name: str) -> None:
        records = []
        for market_id in (name, "KX-1"):
            quote = VenueQuote(venue="kalshi", venue_market_id=market_id, bid="0.5")
            records.append(
                Heard("market-data.quotes", QuotesFact(venue_quote_changed=VenueQuoteChanged(quote=quote)))
            )
        await self.tell(service, *records)
        async with service.database.connection() as connection:
            cursor = await connection.execute("select channel from message order by channel")
            told = [channel for (channel,) in await cursor.fetchall()]
        assert told == ["market.kalshi.KX-1"]


def test_what_rests_is_told_to_its_owner_alone() -> None:
    order = Order(
        order_id="order", event_id=EVENT, user_id=str(USER), outcome=1, side=SIDE_BUY, status=ORDER_STATUS_OPEN,
        gross=Amount(units=0, asset="USDC"), limit_price_millionths=400_000, open_shares=10_000_000,
    )  # fmt: skip
    opened = BetsFact(event_id=EVENT, order_opened=OrderOpened(order=order))
    (line,) = stories.of_bet(opened, NOW)
    assert (f"user.{USER}", "prediction.opened") == (line.channel, line.kind)
    assert ("open", "10.00", "0.40") == (
        line.data["status"],
        line.data["open_shares"],
        line.data["limit_price"],
    )
    order.status, order.open_shares, order.reason = ORDER_STATUS_EXPIRED, 0, "EXPIRED"
    ended = BetsFact(event_id=EVENT, order_ended=OrderEnded(order=order, why=ORDER_END_EXPIRED))
    (line,) = stories.of_bet(ended, NOW)
    assert ("prediction.ended", "expired", "expired") == (line.kind, line.data["status"], line.data["reason"])


def test_sets_that_become_cash_are_told_to_their_owner_alone() -> None:
    fact = bet()
    fact.order_filled.fill.role = FILL_ROLE_SET
    (line,) = stories.of_bet(fact, NOW)
    assert f"user.{USER}" == line.channel
    fact.order_filled.fill.gross.units = 0
    assert [] == list(stories.of_bet(fact, NOW))


def test_a_subsidy_is_told_to_nobody() -> None:
    """It trades nothing and moves no price, and whoever gave it was answered."""
    fact = bet()
    fact.order_filled.fill.role = FILL_ROLE_SUBSIDY
    fact.order_filled.fill.shares = 0
    assert [] == list(stories.of_bet(fact, NOW))
