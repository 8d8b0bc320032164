"""The crawler's rules as data: read, replaced by version, tried out before they hold."""

from datetime import timedelta

import pytest

from oraculum.audit.v1.audit_pb2 import AuditFact
from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.market_data.v1 import market_data_service_pb2 as market_data_pb
from oraculum.market_data.v1.market_data_facts_pb2 import MarketsFact, VenueMarketChanged
from oraculum_event.errors import CrawlerRulesChanged
from oraculum_event.rulebooks import Rulebooks, load_rulebook, to_content
from oraculum_kit.errors import InvalidArgument, PermissionDenied
from oraculum_kit.ids import uuid7
from oraculum_money import Units

RAIN = pb.CrawlerRule(
    name="rain", venues=["kalshi"], title_pattern="rain", volume_min="10.50", outcomes_max=2, open_max=1,
    closes_within_days=30, category="weather",
)  # fmt: skip


def market(service, number: int, **fields: object) -> market_data_pb.VenueMarket:
    made = market_data_pb.VenueMarket(
        venue="kalshi",
        venue_market_id=f"KX-{number}",
        title=f"Will it rain ({number})?",
        status=market_data_pb.VENUE_MARKET_STATUS_OPEN,
        volume="100",
        outcomes=[
            market_data_pb.VenueOutcome(index=0, label="NO", venue_outcome_id="no"),
            market_data_pb.VenueOutcome(index=1, label="YES", venue_outcome_id="yes"),
        ],
    )
    made.close_time.FromDatetime(service.clock.now() + timedelta(hours=2))
    made.MergeFrom(market_data_pb.VenueMarket(**fields))
    return made


async def replace(
    service, *rules: pb.CrawlerRule, version: int = 0, **words: str
) -> pb.SetCrawlerRulesResponse:
    with service.parties.signed_in(roles={"admin"}, idempotency_key=str(uuid7())):
        return await service.stub.SetCrawlerRules(
            pb.SetCrawlerRulesRequest(
                rules=pb.CrawlerRules(rules=rules, category_words=words), version=version
            )
        )


async def read(service) -> pb.GetCrawlerRulesResponse:
    with service.parties.signed_in(roles={"admin"}):
        return await service.stub.GetCrawlerRules(pb.GetCrawlerRulesRequest())


async def dry_run(service, *rules: pb.CrawlerRule, **fields: object) -> pb.DryRunCrawlerRulesResponse:
    request = pb.DryRunCrawlerRulesRequest(**fields)
    if rules:
        request.rules.rules.extend(rules)
    with service.parties.signed_in(roles={"admin"}):
        return await service.stub.DryRunCrawlerRules(request)


async def test_what_the_platform_comes_with_is_the_first_version(service) -> None:
    """Whole and unchanged; a second start writes nothing."""
    stored = await read(service)
    assert (stored.version, stored.set_by) == (1, "")
    assert [rule.name for rule in stored.rules.rules] == ["scripted-series", "some-of-everything"]
    other = load_rulebook(("crawler_rules.toml",), Units(1))
    await Rulebooks(service.database, other, service.clock).seed()
    assert (await read(service)).rules == stored.rules
    book = service.rulebooks.book(to_content(other))
    assert list(book.rules) == list(other.rules)


async def test_other_rules_hold_from_then_on_for_everybody(service) -> None:
    """By version, audited, and for what a replica hears next."""
    set_ = await replace(service, RAIN, version=1, nba="sports")
    assert (set_.version, set_.rules.rules[0]) == (2, RAIN)
    assert (await read(service)).rules.category_words == {"nba": "sports"}
    with pytest.raises(CrawlerRulesChanged):
        await replace(service, RAIN, version=1)
    changes = [
        VenueMarketChanged(market=market(service, 1, title="Will it snow?")),
        VenueMarketChanged(market=market(service, 2)),
    ]

    class Heard:
        def __init__(self, change: VenueMarketChanged) -> None:
            self.message = MarketsFact(venue_market_changed=change)

    async with service.database.transaction() as connection:
        await service.venue_markets.hear(connection, [Heard(change) for change in changes])
    async with service.database.connection() as connection:
        cursor = await connection.execute("select title, tags[1] from event")
        assert await cursor.fetchall() == [("Will it rain (2)?", "rule:rain")]
    audit = [AuditFact.FromString(payload) for payload in await service.facts("audit")]
    assert [(fact.subject_kind, fact.subject_id) for fact in audit if fact.action == "crawler_rules.set"] == [
        ("crawler_rules", "2")
    ]


async def test_a_dry_run_says_what_and_why_not_and_opens_nothing(service) -> None:
    """One reason for each rule, and the bounds are counted as the crawler counts them."""
    service.venues.markets = [
        market(service, 1, title="Will it snow?"),
        market(service, 2),
        market(service, 3),
        market(service, 4, volume="10.49"),
        market(service, 5, status=market_data_pb.VENUE_MARKET_STATUS_CLOSED),
        *(market(service, number, venue="manifold") for number in range(6, 130)),
    ]
    answer = await dry_run(service, RAIN, limit=125)
    assert (answer.market_count, answer.opens_count) == (125, 1)
    said = {verdict.venue_market_id: list(verdict.reasons) for verdict in answer.verdicts}
    assert answer.verdicts[0].venue_market_id == "KX-2"
    assert said["KX-2"] == []
    assert said["KX-1"] == ["rain: wants another title"]
    assert said["KX-3"] == ["rain: 1 events of this rule are open"]
    assert said["KX-4"] == ["rain: wants a volume of 10.50 at least"]
    assert said["KX-5"] == ["the venue does not trade it"]
    assert said["KX-6"] == ["rain: is for kalshi"]
    assert (await read(service)).version == 1
    async with service.database.connection() as connection:
        cursor = await connection.execute("select count(*) from event")
        assert await cursor.fetchone() == (0,)
    # By the rules that hold now, whose bound is sixty.
    assert (await dry_run(service)).opens_count == 60


async def test_every_bad_field_is_named(service) -> None:
    """And the rules that hold go on to hold."""
    bad = pb.CrawlerRule(
        name="Rain!", venues=["here"], categories=[""], title_pattern="(", volume_min="-1", outcomes_max=1,
        closes_within_days=0, open_max=-1, category="nonsense",
    )  # fmt: skip
    with pytest.raises(InvalidArgument) as refused:
        await replace(service, bad, bad, nba="nonsense")
    fields = {violation.field for violation in refused.value.violations}
    names = (
        "name", "venues", "categories", "title_pattern", "volume_min", "outcomes_max", "closes_within_days",
        "open_max", "category",
    )  # fmt: skip
    assert {"rules", "category_words", *(f"rules[0].{name}" for name in names)} <= fields
    with pytest.raises(InvalidArgument):
        await dry_run(service, bad)
    with pytest.raises(InvalidArgument) as refused:
        await dry_run(service, venue="here", limit=1001)
    assert {violation.field for violation in refused.value.violations} == {"venue", "limit"}
    assert (await read(service)).version == 1


@pytest.mark.parametrize(
    ("pattern", "sound"),
    [
        (r"\(№ \d+\)$", True),
        ("^Will (it|he) .*rain", True),
        ("[a+*]+ (rain)?", True),
        ("(a+)+$", False),
        ("(a|a)*$", False),
        ("(a|aa){2,}$", False),
        ("a*a*a*b", False),
        (r"(a)\1", False),
        ("(?P<n>a)(?P=n)", False),
        ("a" * 201, False),
    ],
)
async def test_no_pattern_keeps_the_crawler_busy(service, pattern: str, sound: bool) -> None:  # noqa: FBT001
    """What backtracks without end is refused; a title is read in a moment."""
    rule = pb.CrawlerRule()
    rule.MergeFrom(RAIN)
    rule.title_pattern = pattern
    if sound:
        assert (await replace(service, rule)).version == 2
        return
    with pytest.raises(InvalidArgument) as refused:
        await replace(service, rule)
    assert [violation.field for violation in refused.value.violations] == ["rules[0].title_pattern"]


async def test_nobody_but_administrators(service) -> None:
    """Rules spend the house's money."""
    with service.parties.signed_in(idempotency_key="k"):
        for ask in (
            service.stub.GetCrawlerRules(pb.GetCrawlerRulesRequest()),
            service.stub.SetCrawlerRules(pb.SetCrawlerRulesRequest()),
            service.stub.DryRunCrawlerRules(pb.DryRunCrawlerRulesRequest()),
        ):
            with pytest.raises(PermissionDenied):
                await ask
