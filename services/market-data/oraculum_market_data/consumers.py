"""What market-data hears: `bets`, from which it makes the trades and candles of our own events.

A fill moves the price of every outcome, so it is a point on every outcome's chart; volume and count belong to the
outcome that was traded, the volume in the event's asset.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from oraculum.prediction.v1 import prediction_service_pb2 as prediction_pb
from oraculum.prediction.v1.bets_fact_pb2 import BetsFact
from oraculum_kit.db import Connection, Database
from oraculum_kit.inbox import InboxConsumer, Record
from oraculum_kit.kafka import Cluster
from oraculum_kit.timestamps import from_wire
from oraculum_market_data.figures import EXACT, Price
from oraculum_market_data.minutes import Point
from oraculum_market_data.repository.trades import Trades
from oraculum_market_data.trades import Deal
from oraculum_money import asset

OWN_VENUE: Final = "oraculum"

_MILLIONTH: Final = Decimal("0.000001")
_NOTHING: Final = Decimal(0)
_TAKER_SIDES: Final = {prediction_pb.SIDE_BUY: "buy", prediction_pb.SIDE_SELL: "sell"}


class OwnEvents:
    """Turns our own fills into trades and candles."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._trades = Trades()

    def consumer(self, cluster: Cluster) -> InboxConsumer[BetsFact]:
        """Hear the topic."""
        return InboxConsumer(
            cluster=cluster,
            database=self._database,
            group="market-data",
            topics={"bets": BetsFact},
            handle=self.hear,
            # A fill is written down under its id, and only a fill that is new makes candles.
            effects_are_unique=True,
            # Charts are answered from caches that keep them for longer than this, and what comes in between is one update
            # of each candle.
            apart_seconds=1.0,
            batch_max=5_000,
        )

    async def hear(self, connection: Connection, records: Sequence[Record[BetsFact]]) -> None:
        """Write fills down, and fold those that are new into the candles of their event."""
        fills = {
            fill.fill_id: fill
            for fill in (
                record.message.order_filled.fill
                for record in records
                if record.message.WhichOneof("fact") == "order_filled"
            )
            # Sets that became cash are no trade, and move no price.
            if fill.shares > 0 and fill.role != prediction_pb.FILL_ROLE_SET
        }
        if not fills:
            return
        deals = [_deal(fill) for fill in fills.values()]
        fresh = await self._trades.insert(connection, deals)
        points = [
            point
            for fill, deal in zip(fills.values(), deals, strict=True)
            if (deal.venue, deal.market_id, deal.trade_id) in fresh
            for point in _points(fill, deal)
        ]
        await self._trades.fold(connection, points)


def _deal(fill: prediction_pb.Fill) -> Deal:
    filled_at, gross = from_wire(fill.filled_at), fill.gross
    return Deal(
        venue=OWN_VENUE,
        market_id=fill.event_id,
        outcome=fill.outcome,
        trade_id=fill.fill_id,
        # What a share cost on average, to a millionth: a fill moves the price while it is made.
        price=Price((Decimal(gross.units) / Decimal(fill.shares)).quantize(_MILLIONTH)),
        # One share pays one whole unit of the asset.
        size=Decimal(fill.shares).scaleb(-asset(gross.asset).decimals, EXACT),
        taker_side=_TAKER_SIDES.get(fill.side, ""),
        venue_time=filled_at,
        received_at=filled_at,
    )


def _points(fill: prediction_pb.Fill, deal: Deal) -> Iterator[Point]:
    """The price of every outcome after the fill, and what was paid for the shares in whole units of the asset."""
    gross = fill.gross
    paid = Decimal(gross.units).scaleb(-asset(gross.asset).decimals, EXACT)
    for outcome, millionths in enumerate(fill.price_millionths):
        volume, trades = (paid, 1) if outcome == deal.outcome else (_NOTHING, 0)
        yield Point(deal.venue, deal.market_id, outcome, deal.venue_time, millionths, volume, trades)
