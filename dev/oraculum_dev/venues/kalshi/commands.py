"""What a client of Kalshi's socket may say, and the numbered errors that it is answered with."""

from enum import IntEnum
from typing import Any

import msgspec

from oraculum_dev.venues.wire.rows import encode

WITH_MARKETS_ONLY = frozenset({"orderbook_delta"})
WITHOUT_MARKETS = frozenset({"market_lifecycle_v2", "multivariate_market_lifecycle"})
PUBLIC = frozenset({"orderbook_delta", "ticker", "trade", *WITHOUT_MARKETS, "multivariate"})
PRIVATE = frozenset({"fill", "market_positions", "user_orders", "order_group_updates", "communications"})
CHANNELS = PUBLIC | PRIVATE


class Code(IntEnum):
    """The numbers of the errors."""

    UNPROCESSABLE = 1
    PARAMS_REQUIRED = 2
    CHANNELS_REQUIRED = 3
    SIDS_REQUIRED = 4
    UNKNOWN_COMMAND = 5
    ALREADY_SUBSCRIBED = 6
    UNKNOWN_SID = 7
    UNKNOWN_CHANNEL = 8
    ONE_SID_REQUIRED = 12
    UNSUPPORTED_ACTION = 13
    MARKET_REQUIRED = 14
    ACTION_REQUIRED = 15
    MARKET_NOT_FOUND = 16
    BUFFER_OVERFLOW = 25


_TEXTS = {
    Code.UNPROCESSABLE: "Unable to process message",
    Code.PARAMS_REQUIRED: "Params required",
    Code.CHANNELS_REQUIRED: "Channels required",
    Code.SIDS_REQUIRED: "Subscription IDs required",
    Code.UNKNOWN_COMMAND: "Unknown command",
    Code.ALREADY_SUBSCRIBED: "Already subscribed",
    Code.UNKNOWN_SID: "Unknown subscription ID",
    Code.UNKNOWN_CHANNEL: "Unknown channel name",
    Code.ONE_SID_REQUIRED: "Exactly one subscription ID is required",
    Code.UNSUPPORTED_ACTION: "Unsupported action",
    Code.MARKET_REQUIRED: "Market Ticker required",
    Code.ACTION_REQUIRED: "Action required",
    Code.MARKET_NOT_FOUND: "Market not found",
    Code.BUFFER_OVERFLOW: "Subscription buffer overflow",
}


class Problem(Exception):
    """A command that is answered with an error."""

    def __init__(self, code: Code, *, sid: int | None = None, ticker: str | None = None) -> None:
        super().__init__(_TEXTS[code])
        self.code, self.sid, self.ticker = code, sid, ticker

    def frame(self, command_id: int | None = None) -> bytes:
        """Return the frame that says so."""
        shown: dict[str, Any] = {"type": "error"}
        if command_id is not None:
            shown["id"] = command_id
        if self.sid is not None:
            shown["sid"] = self.sid
        message: dict[str, Any] = {"code": int(self.code), "msg": _TEXTS[self.code]}
        if self.ticker is not None:
            message["market_ticker"] = self.ticker
        return encode(shown | {"msg": message})


class Parameters(msgspec.Struct):
    """The parameters of all commands."""

    channels: list[str] = msgspec.field(default_factory=list)
    sid: int | None = None
    sids: list[int] = msgspec.field(default_factory=list)
    market_ticker: str | None = None
    market_tickers: list[str] = msgspec.field(default_factory=list)
    action: str = ""
    send_initial_snapshot: bool = False
    skip_ticker_ack: bool = False
    use_yes_price: bool = False

    def tickers(self) -> list[str]:
        """Return the markets that are named, in either way."""
        return [self.market_ticker] if self.market_ticker else self.market_tickers

    def one_sid(self) -> int:
        """Return the one subscription that an update is for."""
        named = self.sids if self.sid is None else [self.sid]
        if len(named) != 1:
            raise Problem(Code.ONE_SID_REQUIRED)
        return named[0]


class Command(msgspec.Struct):
    """A command."""

    cmd: str = ""
    id: int | None = None
    params: Parameters | None = None

    def parameters(self) -> Parameters:
        """Return the parameters, which most commands must have."""
        if self.params is None:
            raise Problem(Code.PARAMS_REQUIRED)
        return self.params


decoder = msgspec.json.Decoder(Command)
