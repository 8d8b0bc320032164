"""Which socket follows which market, where a venue wants no more than so many on one.

A market stays with the socket that it came to: moving it would mean asking for its book again. Sockets fill up one
after the other, so that a few markets need only one.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from oraculum_market_data.normal import Market


class Shards:
    """Spreads markets over a number of sockets."""

    def __init__(self, count: int, capacity: int) -> None:
        self._count = count
        self._capacity = capacity
        self._shard_of: dict[str, int] = {}

    def spread(self, markets: Iterable[Market]) -> Sequence[Collection[Market]]:
        """The markets of each socket; those that find no room are left out, the last first."""
        wanted = {market.id: market for market in markets}
        self._shard_of = {name: shard for name, shard in self._shard_of.items() if name in wanted}
        held = Counter(self._shard_of.values())
        for name in wanted:
            if name in self._shard_of:
                continue
            shard = next((shard for shard in range(self._count) if held[shard] < self._capacity), None)
            if shard is None:
                break
            self._shard_of[name] = shard
            held[shard] += 1
        spread: list[list[Market]] = [[] for _ in range(self._count)]
        for name, shard in self._shard_of.items():
            spread[shard].append(wanted[name])
        return spread
