"""Checks that a provider's word is not enough for: an administrator alone approves."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from oraculum.auth.v1 import auth_service_pb2 as auth_pb
from oraculum.auth.v1 import compliance_service_pb2 as pb
from oraculum_auth.errors import OwnAccount
from oraculum_dev.kyc import Provider
from oraculum_kit.caller import Caller, calling_as
from oraculum_kit.errors import PermissionDenied
from oraculum_kit.ids import uuid7


@pytest.mark.parametrize(
    ("first", "late", "kyc", "kinds"),
    [
        ("", "Unclear", "approved", ["kyc_late_word"]),
        ("Refused", "", "rejected", ["kyc_late_word", "kyc_rejected"]),
        ("Refused", "Refused", "rejected", ["kyc_rejected"]),
        ("", "", "approved", []),
    ],
)
async def test_any_other_late_word_is_an_administrators(
    ada, first: str, late: str, kyc: str, kinds: list[str]
) -> None:
    await ada.registered()
    check = await ada.started()
    now = datetime.now(UTC)
    await ada.heard(check.check_id, first, at=now)
    for _ in range(2):
        await ada.heard(check.check_id, late, at=now + timedelta(days=1))
    assert kyc == (await ada.account()).kyc
    assert kinds == await ada.reports()


async def test_what_an_administrator_approved_no_provider_takes_back(ada) -> None:
    await ada.registered()
    check = await ada.started()
    now = datetime.now(UTC)
    await ada.heard(check.check_id, "Refused", at=now)
    with ada.auth.parties.signed_in(uuid7(), roles={"user", "admin"}):
        await ada.auth.compliance.DecideKyc(
            pb.DecideKycRequest(check_id=check.check_id, approved=True, reason="seen the passport")
        )
    await ada.heard(check.check_id, "Refused", at=now + timedelta(days=1))
    assert "approved" == (await ada.account()).kyc
    assert ["kyc_late_word", "kyc_rejected"] == await ada.reports()


@pytest.mark.parametrize(
    ("status", "info"),
    [
        (403, None),
        (404, None),
        (200, {"addresses": ["FRA"]}),
        (200, {"addresses": 7}),
        (200, ["FRA"]),
        (200, {"country": ["FRA"]}),
    ],
)
async def test_where_the_provider_tells_no_country_an_administrator_decides(
    ada, provider: Provider, status: int, info: object
) -> None:
    await ada.registered()
    check = await ada.started()
    await ada.sent()
    provider.find_status, provider.info = status, info
    await ada.heard(check.check_id)
    assert "pending" == (await ada.account()).kyc
    assert ["country_unknown"] == await ada.reports()


async def test_whose_check_is_of_a_time_that_asked_for_no_state_is_an_administrators(ada) -> None:
    await ada.registered()
    check = await ada.started(country="US", region="NY")
    async with ada.auth.database.connection() as connection:
        await connection.execute("update kyc_check set region = ''")
    await ada.heard(check.check_id)
    assert "pending" == (await ada.account()).kyc
    assert ["region_unknown"] == await ada.reports()


@pytest.mark.parametrize(
    ("refused", "before"),
    [
        ({"birth_date": "2020-01-01"}, "under_age"),
        ({"country": "US", "region": "WA"}, "jurisdiction_refused"),
    ],
)
async def test_who_was_refused_and_says_something_else_is_an_administrators(
    ada, refused: dict[str, str], before: str
) -> None:
    await ada.registered()
    with pytest.raises(PermissionDenied):
        await ada.started(**refused)
    check = await ada.started()
    await ada.heard(check.check_id)
    assert "pending" == (await ada.account()).kyc
    assert ["refused_before", before] == await ada.reports()
    with ada.auth.parties.signed_in(uuid7(), roles={"user", "admin"}):
        await ada.auth.compliance.DecideKyc(
            pb.DecideKycRequest(check_id=check.check_id, approved=True, reason="a slip of the pen")
        )
    assert "approved" == (await ada.account()).kyc


@pytest.mark.parametrize("documents", ["USA", "RKS"])
async def test_whose_documents_name_another_country_is_an_administrators(
    ada, provider: Provider, documents: str
) -> None:
    await ada.registered()
    check = await ada.started()
    provider.country = documents
    now = datetime.now(UTC)
    for _ in range(2):
        await ada.heard(check.check_id, at=now)
    # Once found, it stays so, whatever the provider says later.
    provider.country = ""
    await ada.heard(check.check_id, at=now + timedelta(minutes=1))
    assert "pending" == (await ada.account()).kyc
    assert ["country_mismatch"] == await ada.reports()


@pytest.mark.parametrize(
    ("address", "kind"), [("tehran", "jurisdiction_mismatch"), ("192.0.2.7", "network_refused")]
)
async def test_who_comes_from_elsewhere_or_hides_is_an_administrators(ada, address: str, kind: str) -> None:
    await ada.registered()
    answer = await ada.auth.stub.SignInWithPassword(
        auth_pb.SignInWithPasswordRequest(email=ada.EMAIL, password=ada.PASSWORD)
    )
    token = f"Bearer {answer.tokens.access_token}"
    request = pb.StartKycRequest(legal_name="Ada Lovelace", birth_date="1990-12-10", country="FR")
    with calling_as(Caller(request_id=str(uuid7()), user_token=token, address=address)):
        check = (await ada.auth.compliance.StartKyc(request)).check
    await ada.heard(check.check_id)
    assert "pending" == (await ada.account()).kyc
    assert [kind] == await ada.reports()


async def test_a_sanctioned_name_is_approved_by_an_administrator_alone(ada) -> None:
    await ada.registered()
    check = await ada.started(legal_name="Petrenko Ivan", birth_date="1961-04-02")
    await ada.heard(check.check_id)
    assert "pending" == (await ada.account()).kyc
    assert ["sanctions_match"] == await ada.reports()
    request = pb.DecideKycRequest(check_id=check.check_id, approved=True, reason="another person")
    async with ada.acting():
        with pytest.raises(PermissionDenied):
            await ada.auth.compliance.DecideKyc(request)
    mine = UUID((await ada.account()).user_id)
    with ada.auth.parties.signed_in(mine, roles={"user", "admin"}), pytest.raises(OwnAccount):
        await ada.auth.compliance.DecideKyc(request)
    with ada.auth.parties.signed_in(uuid7(), roles={"user", "admin"}):
        assert "approved" == (await ada.auth.compliance.DecideKyc(request)).check.status
    assert "approved" == (await ada.account()).kyc
