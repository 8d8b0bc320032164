"""The act of a third person, who brings so much that somebody wants to know who she is."""

from decimal import Decimal
from functools import partial
from typing import Final

from oraculum_dev.demo.api import RefusedError
from oraculum_dev.demo.person import Person, until
from oraculum_dev.demo.stage import ASSET, Stage
from oraculum_dev.demo.wallets import EvmWallet

# More than a developer's suite takes from somebody whom nobody has looked at.
MUCH: Final = Decimal("600000.00")
PATIENCE_SECONDS: Final = 60
# The smallest picture that is whole.
PICTURE: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def passport(picture: str = PICTURE) -> dict[str, str]:
    """A passport as it is sent."""
    return {"kind": "passport", "country": "FRA", "media_type": "image/png", "content_base64": picture}


async def be_checked(stage: Stage) -> None:
    """She is refused, shows a passport, and is let in."""
    tell, cleo = stage.telling, Person("Cleo", EvmWallet(), stage.api)
    tell.chapter("Somebody brings so much that her identity is checked")
    await cleo.sign_in()
    body = {"rail": "demo", "amount": str(MUCH), "asset": ASSET}
    try:
        await cleo.command("/wallet/deposits", body)
    except RefusedError as error:
        refusal = f"{error.status} {error.code}"
    else:
        tell.say("Nobody asks who brings money in here, so there is nothing to show.")
        return
    tell.fact(
        f"{MUCH} {ASSET} of somebody unknown is refused", refusal == "403 identity_check_required", refusal
    )
    asked = {"legal_name": "Cleo Roux", "birth_date": "1990-12-10", "country": "FR"}
    begun = (await cleo.command("/users/me/kyc", asked)).body
    if begun["provider"] == "manual":
        tell.say("Administrators decide here, so nobody is approved while we look on.")
        return
    await cleo.command("/users/me/kyc/documents", passport())
    await until("Cleo's check to be decided", partial(_is_decided, cleo), bool, PATIENCE_SECONDS)
    await cleo.sign_in()
    found = (cleo.account["kyc"], cleo.account["tier"])
    tell.fact(
        "she shows a passport, and the provider's signed word approves her",
        found == ("approved", "verified"),
        found,
    )
    await cleo.command("/wallet/deposits", body)
    balance = await cleo.until(
        "the deposit", lambda: cleo.balance(ASSET), lambda seen: seen.available > 0, PATIENCE_SECONDS
    )
    tell.fact(f"Cleo has {MUCH} {ASSET}", balance.available == MUCH, balance)


async def _is_decided(person: Person) -> bool:
    """A decision ends the tokens of before, which say what is true no more."""
    try:
        return bool((await person.get("/users/me/kyc"))["status"] != "pending")
    except RefusedError as error:
        if error.status != 401:
            raise
        return True
