"""Contract wallets sign in (ERC-1271), over gRPC, with a node that speaks JSON-RPC over a real socket."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from eth_abi import decode, encode
from eth_account import Account
from eth_account.messages import defunct_hash_message, encode_defunct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum_auth.contract_wallets import ChainAway
from oraculum_auth.errors import BadSignature

OWNER = Account.from_key("0x" + "33" * 32)
CONTRACT = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
MAGIC = bytes.fromhex("1626ba7e")


class Node:
    """A chain with one contract: a wallet that takes its owner's word."""

    def __init__(self) -> None:
        self.chain_id = 8453
        self.broken = False
        self.calls: list[str] = []

    async def answer(self, request: Request) -> Response:
        """One JSON-RPC call."""
        if self.broken:
            return Response(status_code=502)
        asked = await request.json()
        self.calls.append(asked["method"])
        if asked["method"] == "eth_chainId":
            return self._result(asked, hex(self.chain_id))
        call, block = asked["params"]
        assert ("eth_call", "latest") == (asked["method"], block)
        if call["to"] != CONTRACT:
            return self._result(asked, "0x")
        return self._contract(asked, bytes.fromhex(call["data"][2:]))

    def _contract(self, asked: Any, data: bytes) -> Response:
        assert MAGIC == data[:4]
        digest, signature = decode(["bytes32", "bytes"], data[4:])
        signer = Account._recover_hash(digest, signature=signature) if len(signature) == 65 else None
        if signer == OWNER.address:
            return self._result(asked, "0x" + encode(["bytes4"], [MAGIC]).hex())
        error = {"code": 3, "message": "execution reverted"}
        return JSONResponse({"jsonrpc": "2.0", "id": asked["id"], "error": error})

    def _result(self, asked: Any, result: str) -> Response:
        return JSONResponse({"jsonrpc": "2.0", "id": asked["id"], "result": result})


@pytest.fixture
def node() -> Node:
    return Node()


@pytest.fixture
async def outside(web_server, node: Node) -> AsyncIterator[dict[str, Any]]:
    app = Starlette(routes=[Route("/", node.answer, methods=["POST"])])
    async with web_server(app) as url:
        yield {"evm_rpc_url": url}


async def challenged(auth, *, chain_id: str = "") -> pb.CreateChallengeResponse:
    return await auth.stub.CreateChallenge(
        pb.CreateChallengeRequest(chain=pb.CHAIN_KIND_EVM, address=CONTRACT, chain_id=chain_id)
    )


def signed(challenge: pb.CreateChallengeResponse, account: Any = OWNER) -> pb.SignInWithWalletRequest:
    signature = account.sign_message(encode_defunct(text=challenge.message)).signature.hex()
    return pb.SignInWithWalletRequest(nonce=challenge.nonce, signature=signature)


async def test_a_contract_signs_in_by_its_owners_word(auth, node: Node) -> None:
    first = await auth.stub.SignInWithWallet(signed(await challenged(auth)))
    again = await auth.stub.SignInWithWallet(signed(await challenged(auth)))
    assert [CONTRACT] == [wallet.address for wallet in first.user.wallets]
    assert (first.user.user_id, False) == (again.user.user_id, again.created)
    assert ["eth_chainId", "eth_call", "eth_call"] == node.calls


async def test_what_the_contract_refuses_is_no_signature(auth) -> None:
    stranger = Account.from_key("0x" + "44" * 32)
    challenge = await challenged(auth)
    with pytest.raises(BadSignature):
        await auth.stub.SignInWithWallet(signed(challenge, stranger))
    for signature in ("0x", "0x00", "nonsense", "0x" + "00" * 4096):
        with pytest.raises(BadSignature):
            await auth.stub.SignInWithWallet(
                pb.SignInWithWalletRequest(nonce=challenge.nonce, signature=signature)
            )


async def test_an_address_without_code_has_no_word(auth, node: Node) -> None:
    made = await auth.stub.CreateChallenge(
        pb.CreateChallengeRequest(
            chain=pb.CHAIN_KIND_EVM, address="0x" + "ab" * 20, chain_id=str(node.chain_id)
        )
    )
    with pytest.raises(BadSignature):
        await auth.stub.SignInWithWallet(signed(made))


async def test_a_contract_of_another_chain_is_not_asked(auth, node: Node) -> None:
    """The same address may be somebody else's contract there."""
    with pytest.raises(BadSignature):
        await auth.stub.SignInWithWallet(signed(await challenged(auth, chain_id="1")))
    assert [] == node.calls


async def test_a_node_of_another_chain_is_not_believed(auth, node: Node) -> None:
    node.chain_id = 1
    challenge = await challenged(auth)
    with pytest.raises(ChainAway):
        await auth.stub.SignInWithWallet(signed(challenge))
    node.chain_id = 8453
    assert (await auth.stub.SignInWithWallet(signed(challenge))).created


async def test_a_node_that_is_away_uses_nothing_up(auth, node: Node) -> None:
    challenge = await challenged(auth)
    node.broken = True
    with pytest.raises(ChainAway):
        await auth.stub.SignInWithWallet(signed(challenge))
    node.broken = False
    assert (await auth.stub.SignInWithWallet(signed(challenge))).created


def test_the_hash_is_that_of_a_signed_message() -> None:
    """EIP-191: what a wallet's own library hashes."""
    digest = defunct_hash_message(text="hello")
    signature = OWNER.sign_message(encode_defunct(text="hello"))
    assert bytes(signature.message_hash) == bytes(digest)
