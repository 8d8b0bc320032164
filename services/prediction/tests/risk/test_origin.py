"""What is kept of devices and addresses says which are the same, and nothing else to who does not know the key."""

import hashlib

from oraculum_kit.caller import Caller
from oraculum_prediction.risk.origin import origin_of, trace_key

KEY = trace_key("a secret")
ADDRESS = "198.51.100.7"


def test_the_same_is_the_same_and_nobody_finds_it_by_trying_all_addresses() -> None:
    caller = Caller(request_id="r", address=ADDRESS, device_id="a device")
    origin = origin_of(caller, KEY)
    assert origin == origin_of(caller, trace_key("a secret"))
    other = origin_of(caller, trace_key("another"))
    assert (other.address, other.device) != (origin.address, origin.device)
    assert origin.address != origin.device
    unkeyed = hashlib.blake2b(ADDRESS.encode(), digest_size=16, person=b"oraculum-risk").hexdigest()
    assert unkeyed != origin.address
    assert 16 == len(bytes.fromhex(origin.address or ""))


def test_who_names_neither_leaves_nothing() -> None:
    assert () == origin_of(Caller(request_id="r"), KEY).traces
