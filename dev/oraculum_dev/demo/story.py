"""The story: two people, one event, two bets, one winner. Each part is an act of its own."""

from contextlib import AsyncExitStack

from oraculum_dev.demo import arrival, betting, identity, outcome, program
from oraculum_dev.demo.api import Api, RefusedError
from oraculum_dev.demo.facts import Telling
from oraculum_dev.demo.stage import Stage


class TooLateError(Exception):
    """The event locked before all bets were placed."""


async def tell(api: Api, telling: Telling) -> None:
    """Tell all of it."""
    stage = Stage(api, telling)
    async with AsyncExitStack() as stack:
        await arrival.sign_in(stage)
        await arrival.get_money(stage)
        await stage.listen(stack)
        await arrival.see_an_event(stage)
        try:
            await betting.bet(stage)
        except RefusedError as error:
            if error.code == "market_not_open":
                raise TooLateError("The lock came before the bets were through.") from error
            raise
        await outcome.bet_too_late(stage)
        await outcome.be_resolved(stage)
        await outcome.be_paid(stage)
        await identity.be_checked(stage)
        await outcome.balance_the_books(stage)
        await program.look_back(stage)
