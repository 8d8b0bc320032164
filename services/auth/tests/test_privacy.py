"""What is held about people and what they agreed to, over gRPC against a real database."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from oraculum.auth.v1 import auth_service_pb2 as auth_pb
from oraculum.auth.v1 import compliance_service_pb2 as compliance_pb
from oraculum.auth.v1 import play_service_pb2 as play_pb
from oraculum.auth.v1 import privacy_service_pb2 as pb
from oraculum_kit.errors import InvalidArgument

EMAIL, PASSWORD = "ada@example.com", "correct horse battery staple"


@pytest.fixture
async def person(auth) -> AsyncIterator[UUID]:
    made = await auth.stub.Register(auth_pb.RegisterRequest(email=EMAIL, password=PASSWORD))
    user_id = UUID(made.user.user_id)
    with auth.parties.signed_in(user_id):
        yield user_id


async def agreed(auth, **purposes: bool) -> dict[str, bool]:
    request = pb.SetConsentsRequest(
        consents=[
            pb.Consent(purpose=purpose, granted=granted, version="2026-01")
            for purpose, granted in purposes.items()
        ]
    )
    answer = await auth.privacy.SetConsents(request)
    return {consent.purpose: consent.granted for consent in answer.consents}


async def told(auth, prefix: str) -> int:
    async with auth.database.connection() as connection:
        rows = await connection.execute("select payload from outbox where topic = 'audit'")
        return sum(prefix.encode() in payload for (payload,) in await rows.fetchall())


@pytest.mark.usefixtures("person")
async def test_nobody_has_agreed_before_they_were_asked(auth) -> None:
    answer = await auth.privacy.GetConsents(pb.GetConsentsRequest())
    assert 4 == len(answer.consents)
    assert not any(consent.granted or consent.HasField("since") for consent in answer.consents)


@pytest.mark.usefixtures("person")
async def test_each_purpose_is_given_and_taken_back_by_itself(auth) -> None:
    assert {"terms": True, "marketing": True, "privacy": False, "analytics": False} == await agreed(
        auth, terms=True, marketing=True
    )
    assert {"terms": True, "marketing": False, "privacy": False, "analytics": False} == await agreed(
        auth, marketing=False
    )
    await agreed(auth, marketing=False)
    assert (2, 1) == (await told(auth, "consent.given"), await told(auth, "consent.withdrawn"))


@pytest.mark.parametrize(
    "consents",
    [
        [pb.Consent(purpose="everything", granted=True, version="1")],
        [pb.Consent(purpose="terms", granted=True)],
        [pb.Consent(purpose="terms", granted=True, version="1"), pb.Consent(purpose="terms", version="1")],
    ],
)
@pytest.mark.usefixtures("person")
async def test_a_bad_consent_changes_nothing(auth, consents: list[pb.Consent]) -> None:
    with pytest.raises(InvalidArgument):
        await auth.privacy.SetConsents(pb.SetConsentsRequest(consents=consents))
    assert 0 == await told(auth, "consent.")


async def test_an_export_opens_what_is_sealed_and_keeps_what_is_secret(auth, person: UUID) -> None:
    await agreed(auth, terms=True)
    await auth.play.SetMyLimits(
        play_pb.SetMyLimitsRequest(changes=[play_pb.PlayLimitChange(kind="deposit_day", value=5)])
    )
    await auth.compliance.StartKyc(
        compliance_pb.StartKycRequest(legal_name="Ada Lovelace", birth_date="1990-12-10", country="FR")
    )
    text = (await auth.privacy.ExportMe(pb.ExportMeRequest())).document_json.decode()
    document: dict[str, Any] = json.loads(text)
    assert (str(person), EMAIL) == (document["account"]["id"], document["account"]["email"])
    assert {"legal_name": "Ada Lovelace", "birth": "1990-12-10"} == document["identity_checks"][0]["person"]
    assert {"deposit_day": 5} == document["limits"]["limits"]
    assert 1 == len(document["sessions"]) == len(document["devices"])
    assert [True, False, False, False] == [one["granted"] for one in document["consents"]]
    for secret in ("hash", "sealed", "argon2", "secret"):
        assert secret not in text


async def test_nobody_elses_is_in_it(auth, person: UUID) -> None:
    other = await auth.stub.Register(auth_pb.RegisterRequest(email="eve@example.com", password=PASSWORD))
    text = (await auth.privacy.ExportMe(pb.ExportMeRequest())).document_json.decode()
    assert str(person) in text
    assert other.user.user_id not in text
    assert "eve@example.com" not in text
