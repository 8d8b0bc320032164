"""The crawler's rules: read, replaced, tried out."""

from typing import Final

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_gateway.route import Call, Limit, Route, Who
from oraculum_gateway.shapes import crawling as shapes
from oraculum_kit.timestamps import from_wire

_RULE: Final = {"name": "busy-kalshi", "venues": ["kalshi"], "volume_min": "1000", "open_max": 30}


async def rules(call: Call) -> shapes.CrawlerRulesOut:
    """The rules that hold."""
    answer = await call.services.event.GetCrawlerRules(pb.GetCrawlerRulesRequest())
    return shapes.CrawlerRulesOut(
        version=answer.version,
        rules=_rules_out(answer.rules),
        category_words=dict(answer.rules.category_words),
        set_at=from_wire(answer.set_at),
        set_by=answer.set_by or None,
    )


async def replace(call: Call) -> shapes.CrawlerRulesOut:
    """Replace the rules."""
    body: shapes.CrawlerRulesIn = call.body
    answer = await call.services.event.SetCrawlerRules(
        pb.SetCrawlerRulesRequest(rules=_rules_in(body), version=body.version)
    )
    return shapes.CrawlerRulesOut(
        version=answer.version,
        rules=_rules_out(answer.rules),
        category_words=dict(answer.rules.category_words),
        set_at=None,
        set_by=str(call.signed_in.id),
    )


async def dry_run(call: Call) -> shapes.DryRunOut:
    """Try rules out."""
    body: shapes.DryRunIn = call.body
    answer = await call.services.event.DryRunCrawlerRules(
        pb.DryRunCrawlerRulesRequest(
            rules=None if body.rules is None else _rules_in(body.rules), venue=body.venue, limit=body.limit
        )
    )
    return shapes.DryRunOut(
        data=[
            shapes.CrawlerVerdictOut(
                venue=verdict.venue,
                market_id=verdict.venue_market_id,
                title=verdict.title,
                rule=verdict.rule or None,
                opens=verdict.opens,
                reasons=list(verdict.reasons),
            )
            for verdict in answer.verdicts
        ],
        markets=answer.market_count,
        opens=answer.opens_count,
    )


def _rules_in(body: shapes.RulesIn) -> pb.CrawlerRules:
    return pb.CrawlerRules(
        rules=[
            pb.CrawlerRule(
                name=rule.name,
                venues=rule.venues,
                categories=rule.categories,
                title_pattern=rule.title_pattern,
                volume_min="" if rule.volume_min is None else format(rule.volume_min, "f"),
                outcomes_max=rule.outcomes_max,
                closes_within_days=rule.closes_within_days,
                open_max=rule.open_max,
                category=rule.category,
            )
            for rule in body.rules
        ],
        category_words=body.category_words,
    )


def _rules_out(wire: pb.CrawlerRules) -> list[shapes.CrawlerRuleOut]:
    return [
        shapes.CrawlerRuleOut(
            name=rule.name,
            venues=list(rule.venues),
            categories=list(rule.categories),
            title_pattern=rule.title_pattern,
            volume_min=rule.volume_min,
            outcomes_max=rule.outcomes_max,
            closes_within_days=rule.closes_within_days,
            open_max=rule.open_max,
            category=rule.category,
        )
        for rule in wire.rules
    ]


ROUTES: Final = (
    Route(
        method="GET", path="/admin/crawler-rules", name="adminGetCrawlerRules", tag="admin", handler=rules,
        summary="The rules by which venue markets become events", who=Who.ADMIN,
        answer=shapes.CrawlerRulesOut,
    ),
    Route(
        method="PUT", path="/admin/crawler-rules", name="adminSetCrawlerRules", tag="admin", handler=replace,
        summary="Replace the rules by which venue markets become events", who=Who.ADMIN, limit=Limit.COMMAND,
        command=True, body=shapes.CrawlerRulesIn, answer=shapes.CrawlerRulesOut,
        example={"rules": [_RULE], "category_words": {"nba": "sports"}, "version": 7},
        refusals={409: "crawler_rules_changed"},
    ),
    Route(
        method="POST", path="/admin/crawler-rules:dry-run", name="adminDryRunCrawlerRules", tag="admin",
        handler=dry_run, summary="What rules would open now, and why not the others; opens nothing",
        who=Who.ADMIN, body=shapes.DryRunIn, answer=shapes.DryRunOut,
        example={"rules": {"rules": [_RULE]}, "venue": "kalshi", "limit": 100},
    ),
)  # fmt: skip
