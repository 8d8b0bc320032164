"""Identity checks, over gRPC against a real database and a provider on a real socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from oraculum.auth.v1 import auth_service_pb2 as auth_pb
from oraculum.auth.v1 import compliance_service_pb2 as pb
from oraculum.auth.v1.users_fact_pb2 import UsersFact
from oraculum_auth.compliance.errors import (
    JurisdictionRefused,
    KycCheckNotFound,
    KycDecided,
    KycNotPending,
    KycProviderUnknown,
    NetworkRefused,
    UnderAge,
)
from oraculum_auth.compliance.kyc import Screens
from oraculum_auth.compliance.provider import KycProviderAway, WebhookRefused
from oraculum_auth.compliance.rules import Jurisdictions
from oraculum_auth.compliance.screening import Networks, Sanctions
from oraculum_auth.compliance.sumsub import Sumsub, SumsubConfig
from oraculum_auth.errors import OwnAccount
from oraculum_auth.locations import NOWHERE, Place
from oraculum_dev.kyc import APP_SECRET, APP_TOKEN, WEBHOOK_SECRET, Provider, webhook
from oraculum_kit.caller import Caller, calling_as
from oraculum_kit.clock import SystemClock
from oraculum_kit.errors import InvalidArgument, PermissionDenied
from oraculum_kit.ids import uuid7

EMAIL, PASSWORD = "ada@example.com", "correct horse battery staple"
LIST = "name;birth_date;list\nIvan Petrenko;1961-04-02;OFAC\n"


class _Places:
    def place(self, address: str) -> Place:
        return {"tehran": Place("IR"), "paris": Place("FR")}.get(address, NOWHERE)


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
async def outside(web_server, provider: Provider, tmp_path) -> AsyncIterator[dict[str, Any]]:
    (tmp_path / "sanctions.csv").write_text(LIST, encoding="utf-8")
    (tmp_path / "networks.txt").write_text("192.0.2.0/24 vpn\n", encoding="utf-8")
    screens = Screens(
        Jurisdictions.read(None),
        Sanctions.read(str(tmp_path / "sanctions.csv")),
        Networks.read(str(tmp_path / "networks.txt")),
        _Places(),
    )
    async with web_server(provider.app()) as url, httpx.AsyncClient() as http:
        config = SumsubConfig(url, "basic-kyc-level", APP_TOKEN, APP_SECRET, WEBHOOK_SECRET)
        yield {"screens": screens, "kyc": Sumsub(config, http, SystemClock())}


async def registered(auth) -> None:
    await auth.stub.Register(auth_pb.RegisterRequest(email=EMAIL, password=PASSWORD))


@asynccontextmanager
async def acting(auth) -> AsyncIterator[None]:
    """Call as the person who registered, with a token of this moment."""
    answer = await auth.stub.SignInWithPassword(
        auth_pb.SignInWithPasswordRequest(email=EMAIL, password=PASSWORD)
    )
    token = f"Bearer {answer.tokens.access_token}"
    with calling_as(Caller(request_id=str(uuid7()), user_token=token)):
        yield


async def started(auth, **changes: str) -> pb.KycCheck:
    said = {"legal_name": "Ada Lovelace", "birth_date": "1990-12-10", "country": "FR", **changes}
    async with acting(auth):
        return (await auth.compliance.StartKyc(pb.StartKycRequest(**said))).check


async def sent(auth, kind: str = "passport") -> pb.KycCheck:
    request = pb.AddKycDocumentRequest(
        kind=kind, country="FRA", media_type="image/png", content=b"\x89PNG a passport"
    )
    async with acting(auth):
        return (await auth.compliance.AddKycDocument(request)).check


async def heard(auth, check_id: str, last_name: str = "", **changes: Any) -> None:
    headers, body = webhook(check_id, last_name, **changes)
    await auth.compliance.ReceiveKycWebhook(
        pb.ReceiveKycWebhookRequest(provider="sumsub", headers=headers, body=body)
    )


async def account(auth) -> auth_pb.User:
    async with acting(auth):
        return (await auth.stub.GetMe(auth_pb.GetMeRequest())).user


async def reports(auth) -> list[str]:
    with auth.parties.signed_in(uuid7(), roles={"user", "admin"}):
        answer = await auth.compliance.ListComplianceReports(pb.ListComplianceReportsRequest())
    return [report.kind for report in answer.reports]


async def told(auth) -> list[str]:
    """What `users` says of identity checks."""
    async with auth.database.connection() as connection:
        rows = await connection.execute("select payload from outbox where topic = 'users' order by id")
        facts = [UsersFact.FromString(payload) for (payload,) in await rows.fetchall()]
    return [fact.user_kyc_changed.kyc for fact in facts if fact.WhichOneof("fact") == "user_kyc_changed"]


async def test_a_passport_and_the_providers_word_approve(auth, provider: Provider) -> None:
    await registered(auth)
    check = await started(auth)
    assert ("pending", "sumsub") == (check.status, check.provider)
    assert ["passport"] == list((await sent(auth)).documents)
    (applicant,) = provider.applicants.values()
    assert ("Ada", "Lovelace", "1990-12-10") == tuple(applicant["fixedInfo"].values())
    await heard(auth, check.check_id)
    user = await account(auth)
    assert ("approved", "FR", "verified") == (user.kyc, user.jurisdiction, user.tier)
    async with acting(auth):
        assert "approved" == (await auth.compliance.GetKyc(pb.GetKycRequest())).check.status
    assert ["pending", "approved"] == await told(auth)


async def test_the_same_word_twice_and_an_older_one_change_nothing(auth) -> None:
    await registered(auth)
    check = await started(auth)
    now = datetime.now(UTC)
    await heard(auth, check.check_id, "Unclear", at=now)
    assert "pending" == (await account(auth)).kyc
    await heard(auth, check.check_id, "Refused", at=now - timedelta(minutes=1))
    assert "pending" == (await account(auth)).kyc
    await heard(auth, check.check_id, at=now + timedelta(minutes=1))
    await heard(auth, check.check_id, "Refused", at=now + timedelta(minutes=2))
    assert "approved" == (await account(auth)).kyc


@pytest.mark.parametrize("changes", [{"secret": "another"}])
async def test_what_the_provider_did_not_sign_is_refused(auth, changes: dict[str, str]) -> None:
    await registered(auth)
    check = await started(auth)
    with pytest.raises(WebhookRefused):
        await heard(auth, check.check_id, **changes)
    headers, body = webhook(check.check_id)
    for broken, content in (
        ({}, body),
        (headers, body + b" "),
        ({**headers, "x-payload-digest-alg": "none"}, body),
    ):
        with pytest.raises(WebhookRefused):
            await auth.compliance.ReceiveKycWebhook(
                pb.ReceiveKycWebhookRequest(provider="sumsub", headers=broken, body=content)
            )
    assert "pending" == (await account(auth)).kyc


async def test_a_check_or_a_provider_that_nobody_knows(auth) -> None:
    with pytest.raises(KycCheckNotFound):
        await heard(auth, str(uuid7()))
    with pytest.raises(KycProviderUnknown):
        await auth.compliance.ReceiveKycWebhook(pb.ReceiveKycWebhookRequest(provider="nobody"))


async def test_who_is_too_young_or_lives_where_we_may_not_is_refused_and_reported(auth) -> None:
    await registered(auth)
    young = (datetime.now(UTC) - timedelta(days=17 * 366)).date().isoformat()
    with pytest.raises(UnderAge):
        await started(auth, birth_date=young)
    with pytest.raises(JurisdictionRefused):
        await started(auth, country="US", region="WA")
    assert "none" == (await account(auth)).kyc
    assert ["jurisdiction_refused", "under_age"] == await reports(auth)


async def test_a_sanctioned_name_is_approved_by_an_administrator_alone(auth) -> None:
    await registered(auth)
    check = await started(auth, legal_name="Petrenko Ivan", birth_date="1961-04-02")
    await heard(auth, check.check_id)
    assert "pending" == (await account(auth)).kyc
    assert ["sanctions_match"] == await reports(auth)
    request = pb.DecideKycRequest(check_id=check.check_id, approved=True, reason="another person")
    async with acting(auth):
        with pytest.raises(PermissionDenied):
            await auth.compliance.DecideKyc(request)
    mine = UUID((await account(auth)).user_id)
    with auth.parties.signed_in(mine, roles={"user", "admin"}), pytest.raises(OwnAccount):
        await auth.compliance.DecideKyc(request)
    with auth.parties.signed_in(uuid7(), roles={"user", "admin"}):
        assert "approved" == (await auth.compliance.DecideKyc(request)).check.status
    assert "approved" == (await account(auth)).kyc


async def test_a_decision_ends_the_tokens_that_say_otherwise(auth) -> None:
    """Wallet and prediction believe a token in this: what it says of a check is true, or it counts no more."""

    async def revoked() -> list[int]:
        async with auth.database.connection() as connection:
            rows = await connection.execute("select version from revocation where version > 0 order by 1")
            return [version for (version,) in await rows.fetchall()]

    await registered(auth)
    check = await started(auth)
    before = await revoked()
    await heard(auth, check.check_id)
    approved = await revoked()
    request = pb.DecideKycRequest(check_id=check.check_id, approved=False, reason="a forgery")
    with auth.parties.signed_in(uuid7(), roles={"user", "admin"}):
        await auth.compliance.DecideKyc(request)
    assert (1, 2) == (len(approved) - len(before), len(await revoked()) - len(before))


async def test_it_is_begun_once_and_a_rejected_person_may_try_again(auth) -> None:
    await registered(auth)
    first = await started(auth)
    assert first.check_id == (await started(auth)).check_id
    await heard(auth, first.check_id, "Refused")
    with pytest.raises(KycNotPending):
        await sent(auth)
    second = await started(auth)
    assert second.check_id != first.check_id
    await heard(auth, second.check_id)
    with pytest.raises(KycDecided):
        await started(auth)


async def test_a_provider_that_is_away_loses_nothing(auth, provider: Provider) -> None:
    await registered(auth)
    await started(auth)
    provider.broken = True
    with pytest.raises(KycProviderAway):
        await sent(auth)
    provider.broken = False
    assert ["passport"] == list((await sent(auth)).documents)
    assert 1 == len(provider.applicants)


async def test_name_and_birthday_lie_sealed(auth) -> None:
    await registered(auth)
    await started(auth)
    async with auth.database.connection() as connection:
        text = str(await (await connection.execute("select kyc_check::text from kyc_check")).fetchall())
    assert "Lovelace" not in text
    assert "1990-12-10" not in text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"legal_name": ""}, "legal_name"),
        ({"legal_name": "123"}, "legal_name"),
        ({"birth_date": "10.12.1990"}, "birth_date"),
        ({"birth_date": "1890-01-01"}, "birth_date"),
        ({"country": "France"}, "country"),
        ({"region": "Washington"}, "region"),
    ],
)
async def test_every_bad_field_is_named(auth, changes: dict[str, str], field: str) -> None:
    await registered(auth)
    with pytest.raises(InvalidArgument) as refused:
        await started(auth, **changes)
    assert [field] == [violation.field for violation in refused.value.violations]
    assert "none" == (await account(auth)).kyc


@pytest.mark.parametrize(
    ("address", "refused"), [("tehran", JurisdictionRefused), ("192.0.2.7", NetworkRefused)]
)
async def test_no_account_is_opened_from_where_we_may_not(auth, address: str, refused: type) -> None:
    request = auth_pb.RegisterRequest(email=EMAIL, password=PASSWORD, origin=auth_pb.Origin(address=address))
    with pytest.raises(refused):
        await auth.stub.Register(request)
    # Who has an account comes in from anywhere: money must be able to leave.
    await registered(auth)
    assert await auth.stub.SignInWithPassword(
        auth_pb.SignInWithPasswordRequest(
            email=EMAIL, password=PASSWORD, origin=auth_pb.Origin(address=address)
        )
    )
