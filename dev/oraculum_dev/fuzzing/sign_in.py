"""Signs the fuzzer in for Schemathesis, which loads this module, and again every now and then.

Among all that is asked are requests that end sessions, its own too. Whoever went on with a token that is worth nothing
would be refused everything, rightly, and find nothing.
"""

import asyncio
import os
from typing import Any, Final

import schemathesis

from oraculum_dev.demo.api import Api
from oraculum_dev.demo.person import Person
from oraculum_dev.demo.wallets import EvmWallet

URL: Final = "ORACULUM_FUZZ_URL"
SECRET: Final = "ORACULUM_FUZZ_SECRET"  # noqa: S105  the name of the variable that holds it
EVERY_SECONDS: Final = 5


async def signed_in(url: str, wallet: EvmWallet) -> str:
    """Sign in; the token."""
    api = Api(url)
    try:
        person = Person("the fuzzer", wallet, api)
        await person.sign_in()
        return person.token
    finally:
        await api.close()


# Not at every 401: most of them are what a request without a right token was to be answered.
@schemathesis.auth(refresh_interval=EVERY_SECONDS, retry_on=[])
class _Administrator:
    def get(self, _case: schemathesis.Case[Any], _context: schemathesis.AuthContext) -> str:
        return asyncio.run(signed_in(os.environ[URL], EvmWallet(os.environ[SECRET])))

    def set(self, case: schemathesis.Case[Any], token: str, _context: schemathesis.AuthContext) -> None:
        case.headers["Authorization"] = f"Bearer {token}"
