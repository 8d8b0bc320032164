"""Signatures of contract wallets (ERC-1271): the contract itself says whether a signature is its own.

One chain is asked, the one that sign-in messages name by default, through one configured JSON-RPC: an address may be one
person's contract on one chain and another's on the next, so a word from elsewhere proves nothing. Before its first
answer counts, the node must say that it is on that chain.

A node that is away is no verdict: the challenge stays unused, and the same request may come again.
"""

import binascii
import json
from typing import Any, Final

import httpx
import structlog
from eth_account.messages import defunct_hash_message

from oraculum_kit.errors import Unavailable

_log = structlog.stdlib.get_logger(__name__)

TIMEOUT_SECONDS: Final = 5.0
SIGNATURE_BYTES_MAX: Final = 2048
_ANSWER_BYTES_MAX: Final = 64 * 1024
# bytes4(keccak256("isValidSignature(bytes32,bytes)")), which is the answer too, left in its word.
_SELECTOR: Final = bytes.fromhex("1626ba7e")
_VALID: Final = _SELECTOR + bytes(28)


class ChainAway(Unavailable):
    """The chain that knows this wallet is away; try again."""

    reason = "CHAIN_AWAY"


class ContractWallets:
    """Asks a node of one chain. Without a URL no contract signs in."""

    def __init__(self, chain_id: str, url: str | None, http: httpx.AsyncClient) -> None:
        self._chain_id = chain_id
        self._url = url
        self._http = http
        self._chain_is_right = False

    async def signed(self, chain_id: str, address: str, message: str, signature: str) -> bool:
        """Whether the contract at `address` says that `signature` over `message` is its own."""
        if self._url is None or chain_id != self._chain_id:
            return False
        try:
            raw = binascii.unhexlify(signature.removeprefix("0x"))
        except (binascii.Error, ValueError):
            return False
        if len(raw) > SIGNATURE_BYTES_MAX:
            return False
        if not self._chain_is_right:
            await self._check_chain()
        call = {"to": address, "data": "0x" + _call_data(defunct_hash_message(text=message), raw).hex()}
        answer = await self._ask("eth_call", [call, "latest"])
        # An address without code answers with nothing, a contract that refuses reverts: neither is the word.
        return isinstance(answer, str) and answer.lower() == "0x" + _VALID.hex()

    async def _check_chain(self) -> None:
        answer = await self._ask("eth_chainId", [])
        if not isinstance(answer, str) or answer.lower() != hex(int(self._chain_id)):
            _log.error("contract_wallets.wrong_chain", wanted=self._chain_id, answered=str(answer)[:100])
            raise ChainAway
        self._chain_is_right = True

    async def _ask(self, method: str, parameters: list[Any]) -> object:
        """The result, or None where the node answers with an error of the call's own, such as a revert."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        try:
            response = await self._http.post(self._url or "", json=request, timeout=TIMEOUT_SECONDS)
            response.raise_for_status()
            # Cut, a long answer is no JSON any more.
            body = json.loads(response.content[:_ANSWER_BYTES_MAX])
        except (httpx.HTTPError, ValueError) as error:
            _log.warning("contract_wallets.away", method=method, error=repr(error))
            raise ChainAway from error
        if not isinstance(body, dict) or ("result" not in body and "error" not in body):
            raise ChainAway
        if "error" in body and not _reverted(body["error"]):
            _log.warning("contract_wallets.refused", method=method, error=str(body["error"])[:300])
            raise ChainAway
        return body.get("result")


def _call_data(digest: bytes, signature: bytes) -> bytes:
    """`isValidSignature(digest, signature)` as the contract's ABI wants it: the bytes after an offset and a length."""
    padding = bytes(-len(signature) % 32)
    return (
        _SELECTOR
        + digest
        + (64).to_bytes(32, "big")
        + len(signature).to_bytes(32, "big")
        + signature
        + padding
    )


def _reverted(error: object) -> bool:
    """Whether the contract said no, as nodes put it (EIP-1474 knows code 3), rather than the node."""
    if not isinstance(error, dict):
        return False
    return error.get("code") == 3 or "revert" in str(error.get("message", "")).lower()
