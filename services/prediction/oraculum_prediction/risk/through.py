"""The way of an order that nobody waits for: through the engine of this process, as every other order goes."""

from oraculum_prediction import form
from oraculum_prediction.engine import Engine
from oraculum_prediction.placement import Outcome, Placement
from oraculum_prediction.risk.placing import Place, Standing


def through(engine: Engine) -> Place:
    """Place orders through this process's engine."""

    async def place(standing: Standing) -> Outcome:
        event_id, order = form.order(standing.request)
        placement = Placement(
            standing.command,
            standing.user_id,
            event_id,
            order,
            standing.received_at,
            terms=form.order_terms(standing.request, order),
            origin=standing.origin,
        )
        return await engine.place(placement)

    return place
