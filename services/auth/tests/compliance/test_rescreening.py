"""People who were looked at before are held against a list that has changed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from oraculum.auth.v1 import auth_service_pb2 as auth_pb
from oraculum.auth.v1 import compliance_service_pb2 as pb
from oraculum_auth.compliance import rescreening


async def test_who_is_on_the_list_since_yesterday_is_reported_and_stays_approved(ada) -> None:
    await ada.registered()
    check = await ada.started()
    await ada.heard(check.check_id)
    newer = f"{ada.LIST}Ada Augusta Lovelace;1990-12-10;EU\n"
    # Found once, and what dies behind it finds nobody twice.
    assert [1, 0] == [await ada.listed_by_now(newer) for _ in range(2)]
    # What an administrator was shown is not shown again by the next list.
    assert 1 == await ada.listed_by_now(f"{newer}Somebody Else;;EU\n")
    assert "approved" == (await ada.account()).kyc
    assert ["pending", "approved"] == await ada.told()
    assert ["sanctions_match"] == await ada.reports()
    assert 1 == await ada.listed_by_now(f"{newer}Ada Lovelace;;UN\n")
    assert ["sanctions_match"] * 2 == await ada.reports()


async def test_whose_check_is_under_way_waits_for_an_administrator(ada) -> None:
    await ada.registered()
    check = await ada.started()
    assert 1 == await ada.listed_by_now(f"{ada.LIST}Ada Augusta Lovelace;1990-12-10;EU\n")
    await ada.heard(check.check_id, at=datetime.now(UTC) + timedelta(minutes=1))
    assert "pending" == (await ada.account()).kyc
    assert ["sanctions_match"] == await ada.reports()


async def test_what_was_shown_is_not_shown_again_though_it_scores_otherwise(ada) -> None:
    await ada.registered()
    check = await ada.started()
    await ada.heard(check.check_id)
    async with ada.auth.database.connection() as connection:
        await connection.execute(
            "insert into compliance_report (report_id, user_id, kind, risk, details, created_at)"
            " select gen_random_uuid(), user_id, 'sanctions_match', 'high',"
            """ '{"names": "Ivan Petrenko (OFAC, 99), Ada Augusta Lovelace (EU, 3)"}', now() from kyc_check"""
        )
    assert 1 == await ada.listed_by_now(f"{ada.LIST}Ada Augusta Lovelace;1990-12-10;EU\n")
    assert ["sanctions_match"] == await ada.reports()


async def test_nobody_waits_behind_those_whose_data_cannot_be_opened(ada, monkeypatch) -> None:
    monkeypatch.setattr(rescreening, "_AT_ONCE", 1)
    await ada.registered()
    await ada.started()
    async with ada.auth.database.connection() as connection:
        await connection.execute("update person_key set key_id = 'lost'")
    second = auth_pb.RegisterRequest(email="grace@example.com", password=ada.PASSWORD)
    person = (await ada.auth.stub.Register(second)).user
    said = pb.StartKycRequest(legal_name="Grace Hopper", birth_date="1990-12-10", country="FR")
    with ada.auth.parties.signed_in(UUID(person.user_id)):
        await ada.auth.compliance.StartKyc(said)
    newer = f"{ada.LIST}Somebody Else;;EU\n"
    assert [1, 0] == [await ada.listed_by_now(newer) for _ in range(2)]
    # Those are looked at as soon as their key is back.
    async with ada.auth.database.connection() as connection:
        await connection.execute(
            "update person_key set key_id = (select max(key_id) from person_key where key_id <> 'lost')"
        )
    assert 1 == await ada.listed_by_now(newer)


async def test_who_is_on_no_list_stays_approved_by_the_next_one(ada) -> None:
    await ada.registered()
    check = await ada.started()
    await ada.heard(check.check_id)
    assert 0 == await ada.listed_by_now(ada.LIST)
    assert 1 == await ada.listed_by_now(f"{ada.LIST}Somebody Else;;EU\n")
    assert "approved" == (await ada.account()).kyc
    assert [] == await ada.reports()
