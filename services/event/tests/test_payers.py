"""Who pays for an event: nobody of whom no market may take money, however their event comes to be published."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from oraculum.auth.v1 import users_fact_pb2 as facts
from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_event.authors import Authors
from oraculum_event.config import Terms
from oraculum_event.errors import AuthorExcluded
from oraculum_kit.errors import ServiceError
from oraculum_kit.identity import IdentityCheckRequired, IdentityRules, JurisdictionClosed
from oraculum_kit.ids import uuid7

AUTHOR = UUID("01890000-0000-7000-8000-00000000000a")
FUNDS = 1_000_000_000


@pytest.fixture
def terms(terms: Terms) -> Terms:
    return replace(terms, identity=IdentityRules(20, frozenset({"FR"})))


async def hear(service: Any, sequence: int, **fact: Any) -> None:
    records = [SimpleNamespace(message=facts.UsersFact(**fact), sequence=sequence)]
    async with service.database.transaction() as connection:
        await Authors(service.steps.opening).hear(connection, records)


async def hear_check(service: Any, sequence: int, kyc: str) -> None:
    await hear(
        service,
        sequence,
        user_kyc_changed=facts.UserKycChanged(user_id=str(AUTHOR), kyc=kyc, jurisdiction="DE"),
    )


async def exclude(service: Any, revision: int, until: datetime | None) -> None:
    said = facts.PlayRulesChanged(user_id=str(AUTHOR), revision=revision, exclusion="self_exclusion")
    if until is not None:
        said.excluded_until.FromDatetime(until)
    await hear(service, revision, play_rules_changed=said)


def approved(service: Any) -> AbstractContextManager[None]:
    return service.author(kyc="approved", jurisdiction="DE")


async def publish(service: Any, event_id: str, caller: AbstractContextManager[Any]) -> str:
    """Publish a draft as this caller; what it was refused for, or its status."""
    try:
        with caller:
            request = pb.PublishEventRequest(event_id=event_id)
            event = (await service.stub.PublishEvent(request)).event
    except ServiceError as error:
        return error.reason
    return pb.EventStatus.Name(event.status)


def administrator(service: Any) -> AbstractContextManager[Any]:
    return service.parties.signed_in(uuid7(), roles={"admin"}, idempotency_key=str(uuid7()))


async def test_an_author_whom_nobody_looked_at_pays_for_no_event(service: Any) -> None:
    """A subsidy is gone for good: the free amount, of which it would use nothing up, does not count."""
    service.wallet.deposit(AUTHOR, FUNDS)
    event_id = (await service.write()).event_id
    assert IdentityCheckRequired.reason == await publish(service, event_id, service.author())
    closed = service.author(kyc="approved", jurisdiction="FR")
    assert JurisdictionClosed.reason == await publish(service, event_id, closed)
    at_once = service.draft_of()
    at_once.unpublished = False
    with pytest.raises(IdentityCheckRequired), service.author():
        await service.stub.CreateEvent(at_once)
    assert [] == service.wallet.calls
    assert pb.EVENT_STATUS_DRAFT == (await own(service, event_id)).status
    assert "EVENT_STATUS_ACTIVE" == await publish(service, event_id, approved(service))


async def own(service: Any, event_id: str) -> pb.Event:
    with approved(service):
        request = pb.GetEventRequest(event_id=event_id, include_unpublished=True)
        return (await service.stub.GetEvent(request)).event


async def test_who_asked_not_to_play_pays_for_no_event_until_that_ends(service: Any) -> None:
    service.wallet.deposit(AUTHOR, FUNDS)
    event_id = (await service.write()).event_id
    await exclude(service, 2, service.clock.now() + timedelta(days=180))
    # An earlier word that comes late.
    await exclude(service, 1, None)
    for caller in (approved(service), administrator(service)):
        await hear_check(service, 1, "approved")
        assert AuthorExcluded.reason == await publish(service, event_id, caller)
    assert [] == service.wallet.calls
    await exclude(service, 3, service.clock.now() - timedelta(seconds=1))
    assert "EVENT_STATUS_ACTIVE" == await publish(service, event_id, approved(service))


async def test_an_administrator_publishes_by_what_was_told_of_the_author(service: Any) -> None:
    """And not by their own token: it is not they who pay."""
    service.wallet.deposit(AUTHOR, FUNDS)
    event_id = (await service.write()).event_id
    assert IdentityCheckRequired.reason == await publish(service, event_id, administrator(service))
    await hear_check(service, 5, "rejected")
    await hear_check(service, 4, "approved")
    assert IdentityCheckRequired.reason == await publish(service, event_id, administrator(service))
    assert [] == service.wallet.calls
    await hear_check(service, 6, "approved")
    assert "EVENT_STATUS_ACTIVE" == await publish(service, event_id, administrator(service))


async def test_an_event_of_the_house_asks_nothing_of_its_administrator(service: Any) -> None:
    assert pb.EVENT_STATUS_ACTIVE == (await service.create()).status
