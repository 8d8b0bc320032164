"""The dashboards, one file each."""

from typing import Final

from oraculum_dev.observe.board import Board
from oraculum_dev.observe.boards.business import BUSINESS
from oraculum_dev.observe.boards.gateway import GATEWAY
from oraculum_dev.observe.boards.infrastructure import INFRASTRUCTURE
from oraculum_dev.observe.boards.market_data import MARKET_DATA
from oraculum_dev.observe.boards.overview import OVERVIEW
from oraculum_dev.observe.boards.real_time import REAL_TIME
from oraculum_dev.observe.boards.slos import SLOS
from oraculum_dev.observe.boards.trading import TRADING
from oraculum_dev.observe.boards.wallet import WALLET

BOARDS: Final[tuple[Board, ...]] = (
    OVERVIEW, GATEWAY, TRADING, WALLET, MARKET_DATA, REAL_TIME, INFRASTRUCTURE, SLOS, BUSINESS,
)  # fmt: skip
