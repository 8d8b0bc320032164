"""What administrators do with the crawler's rules: read them, replace them, try them out."""

from uuid import UUID

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_event.dry_run import MARKETS_DEFAULT, MARKETS_MAX, DryRun
from oraculum_event.repository import Categories
from oraculum_event.rulebooks import VENUES, Rulebooks, read_rules, rules_to_wire
from oraculum_kit import idempotency
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.timestamps import to_wire
from oraculum_kit.validation import Violations


class Crawling:
    """The crawler as administrators see it."""

    def __init__(self, database: Database, rulebooks: Rulebooks, dry_run: DryRun, clock: Clock) -> None:
        self._database = database
        self._rulebooks = rulebooks
        self._dry_run = dry_run
        self._clock = clock
        self._categories = Categories()

    async def rules(self) -> pb.GetCrawlerRulesResponse:
        """The rules that hold."""
        async with self._database.connection() as connection:
            stored = await self._rulebooks.stored(connection)
        return pb.GetCrawlerRulesResponse(
            rules=rules_to_wire(stored.content),
            version=stored.version,
            set_at=to_wire(stored.set_at),
            set_by=str(stored.set_by) if stored.set_by else "",
        )

    async def replace(self, request: pb.SetCrawlerRulesRequest, user_id: UUID) -> pb.SetCrawlerRulesResponse:
        """Let other rules hold."""

        async def write(connection: Connection) -> pb.SetCrawlerRulesResponse:
            content = read_rules(request.rules, await self._categories.words(connection))
            version = await self._rulebooks.replace(connection, content, request.version, user_id)
            return pb.SetCrawlerRulesResponse(rules=rules_to_wire(content), version=version)

        return await idempotency.once(self._database, request, pb.SetCrawlerRulesResponse, write)

    async def dry_run(self, request: pb.DryRunCrawlerRulesRequest) -> pb.DryRunCrawlerRulesResponse:
        """Try rules out on what the venues have open."""
        check = Violations()
        if request.venue and request.venue not in VENUES:
            check.refuse("venue", f"must be one of {', '.join(VENUES)}")
        check.integer("limit", request.limit, minimum=0, maximum=MARKETS_MAX)
        check.finish()
        async with self._database.connection() as connection:
            if request.HasField("rules"):
                content = read_rules(request.rules, await self._categories.words(connection))
                book = self._rulebooks.book(content)
            else:
                book = await self._rulebooks.current(connection)
        # No connection is kept while market-data answers.
        markets = await self._dry_run.markets(request.venue, request.limit or MARKETS_DEFAULT)
        async with self._database.connection() as connection:
            return await self._dry_run.run(connection, book, markets, self._clock.now())
