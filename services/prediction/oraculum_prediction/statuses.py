"""The numbers that columns hold; the same as in the contract where it has them, and a test proves it."""

from typing import Final

# side
BUY: Final = 1
SELL: Final = 2

# trade_order.status
FILLED: Final = 2
REJECTED: Final = 3
ABANDONED: Final = 4
SETTLED: Final = 5
REFUNDED: Final = 6
OPEN: Final = 7
PARTIALLY_FILLED: Final = 8
CANCELLED: Final = 9
EXPIRED: Final = 10

# trade_order.type
MARKET_ORDER: Final = 1
LIMIT_ORDER: Final = 2
MERGE_ORDER: Final = 3
SUBSIDY_ORDER: Final = 4

# trade_order.time_in_force
UNTIL_CANCELLED: Final = 1
UNTIL_ITS_TIME: Final = 2
AT_ONCE: Final = 3
WHOLE_AT_ONCE: Final = 4

# trade_order.self_trade
CANCEL_MAKER: Final = 1
CANCEL_TAKER: Final = 2

# fill.role
TAKER: Final = 1
MAKER: Final = 2
SET: Final = 3
SUBSIDY: Final = 4
