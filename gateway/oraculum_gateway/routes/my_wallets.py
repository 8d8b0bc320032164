"""The addresses that sign in to an account."""

from typing import Final

from oraculum.auth.v1 import auth_service_pb2
from oraculum.auth.v1 import credential_service_pb2 as pb
from oraculum_gateway.route import Call, Created, Limit, Route, Who
from oraculum_gateway.routes.people import CHAIN_NAMES, CHAINS, SIGN_IN_TOO_OLD
from oraculum_gateway.shapes import people as shapes
from oraculum_kit.timestamps import from_wire


async def wallets(call: Call) -> shapes.WalletsOut:
    """List my addresses."""
    user = (await call.services.auth.GetMe(auth_service_pb2.GetMeRequest())).user
    return shapes.WalletsOut(data=[_wallet(wallet) for wallet in user.wallets])


async def challenge(call: Call) -> shapes.ChallengeOut:
    """Make a message that adds an address."""
    body: shapes.ChallengeIn = call.body
    response = await call.services.credentials.CreateWalletChallenge(
        pb.CreateWalletChallengeRequest(
            chain=CHAINS[body.chain], address=body.address, chain_id=body.chain_id
        )
    )
    return shapes.ChallengeOut(
        nonce=response.nonce, message=response.message, expires_at=from_wire(response.expires_at)
    )


async def add(call: Call) -> Created:
    """Add the address that signed it."""
    body: shapes.AddWalletIn = call.body
    response = await call.services.credentials.AddWallet(
        pb.AddWalletRequest(nonce=body.nonce, signature=body.signature)
    )
    return Created(_wallet(response.wallet), "/api/v1/users/me/wallets")


async def remove(call: Call) -> None:
    """Take an address off."""
    await call.services.credentials.RemoveWallet(pb.RemoveWalletRequest(wallet_id=str(call.id("id"))))


def _wallet(wallet: auth_service_pb2.WalletAddress) -> shapes.WalletOut:
    return shapes.WalletOut(id=wallet.wallet_id, chain=CHAIN_NAMES[wallet.chain], address=wallet.address)


ROUTES: Final = (
    Route(
        method="GET", path="/users/me/wallets", name="listMyWallets", tag="users", handler=wallets,
        summary="The addresses that sign in to my account", who=Who.SIGNED_IN, answer=shapes.WalletsOut,
    ),
    Route(
        method="POST", path="/users/me/wallets/challenge", name="createWalletChallenge", tag="users",
        handler=challenge, summary="Get a message that adds an address to my account", who=Who.SIGNED_IN,
        command=True, limit=Limit.SIGN_IN, body=shapes.ChallengeIn, answer=shapes.ChallengeOut,
        example={"chain": "evm", "address": "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"},
        refusals={403: SIGN_IN_TOO_OLD},
    ),
    Route(
        method="POST", path="/users/me/wallets", name="addWallet", tag="users", handler=add,
        summary="Add the address that signed such a message", who=Who.SIGNED_IN, command=True,
        limit=Limit.SIGN_IN, body=shapes.AddWalletIn, answer=shapes.WalletOut, status=201,
        example={"nonce": "9f2c...", "signature": "0x..."},
        refusals={
            401: "bad_signature, challenge_unknown or challenge_expired",
            403: SIGN_IN_TOO_OLD,
            409: "wallet_taken",
        },
    ),
    Route(
        method="DELETE", path="/users/me/wallets/{id}", name="removeWallet", tag="users", handler=remove,
        summary="Take an address off my account", who=Who.SIGNED_IN, command=True, limit=Limit.COMMAND,
        refusals={404: "wallet_not_found", 409: "last_credential"},
    ),
)  # fmt: skip
