"""Statements of any length: read portion by portion, told as one."""

from typing import Any

import pytest

from oraculum.auth.v1.privacy_service_pb2 import ExportMeResponse
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_kit.errors import Unavailable

PATH = "/api/v1/wallet/statement?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z"


def usdc(units: int) -> Amount:
    return Amount(units=units * 1_000_000, asset="USDC")


def portion(number: int, last: int) -> pb.GetStatementResponse:
    """One entry of 1 USDC; the statement opens with 10."""
    entry = pb.Transaction(
        transfer_id=f"t{number}",
        kind=pb.TRANSFER_KIND_DEPOSIT,
        amount=usdc(1),
        balance_units=usdc(11 + number).units,
    )
    return pb.GetStatementResponse(
        opening=usdc(10 + number),
        closing=usdc(11 + number),
        transactions=[entry],
        next_cursor=str(number + 1) if number < last else "",
    )


@pytest.fixture
def wallet(gateway: Any) -> Any:
    """A wallet whose statement has three portions."""
    gateway.backend.on("GetStatement", lambda request: portion(int(request.cursor or 0), last=2))
    return gateway


async def test_portions_are_told_as_one(wallet: Any) -> None:
    response = await wallet.http.get(PATH, headers=wallet.bearing())
    assert response.status_code == 200
    told = response.json()
    assert (told["opening"], told["closing"]) == ("10.00", "13.00")
    entries = [(entry["id"], entry["balance"]) for entry in told["data"]]
    assert entries == [("t0", "11.00"), ("t1", "12.00"), ("t2", "13.00")]
    asked = [request for name, request in wallet.backend.asked if name == "GetStatement"]
    assert [request.cursor for request in asked] == ["", "1", "2"]
    assert {request.limit for request in asked} == {1000}


async def test_as_csv_between_its_balances(wallet: Any) -> None:
    response = await wallet.http.get(f"{PATH}&format=csv", headers=wallet.bearing())
    rows = [line.split(",") for line in response.text.splitlines()]
    assert [row[1] for row in rows] == ["type", "opening", "deposit", "deposit", "deposit", "closing"]
    assert [row[4] for row in rows[1:]] == ["10.00", "11.00", "12.00", "13.00", "13.00"]


async def test_an_empty_one_is_whole(gateway: Any) -> None:
    gateway.backend.on("GetStatement", pb.GetStatementResponse(opening=usdc(7), closing=usdc(7)))
    told = (await gateway.http.get(PATH, headers=gateway.bearing())).json()
    assert (told["opening"], told["closing"], told["data"]) == ("7.00", "7.00", [])


async def test_a_refusal_is_one_as_long_as_nothing_was_told(gateway: Any) -> None:
    gateway.backend.on("GetStatement", Unavailable())
    response = await gateway.http.get(PATH, headers=gateway.bearing())
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"


async def test_what_breaks_in_the_middle_has_no_end(gateway: Any) -> None:
    """A reader must not take half a statement for a whole one."""

    def answer(request: pb.GetStatementRequest) -> pb.GetStatementResponse:
        told = portion(int(request.cursor or 0), last=2)
        if request.cursor:
            # Somebody wrote between the portions, which cannot be.
            told.opening.units += 1
        return told

    gateway.backend.on("GetStatement", answer)
    with pytest.raises(Exception):  # noqa: B017, PT011  whatever a client of a cut answer raises
        (await gateway.http.get(PATH, headers=gateway.bearing())).json()


@pytest.mark.parametrize("unknown", [False, True])
async def test_money_on_its_way_of_which_nobody_knows_is_told_as_that(gateway: Any, *, unknown: bool) -> None:
    balance = pb.Balance(available=usdc(3), held=usdc(0), arriving=usdc(0))
    gateway.backend.on("GetBalances", pb.GetBalancesResponse(balances=[balance], arriving_unknown=unknown))
    told = (await gateway.http.get("/api/v1/wallet/balances", headers=gateway.bearing())).json()
    assert (unknown, "0.00") == (told["arriving_unknown"], told["data"][0]["arriving"])


@pytest.mark.parametrize("unknown", [False, True])
async def test_an_explanation_and_an_export_say_so_too(gateway: Any, *, unknown: bool) -> None:
    balance = pb.Balance(available=usdc(3), held=usdc(0), arriving=usdc(0))
    gateway.backend.on("ExplainBalance", pb.ExplainBalanceResponse(balance=balance, arriving_unknown=unknown))
    gateway.backend.on("GetBalances", pb.GetBalancesResponse(balances=[balance], arriving_unknown=unknown))
    gateway.backend.on("ExportMe", ExportMeResponse(document_json=b"{}"))
    for path in ("/api/v1/wallet/balances/explain", "/api/v1/users/me/export"):
        told = (await gateway.http.get(path, headers=gateway.bearing())).json()
        assert unknown == told["arriving_unknown"]
