"""What still waits on its way through outboxes and topics."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

# How long the system may take to catch up.
GRACE_SECONDS = 2.0
# How long we wait for what should have been done by then, so that the other checks speak of a system at rest.
REST_SECONDS = 180.0
LOOK_SECONDS = 0.1
# The venues never rest, and what they say has nothing to do with bets.
LATEST: Any = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # the library has no types for it
RESTLESS = "market-data."
# Nor do the events that open and end by themselves: what came later than this after the end is not of the load.
LATER_SECONDS = 1.0

# By topic and partition, the next offset.
Ends = dict[tuple[str, int], int]


class Lags:
    """How far behind consumer groups are."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._admin = AdminClient({"bootstrap.servers": bootstrap_servers, "log_level": 0})

    def ends(self) -> Ends:
        """Where the partitions that groups have begun to read end at this moment."""
        asked = {TopicPartition(*name): LATEST for places in self._all_finished().values() for name in places}
        found = self._admin.list_offsets(asked) if asked else {}
        return {(place.topic, place.partition): future.result().offset for place, future in found.items()}

    def behind(self, ends: Ends) -> dict[str, int]:
        """By group, records before these ends that it has not finished."""
        lags = {
            group: sum(max(0, ends.get(name, 0) - offset) for name, offset in places.items())
            for group, places in self._all_finished().items()
        }
        return {group: lag for group, lag in lags.items() if lag}

    def _all_finished(self) -> dict[str, Ends]:
        groups = [group.group_id for group in self._admin.list_consumer_groups().result().valid]
        return {group: self._finished(group) for group in groups}

    def _finished(self, group: str) -> Ends:
        asked = [ConsumerGroupTopicPartitions(group)]
        found = self._admin.list_consumer_group_offsets(asked)[group].result().topic_partitions
        return {
            (place.topic, place.partition): place.offset
            for place in found
            if place.offset >= 0 and not place.topic.startswith(RESTLESS)
        }


def await_rest(
    ended_at: float,
    outboxes: Callable[[], Mapping[str, int]],
    lags: Lags,
    unapplied: Callable[[], int],
) -> str | None:
    """Say what waits two seconds after the end, if anything does, and return once nothing does."""
    time.sleep(max(0.0, ended_at + LATER_SECONDS - time.monotonic()))
    ends = lags.ends()

    def waiting() -> list[str]:
        facts = [f"{count} facts in the outbox of {service}" for service, count in outboxes().items()]
        records = [f"{count} records for {group}" for group, count in lags.behind(ends).items()]
        fills = unapplied()
        return [*facts, *records, *([f"{fills} fills for the ledger"] if fills else [])]

    time.sleep(max(0.0, ended_at + GRACE_SECONDS - time.monotonic()))
    left = waiting()
    if not left:
        return None
    while waiting():
        if time.monotonic() > ended_at + REST_SECONDS:
            return f"even {REST_SECONDS:.0f} s after the end there wait {', '.join(waiting())}"
        time.sleep(LOOK_SECONDS)
    took = time.monotonic() - ended_at
    return f"{GRACE_SECONDS:.0f} s after the end there waited {', '.join(left)}; gone after {took:.1f} s"
