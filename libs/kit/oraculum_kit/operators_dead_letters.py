"""`python -m oraculum_kit.operators_dead_letters list|send-back`: what consumers put aside, and how it comes to them again.

    list [TOPIC ...]                  what lies in the dead letters of these topics, of all without a name; --all: also
                                      what was sent back already
    send-back TOPIC OFFSET [...]      send these back to TOPIC, for the group that gave up on them; --again: even if they
                                      were before
    send-back TOPIC --every           all that were not sent back yet; --group GROUP: only those of this group

An offset is that of the dead letter, as `list` shows it. A letter stays where it lies; behind it is written that it was
sent back. Whoever dies between the two sends it twice, and the consumer knows it the second time.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import structlog
from confluent_kafka import KafkaException
from confluent_kafka import Message as KafkaMessage
from confluent_kafka.admin import AdminClient

from oraculum_kit.clock import SystemClock
from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.dead_letters import ORIGIN, SENT_BACK, note_sent_back, send_back, topic_of
from oraculum_kit.kafka import Cluster, Producer, client_log
from oraculum_kit.operators_broker import Broker, NotPossibleError
from oraculum_kit.records import text_headers

_log = structlog.stdlib.get_logger(__name__)

_ANSWER_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Letter:
    """A record that a group gave up on, as it lies there."""

    raw: KafkaMessage
    told: Mapping[str, str]
    sent_back: bool

    @property
    def offset(self) -> int:
        """Where it lies in the dead letters."""
        return self.raw.offset() or 0

    @property
    def group(self) -> str:
        """Who gave up on it."""
        return self.told["dlq_group"]

    def __str__(self) -> str:
        """For a person: what it is, whose it is, and why it is there."""
        told = self.told
        key = (self.raw.key() or b"").decode(errors="replace")
        again = "  (sent back)" if self.sent_back else ""
        return (
            f"{topic_of(told['dlq_topic'])} {self.offset}{again}\n"
            f"  {told.get('ce_type', 'a record')} of {told.get('ce_source', 'nobody known')}, key {key or 'none'}, "
            f"id {told.get('ce_id', 'none')}\n"
            f"  from {told['dlq_topic']}/{told['dlq_partition']} at {told['dlq_offset']}, "
            f"given up by {self.group} at {told['dlq_time']}\n"
            f"  {told['dlq_reason_class']}: {told['dlq_reason_message']}"
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """Which letters are to be sent back."""

    topic: str
    # None: every one that was not sent back yet.
    offsets: frozenset[int] | None
    group: str | None = None
    again: bool = False

    @classmethod
    def of(cls, options: argparse.Namespace) -> Self:
        """What the command line says."""
        offsets = None if options.every else frozenset(options.offsets)
        return cls(options.topic, offsets, options.group, options.again)

    def choose(self, letters: Sequence[Letter]) -> list[Letter]:
        """The letters; refuse all if one of those that are named is not there or went back before."""
        if self.offsets is None:
            return [one for one in letters if not one.sent_back and self.group in (None, one.group)]
        there = {letter.offset: letter for letter in letters}
        unknown = self.offsets - there.keys()
        if unknown:
            raise NotPossibleError(f"{topic_of(self.topic)} holds no dead letter at {_text(unknown)}")
        chosen = [there[offset] for offset in sorted(self.offsets)]
        if went := [letter.offset for letter in chosen if letter.sent_back and not self.again]:
            raise NotPossibleError(f"{topic_of(self.topic)} {_text(went)} went back before; --again insists")
        return chosen


async def letters_of(cluster: Cluster, topics: Sequence[str]) -> list[Letter]:
    """The dead letters of topics, the oldest of each first, and each once however often it was put aside."""
    if unknown := sorted(set(topics) - set(await asyncio.to_thread(topics_of, cluster))):
        raise NotPossibleError(f"there is no topic with dead letters named {', '.join(unknown)}")
    broker = await asyncio.to_thread(Broker, cluster, set(map(topic_of, topics)), 0.0)
    found: dict[tuple[str, ...], KafkaMessage] = {}
    gone: set[tuple[str, ...]] = set()
    for stretch in await asyncio.to_thread(broker.stretches, 0):
        async for records in broker.read(stretch):
            for raw in records:
                told = text_headers(raw)
                origin = tuple(told.get(name, "") for name in ORIGIN)
                if SENT_BACK in told:
                    gone.add(origin)
                elif all(origin):
                    found.setdefault(origin, raw)
                else:
                    _log.warning("dead_letters.strange", topic=raw.topic(), offset=raw.offset())
    return [Letter(raw, text_headers(raw), origin in gone) for origin, raw in found.items()]


async def return_letters(cluster: Cluster, wish: Wish) -> list[Letter]:
    """Send back what is wished for; what was. Every letter is looked for before the first one goes."""
    chosen = wish.choose(await letters_of(cluster, [wish.topic]))
    async with Producer(cluster) as producer:
        for letter in chosen:
            await send_back(producer, letter.raw)
            await note_sent_back(producer, letter.raw, SystemClock().now())
    return chosen


def topics_of(cluster: Cluster) -> list[str]:
    """Every topic that has a place for dead letters."""
    there = AdminClient(cluster.settings(), logger=client_log).list_topics(timeout=_ANSWER_SECONDS).topics
    return sorted(name for name in there if topic_of(name) in there)


def main(arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run one command; 0 when it is done, 1 when it failed. What is not understood ends with 2."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "send-back" and bool(options.offsets) is options.every:
        parser.error("send-back takes either offsets or --every")
    try:
        with Environment(variables) as environment:
            cluster = Cluster.read(environment)
        asyncio.run(_list(cluster, options) if options.command == "list" else _send_back(cluster, options))
    except (ConfigurationError, KafkaException, NotPossibleError, TimeoutError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def _list(cluster: Cluster, options: argparse.Namespace) -> None:
    names = options.topics or await asyncio.to_thread(topics_of, cluster)
    found = await letters_of(cluster, names)
    shown = [letter for letter in found if options.all or not letter.sent_back]
    for letter in shown:
        sys.stdout.write(f"{letter}\n")
    sys.stdout.write(f"{len(shown)} dead letters, {sum(one.sent_back for one in found)} went back before\n")


async def _send_back(cluster: Cluster, options: argparse.Namespace) -> None:
    for letter in await return_letters(cluster, Wish.of(options)):
        sys.stdout.write(f"{topic_of(options.topic)} {letter.offset} went back to {letter.group}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dead-letters", description="What consumers put aside.")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="what lies there, whose it is, and why")
    listing.add_argument("topics", nargs="*", metavar="TOPIC")
    listing.add_argument("--all", action="store_true", help="also what was sent back already")
    sending = commands.add_parser("send-back", help="send letters to the group that gave up on them")
    sending.add_argument("topic", metavar="TOPIC")
    sending.add_argument("offsets", nargs="*", type=int, metavar="OFFSET")
    sending.add_argument("--every", action="store_true", help="all that were not sent back yet")
    sending.add_argument("--group", help="with --every: only those of this group")
    sending.add_argument(
        "--again", action="store_true", help="with offsets: even if they were sent back before"
    )
    return parser


def _text(offsets: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(offsets)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))  # lint-allow kit-only: this module is a program of its own
