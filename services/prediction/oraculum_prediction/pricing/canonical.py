"""The state of a market as text that any program can read, and from which it can compute the fingerprint itself.

An object with these members, whole numbers as decimal strings, for JSON numbers lose digits beyond 2^53:

    {"mechanism": "lmsr", "liquidity": "100000000", "prior": ["0", "0"], "sold": ["50000000", "0"],
     "fee": {"kind": "flat", "rate": "0"}, "price_max": "999900"}

    {"mechanism": "parimutuel", "pools": ["0", "0"], "fee": {"kind": "flat", "rate": "0"}}

    {"mechanism": "cpmm", "weight": "500000", "pools": ["1000", "1000"], "sold": ["0", "0"], "idle": ["0", "0"],
     "fee": {"kind": "flat", "rate": "0"}, "price_max": "999900"}

    {"mechanism": "cpmm_multi", "yes": ["1000", "1000", "1000"], "no": ["500", "500", "500"], "sold": ["0", "0", "0"],
     "fee": {"kind": "flat", "rate": "0"}, "price_max": "999900"}

`hashing` gives the layout of the bytes whose SHA-256 is the fingerprint; the formula versions in it are "oraculum/lmsr/1",
"oraculum/pool/1", "oraculum/cpmm/1" and "oraculum/multi/1".
"""

from collections.abc import Mapping, Sequence
from typing import Any

from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing.cpmm_multi_state import CpmmMultiState
from oraculum_prediction.pricing.cpmm_state import CpmmState
from oraculum_prediction.pricing.fees import FeeSchedule, FlatFee, fee_schedule
from oraculum_prediction.pricing.lmsr import LmsrState
from oraculum_prediction.pricing.market import MarketState
from oraculum_prediction.pricing.parimutuel import ParimutuelState

Document = dict[str, Any]


def state_to_document(state: MarketState) -> Document:
    """Give the state as it is written."""
    fee = {"kind": state.fee.kind, "rate": str(state.fee.rate)}
    match state:
        case LmsrState():
            return {
                "mechanism": "lmsr",
                "liquidity": str(state.liquidity),
                "prior": _texts(state.prior),
                "sold": _texts(state.sold),
                "fee": fee,
                "price_max": str(state.price_max),
            }
        case ParimutuelState():
            return {"mechanism": "parimutuel", "pools": _texts(state.pools), "fee": fee}
        case CpmmMultiState():
            return {
                "mechanism": "cpmm_multi",
                "yes": _texts(state.yes),
                "no": _texts(state.no),
                "sold": _texts(state.sold),
                "fee": fee,
                "price_max": str(state.price_max),
            }
        case CpmmState():
            return {
                "mechanism": "cpmm",
                "weight": str(state.weight),
                "pools": _texts(state.pools),
                "sold": _texts(state.sold),
                "idle": _texts(state.idle),
                "fee": fee,
                "price_max": str(state.price_max),
            }


def state_from_document(document: Mapping[str, Any]) -> MarketState:
    """Give the state that is written; ValueError or KeyError where none is."""
    fee = _fee(document["fee"])
    match document["mechanism"]:
        case "lmsr":
            return LmsrState(
                Units(int(document["liquidity"])),
                tuple(map(int, document["prior"])),
                _shares(document["sold"]),
                fee,
                Price(int(document["price_max"])),
            )
        case "parimutuel" if isinstance(fee, FlatFee):
            return ParimutuelState(tuple(Units(int(each)) for each in document["pools"]), fee)
        case "cpmm" if isinstance(fee, FlatFee):
            return CpmmState(
                Price(int(document["weight"])),
                _pair(document["pools"]),
                _pair(document["sold"]),
                fee,
                Price(int(document["price_max"])),
                _pair(document["idle"]),
            )
        case "cpmm_multi" if isinstance(fee, FlatFee):
            return CpmmMultiState(
                _shares(document["yes"]),
                _shares(document["no"]),
                _shares(document["sold"]),
                fee,
                Price(int(document["price_max"])),
            )
        case other:
            raise ValueError(f"no market is of the mechanism {other!r} with such a fee")


def _shares(texts: Sequence[str]) -> tuple[Shares, ...]:
    return tuple(Shares(int(text)) for text in texts)


def _pair(texts: Sequence[str]) -> tuple[Shares, Shares]:
    no, yes = _shares(texts)
    return no, yes


def _texts(numbers: Sequence[int]) -> list[str]:
    return [str(number) for number in numbers]


def _fee(document: Mapping[str, Any]) -> FeeSchedule:
    return fee_schedule(document["kind"], int(document["rate"]))
