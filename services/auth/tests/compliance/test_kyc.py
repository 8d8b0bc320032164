"""Identity checks, over gRPC against a real database and a provider on a real socket."""

from datetime import UTC, datetime, timedelta

import pytest

from oraculum.auth.v1 import auth_service_pb2 as auth_pb
from oraculum.auth.v1 import compliance_service_pb2 as pb
from oraculum_auth.compliance.errors import (
    JurisdictionRefused,
    KycCheckNotFound,
    KycDecided,
    KycNotPending,
    KycProviderUnknown,
    NetworkRefused,
    UnderAge,
)
from oraculum_auth.compliance.provider import KycProviderAway, WebhookRefused
from oraculum_dev.kyc import Provider, webhook
from oraculum_kit.errors import InvalidArgument
from oraculum_kit.ids import uuid7


async def test_a_passport_and_the_providers_word_approve(ada, provider: Provider) -> None:
    await ada.registered()
    check = await ada.started()
    assert ("pending", "sumsub") == (check.status, check.provider)
    assert ["passport"] == list((await ada.sent()).documents)
    (applicant,) = provider.applicants.values()
    assert ("Ada", "Lovelace", "1990-12-10", "FRA") == tuple(applicant["fixedInfo"].values())
    await ada.heard(check.check_id)
    user = await ada.account()
    assert ("approved", "FR", "verified") == (user.kyc, user.jurisdiction, user.tier)
    async with ada.acting():
        assert "approved" == (await ada.auth.compliance.GetKyc(pb.GetKycRequest())).check.status
    assert ["pending", "approved"] == await ada.told()


async def test_the_same_word_twice_and_an_older_one_change_nothing(ada) -> None:
    await ada.registered()
    check = await ada.started()
    now = datetime.now(UTC)
    await ada.heard(check.check_id, "Unclear", at=now)
    assert "pending" == (await ada.account()).kyc
    await ada.heard(check.check_id, "Refused", at=now - timedelta(minutes=1))
    assert "pending" == (await ada.account()).kyc
    await ada.heard(check.check_id, at=now + timedelta(minutes=1))
    for _ in range(2):
        await ada.heard(check.check_id, at=now + timedelta(minutes=1))
        await ada.heard(check.check_id, "Refused", at=now + timedelta(seconds=30))
    assert "approved" == (await ada.account()).kyc
    assert ["pending", "approved"] == await ada.told()
    assert [] == await ada.reports()


async def test_a_provider_takes_an_approval_back(ada) -> None:
    """A forgery is found out weeks later, and money must not go on by what was believed before."""
    await ada.registered()
    check = await ada.started()
    now = datetime.now(UTC)
    await ada.heard(check.check_id, at=now)
    for _ in range(2):
        await ada.heard(check.check_id, "Refused", at=now + timedelta(days=20))
    assert "rejected" == (await ada.account()).kyc
    assert ["pending", "approved", "rejected"] == await ada.told()
    assert ["kyc_rejected"] == await ada.reports()
    assert "rejected" == (await ada.audited())[-1]


@pytest.mark.parametrize("changes", [{"secret": "another"}])
async def test_what_the_provider_did_not_sign_is_refused(ada, changes: dict[str, str]) -> None:
    await ada.registered()
    check = await ada.started()
    with pytest.raises(WebhookRefused):
        await ada.heard(check.check_id, **changes)
    headers, body = webhook(check.check_id)
    for broken, content in (
        ({}, body),
        (headers, body + b" "),
        ({**headers, "x-payload-digest-alg": "none"}, body),
    ):
        with pytest.raises(WebhookRefused):
            await ada.auth.compliance.ReceiveKycWebhook(
                pb.ReceiveKycWebhookRequest(provider="sumsub", headers=broken, body=content)
            )
    assert "pending" == (await ada.account()).kyc


async def test_a_check_or_a_provider_that_nobody_knows(ada) -> None:
    with pytest.raises(KycCheckNotFound):
        await ada.heard(str(uuid7()))
    with pytest.raises(KycProviderUnknown):
        await ada.auth.compliance.ReceiveKycWebhook(pb.ReceiveKycWebhookRequest(provider="nobody"))


async def test_who_is_too_young_or_lives_where_we_may_not_is_refused_and_reported(ada) -> None:
    await ada.registered()
    young = (datetime.now(UTC) - timedelta(days=17 * 366)).date().isoformat()
    with pytest.raises(UnderAge):
        await ada.started(birth_date=young)
    with pytest.raises(JurisdictionRefused):
        await ada.started(country="US", region="WA")
    assert "none" == (await ada.account()).kyc
    assert ["jurisdiction_refused", "under_age"] == await ada.reports()


async def test_a_word_is_taken_when_the_provider_says_the_country_again(ada, provider: Provider) -> None:
    await ada.registered()
    check = await ada.started()
    provider.broken = True
    with pytest.raises(KycProviderAway):
        await ada.heard(check.check_id)
    provider.broken = False
    await ada.heard(check.check_id)
    assert "approved" == (await ada.account()).kyc


async def test_a_decision_ends_the_tokens_that_say_otherwise(ada) -> None:
    """Wallet and prediction believe a token in this: what it says of a check is true, or it counts no more."""

    async def revoked() -> list[int]:
        async with ada.auth.database.connection() as connection:
            rows = await connection.execute("select version from revocation where version > 0 order by 1")
            return [version for (version,) in await rows.fetchall()]

    await ada.registered()
    check = await ada.started()
    before = await revoked()
    await ada.heard(check.check_id)
    approved = await revoked()
    request = pb.DecideKycRequest(check_id=check.check_id, approved=False, reason="a forgery")
    with ada.auth.parties.signed_in(uuid7(), roles={"user", "admin"}):
        await ada.auth.compliance.DecideKyc(request)
    assert (1, 2) == (len(approved) - len(before), len(await revoked()) - len(before))


async def test_it_is_begun_once_and_a_rejected_person_may_try_again(ada) -> None:
    await ada.registered()
    first = await ada.started()
    assert first.check_id == (await ada.started()).check_id
    await ada.heard(first.check_id, "Refused")
    with pytest.raises(KycNotPending):
        await ada.sent()
    second = await ada.started()
    assert second.check_id != first.check_id
    await ada.heard(second.check_id)
    with pytest.raises(KycDecided):
        await ada.started()


async def test_a_provider_that_is_away_loses_nothing(ada, provider: Provider) -> None:
    await ada.registered()
    await ada.started()
    provider.broken = True
    with pytest.raises(KycProviderAway):
        await ada.sent()
    provider.broken = False
    assert ["passport"] == list((await ada.sent()).documents)
    assert 1 == len(provider.applicants)


async def test_name_and_birthday_lie_sealed(ada) -> None:
    await ada.registered()
    await ada.started()
    async with ada.auth.database.connection() as connection:
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
        ({"country": "ZZ"}, "country"),
        ({"region": "Washington"}, "region"),
        # The law of the United States differs by state: nobody has the country's by leaving their own out.
        ({"country": "US"}, "region"),
        ({"country": "US", "region": "ZZ"}, "region"),
    ],
)
async def test_every_bad_field_is_named(ada, changes: dict[str, str], field: str) -> None:
    await ada.registered()
    with pytest.raises(InvalidArgument) as refused:
        await ada.started(**changes)
    assert [field] == [violation.field for violation in refused.value.violations]
    assert "none" == (await ada.account()).kyc


@pytest.mark.parametrize(
    ("address", "refused"), [("tehran", JurisdictionRefused), ("192.0.2.7", NetworkRefused)]
)
async def test_no_account_is_opened_from_where_we_may_not(ada, address: str, refused: type) -> None:
    request = auth_pb.RegisterRequest(
        email=ada.EMAIL, password=ada.PASSWORD, origin=auth_pb.Origin(address=address)
    )
    with pytest.raises(refused):
        await ada.auth.stub.Register(request)
    # Who has an account comes in from anywhere: money must be able to leave.
    await ada.registered()
    assert await ada.auth.stub.SignInWithPassword(
        auth_pb.SignInWithPasswordRequest(
            email=ada.EMAIL, password=ada.PASSWORD, origin=auth_pb.Origin(address=address)
        )
    )
