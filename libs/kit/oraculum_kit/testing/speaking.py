"""A small service for tests, with a method of each kind that ours have. Its contract is a string in, a string out."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.wrappers_pb2 import StringValue

from oraculum_kit.client import Channel

SAY = "/kit.test.Speaking/Say"
COUNT = "/kit.test.Speaking/Count"

Say = Callable[[StringValue], Awaitable[StringValue]]


class Speaking:
    """Answers with whatever the test wants answered."""

    def __init__(self, say: Say | None = None) -> None:
        self._say = say
        self.cancelled = asyncio.Event()
        # Characters of each number that is counted.
        self.width = 1

    async def say(self, request: StringValue, _context: object) -> StringValue:
        """Echo, or do as the test says."""
        try:
            return await self._say(request) if self._say is not None else request
        except asyncio.CancelledError:
            self.cancelled.set()
            raise

    async def count(self, request: StringValue, _context: object) -> AsyncGenerator[StringValue, None]:
        """Count up to the number asked for, then do as the test says."""
        try:
            for number in range(int(request.value)):
                yield StringValue(value=str(number).ljust(self.width))
            if self._say is not None:
                await self._say(request)
        except (asyncio.CancelledError, GeneratorExit):
            # Cancelled while it waited, or closed while its answer was being sent.
            self.cancelled.set()
            raise


def add_speaking(servicer: Speaking, server: Any) -> None:
    """What grpc_tools would generate."""
    codec: dict[str, Any] = {
        "request_deserializer": StringValue.FromString,
        "response_serializer": StringValue.SerializeToString,
    }
    server.add_registered_method_handlers(
        "kit.test.Speaking",
        {
            "Say": grpc.unary_unary_rpc_method_handler(servicer.say, **codec),
            "Count": grpc.unary_stream_rpc_method_handler(servicer.count, **codec),
        },
    )


class SpeakingStub:
    """What grpc_tools would generate."""

    def __init__(self, channel: Channel) -> None:
        codec: dict[str, Any] = {
            "request_serializer": StringValue.SerializeToString,
            "response_deserializer": StringValue.FromString,
        }
        self.Say = channel.unary_unary(SAY, _registered_method=True, **codec)
        self.Count = channel.unary_stream(COUNT, _registered_method=True, **codec)
