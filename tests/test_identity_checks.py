"""An identity check through the whole suite: asked of a provider, told by its signed webhook, heard where money moves."""

from collections.abc import AsyncIterator
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio

from oraculum_dev.demo.api import Api
from oraculum_dev.demo.identity import passport
from oraculum_dev.demo.person import Person, until
from oraculum_dev.demo.wallets import EvmWallet
from oraculum_dev.fixtures.suites import Suite

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]

PATIENCE_SECONDS = 60
# Nothing but how a picture begins, as somebody sends it who tries things out.
NO_PICTURE = "iVBORw0KGgo="


@pytest_asyncio.fixture(loop_scope="module")
async def api(suite: Suite) -> AsyncIterator[Api]:
    api = Api(suite.url)
    yield api
    await api.close()


def never_said(last_name: str) -> str:
    """A whole name that nobody has said on this suite.

    Whoever says that they are somebody whose other account has limits waits for an administrator, and those who try out
    every route say that they are whom the examples name.
    """
    letters = "".join(chr(ord("a") + int(digit, 16)) for digit in uuid4().hex)
    return f"{letters.capitalize()} {last_name}"


@pytest.mark.parametrize(
    ("last_name", "kyc", "tier"),
    [("Lovelace", "approved", "verified"), ("Refused", "rejected", "basic")],
)
async def test_what_the_provider_says_is_heard_everywhere(
    suite: Suite, api: Api, last_name: str, kyc: str, tier: str
) -> None:
    person = Person("Ada", EvmWallet(), api)
    await person.sign_in()
    asked = {"legal_name": never_said(last_name), "birth_date": "1990-12-10", "country": "FR"}
    assert "pending" == (await person.command("/users/me/kyc", asked)).body["status"]
    await person.command("/users/me/kyc/documents", passport())

    async def heard() -> list[str]:
        async with await psycopg.AsyncConnection.connect(suite.superuser_url) as connection:
            rows = await connection.execute(
                "select kyc from wallet.known_person where user_id = %(id)s and kyc <> 'pending'"
                " union all"
                " select kyc from prediction.known_person where user_id = %(id)s and kyc <> 'pending'",
                {"id": person.user_id},
            )
            return [word for (word,) in await rows.fetchall()]

    await until("both to have heard", heard, [kyc, kyc].__eq__, PATIENCE_SECONDS)
    # The tokens of before say what is true no more.
    await person.sign_in()
    assert (kyc, tier) == (person.account["kyc"], person.account["tier"])


async def test_what_is_no_picture_decides_nothing(suite: Suite, api: Api) -> None:
    """Whoever fills forms with anything keeps their tokens: a decision would end them."""
    person = Person("Ada", EvmWallet(), api)
    await person.sign_in()
    asked = {"legal_name": never_said("Lovelace"), "birth_date": "1990-12-10", "country": "FR"}
    await person.command("/users/me/kyc", asked)
    told = (await person.command("/users/me/kyc/documents", passport(NO_PICTURE))).body
    assert ("pending", ["passport"]) == (told["status"], told["documents"])
