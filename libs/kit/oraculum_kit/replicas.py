"""Calls to a service with several replicas, where what has the same key should go to the same one.

    async with replicas(config.prediction_target, identity, key=event_of, safe=SAFE) as prediction:
        stub = PredictionServiceStub(prediction)

The replica of a key follows from the key and the addresses alone (rendezvous hashing), so every caller chooses the same
one without asking anybody, and a replica that comes or goes moves only its own share of the keys. One that does not say
that it serves is passed over: its keys go to their next replica, each key to one, and come back when it does.

This is for speed. Two callers may differ for a moment about who is there, so whoever is called must be correct when two
replicas are asked about one key.

`Replicas` is a `grpc.aio.Channel`, as `Channel` is, and obeys the same rules. What is safe is sent to the next replica
when one was UNAVAILABLE, at once; anything else is sent once.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from itertools import chain, count, cycle, islice
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self

import grpc
import grpc.aio
import structlog

from oraculum_kit import deadlines, metrics, targets
from oraculum_kit.client import TIMEOUT_SECONDS, Channel, Metadata, channel
from oraculum_kit.errors import Unavailable
from oraculum_kit.replica import Replica
from oraculum_kit.retries import Backoff
from oraculum_kit.tokens import ServiceIdentity

_log = structlog.get_logger(__name__)

Key = Callable[[Any], str | None]

_RESOLVE_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.05
_ATTEMPTS_MAX: Final = 4
_REMEMBERED_MAX: Final = 50_000
# How long calls to a replica that left the list may still take.
_FAREWELL_SECONDS: Final = 10.0


def replicas(
    target: str,
    identity: ServiceIdentity | None,
    *,
    key: Key,
    timeout_seconds: float = TIMEOUT_SECONDS,
    safe: Sequence[str] = (),
    edge: bool = False,
    together: Sequence[str] = (),
) -> "Replicas":
    """Open a channel to each replica of a service.

    Args:
        target: `host:port`, where a name may have several addresses, or several of these with commas between them.
        identity: who we are, as `channel` has it.
        key: what of a request says which replica it belongs to; None: any.
        timeout_seconds: the deadline of a unary call that names none, whatever the number of attempts.
        safe: full names of methods that may be sent again when the peer was UNAVAILABLE.
        edge: as `channel` has it.
        together: as `channel` has it; each replica has a convoy of its own.
    """
    # A certificate has the service's name, not a pod's address.
    host = targets.places(target)[0][0]

    def connect(address: str) -> Channel:
        return channel(
            address, identity, timeout_seconds=timeout_seconds, edge=edge, together=together, host=host
        )

    return Replicas(target, connect, key, frozenset(safe), timeout_seconds)


class Replicas(grpc.aio.Channel):
    """Channels to all replicas of a service, used as one."""

    def __init__(
        self,
        target: str,
        connect: Callable[[str], Channel],
        key: Key,
        safe: frozenset[str],
        timeout_seconds: float,
    ) -> None:
        self._target = target
        self._places = targets.places(target)
        self._connect = connect
        self._key = key
        self._safe = safe
        self._timeout_seconds = timeout_seconds
        self._replicas: dict[str, Replica] = {}
        # By key, forgotten when a replica comes, goes, falls silent or is back.
        self._orders: dict[str, tuple[Replica, ...]] = {}
        self._turns = count()
        self._farewells: set[asyncio.Task[None]] = set()
        self._resolving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._resolve()
        self._resolving = asyncio.create_task(self._keep_resolving())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self, grace: float | None = None) -> None:
        """Close the channels of all replicas."""
        if self._resolving is not None:
            self._resolving.cancel()
            await asyncio.wait({self._resolving})
        await asyncio.gather(*(replica.close(grace) for replica in self._replicas.values()))
        for farewell in self._farewells:
            farewell.cancel()
        await asyncio.gather(*self._farewells, return_exceptions=True)

    async def check(self, timeout_seconds: float = 2.0) -> None:
        """Raise unless a replica serves. For `dependencies` of the server."""
        outcomes = await asyncio.gather(
            *(replica.channel.check(timeout_seconds) for replica in self._replicas.values()),
            return_exceptions=True,
        )
        if all(isinstance(outcome, BaseException) for outcome in outcomes):
            raise next((outcome for outcome in outcomes if outcome), ConnectionError("there is no replica"))

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:  # noqa: FBT001, FBT002  its interface
        """Ready if a replica is."""
        states = {replica.channel.get_state(try_to_connect) for replica in self._replicas.values()}
        if grpc.ChannelConnectivity.READY in states:
            return grpc.ChannelConnectivity.READY
        return next(iter(states), grpc.ChannelConnectivity.TRANSIENT_FAILURE)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """Return when the state is another one."""
        while self.get_state() is last_observed_state:  # noqa: ASYNC110  replicas come and go, each with events of its own
            await asyncio.sleep(_LOOK_SECONDS)

    async def channel_ready(self) -> None:
        """Return when a replica is connected."""
        while (state := self.get_state(try_to_connect=True)) is not grpc.ChannelConnectivity.READY:
            await self.wait_for_state_change(state)

    def unary_unary(self, method: str, *serializers: Any, **options: Any) -> Any:
        """A method as a coroutine function."""
        return self._unary("unary_unary", method, serializers, options)

    def stream_unary(self, method: str, *serializers: Any, **options: Any) -> Any:
        """A method that takes an async iterable, which can be read only once, as a coroutine function."""
        return self._unary("stream_unary", method, serializers, options, attempts_max=1)

    def unary_stream(self, method: str, *serializers: Any, **options: Any) -> Any:
        """A method as an async generator function."""
        return self._streaming("unary_stream", method, serializers, options)

    def stream_stream(self, method: str, *serializers: Any, **options: Any) -> Any:
        """A method that takes an async iterable, as an async generator function."""
        return self._streaming("stream_stream", method, serializers, options)

    def _unary(
        self,
        kind: str,
        method: str,
        serializers: Sequence[Any],
        options: dict[str, Any],
        attempts_max: int = _ATTEMPTS_MAX,
    ) -> Any:
        attempts_max = attempts_max if method in self._safe else 1

        async def call(request: Any, timeout: float | None = None, metadata: Metadata = ()) -> Any:  # noqa: ASYNC109
            order = self._order(request)
            seconds = deadlines.shorten(self._timeout_seconds if timeout is None else timeout)
            deadline = monotonic() + seconds
            waits = iter(_pauses(len(order)))
            for attempt, replica in enumerate(islice(cycle(order), attempts_max), 1):
                ask = replica.method(kind, method, serializers, options)
                try:
                    return await ask(request, timeout=deadline - monotonic(), metadata=metadata)
                except Unavailable:
                    replica.suspect()
                    wait = next(waits)
                    if attempt == attempts_max or monotonic() + wait >= deadline:
                        raise
                await asyncio.sleep(wait)
            raise Unavailable(f"There is no replica at {self._target}.")

        return call

    def _streaming(self, kind: str, method: str, serializers: Sequence[Any], options: dict[str, Any]) -> Any:
        async def call(
            request: Any,
            timeout: float | None = None,  # noqa: ASYNC109  as stubs have it
            metadata: Metadata = (),
        ) -> AsyncIterator[Any]:
            for replica in self._order(request)[:1]:
                ask = replica.method(kind, method, serializers, options)
                async for response in ask(request, timeout=timeout, metadata=metadata):
                    yield response
                return
            raise Unavailable(f"There is no replica at {self._target}.")

        return call

    def _order(self, request: Any) -> tuple[Replica, ...]:
        """The replicas in the order in which a request tries them."""
        key = self._key(request)
        if key is None:
            # What belongs to nobody goes to each in turn.
            order = self._ranked("")
            turn = next(self._turns) % max(1, len(order))
            return tuple(sorted(order[turn:] + order[:turn], key=lambda replica: not replica.serves))
        return self._orders.get(key) or self._ranked(key)

    def _ranked(self, key: str) -> tuple[Replica, ...]:
        order = tuple(sorted(self._replicas.values(), key=lambda replica: replica.rank(key)))
        if len(self._orders) >= _REMEMBERED_MAX:
            self._orders.clear()
        self._orders[key] = order
        return order

    async def _keep_resolving(self) -> None:
        while True:
            await asyncio.sleep(_RESOLVE_SECONDS)
            await self._resolve()

    async def _resolve(self) -> None:
        """Learn who is there now; while DNS is away everything stays as it was."""
        try:
            found = await targets.addresses(self._places)
        except OSError as error:
            _log.warning("replicas.not_resolved", target=self._target, error=repr(error))
            return
        for address in found - self._replicas.keys():
            self._replicas[address] = Replica(address, self._connect(address), self._changed)
            _log.info("replicas.found", target=self._target, address=address)
        for address in self._replicas.keys() - found:
            gone = self._replicas.pop(address)
            farewell = asyncio.create_task(_part_from(gone))
            self._farewells.add(farewell)
            farewell.add_done_callback(self._farewells.discard)
            _log.info("replicas.gone", target=self._target, address=address)
        self._changed()

    def _changed(self) -> None:
        self._orders.clear()
        serving = sum(replica.serves for replica in self._replicas.values())
        metrics.REPLICAS.labels(self._target, "serving").set(serving)
        metrics.REPLICAS.labels(self._target, "silent").set(len(self._replicas) - serving)


async def _part_from(replica: Replica) -> None:
    """Close a channel once nobody waits for it any more: a closed one refuses calls that know it still."""
    try:
        await asyncio.sleep(_FAREWELL_SECONDS)
    finally:
        await replica.close(None)


def _pauses(replica_count: int) -> Iterator[float]:
    """How long to wait after each attempt: not at all before the next replica, longer after each round."""
    backoff = Backoff(first_seconds=0.05, longest_seconds=1.0)
    return chain.from_iterable([0.0] * (replica_count - 1) + [wait] for wait in backoff)
