"""The same question in other words is found; one that differs in what matters is not."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from oraculum_market_data.figures import Price
from oraculum_market_data.matching.fees import Side, edge, fee
from oraculum_market_data.matching.matcher import THRESHOLD, Matcher, summary
from oraculum_market_data.matching.questions import question, questions_of
from oraculum_market_data.normal import Market, Outcome, Status, Venue

END_OF_2026 = datetime(2026, 12, 31, tzinfo=UTC)

# Invented questions, as three venues would put them: what is the same has the same number.
WORDED = (
    (1, "polymarket", "Will Astrid Nilsen win the 2027 Northland presidential election?", None),
    (1, "kalshi", "Astrid Nilsen wins the Northland presidency in 2027", None),
    (1, "manifold", "Who will win the 2027 Northland presidential election? Astrid Nilsen", None),
    (2, "polymarket", "Will Otto Brandt win the 2027 Northland presidential election?", None),
    (2, "manifold", "Who will win the 2027 Northland presidential election? Otto Brandt", None),
    (3, "polymarket", "Bitcoin above $150,000 on December 31?", END_OF_2026),
    (3, "kalshi", "Will BTC be above 150k on Dec 31, 2026?", END_OF_2026),
    (4, "kalshi", "Will BTC be above 160k on Dec 31, 2026?", END_OF_2026),
    (5, "manifold", "Will Bitcoin be below $150,000 on December 31, 2026?", END_OF_2026),
    (6, "polymarket", "Fed cuts rates by 25 bps in March 2027?", None),
    (6, "kalshi", "Will the FOMC lower interest rates by 25 basis points in March 2027?", None),
    (7, "kalshi", "Will the FOMC raise interest rates by 25 basis points in March 2027?", None),
    (8, "manifold", "Will the Fed cut rates by 50bps in March 2027?", None),
    (9, "polymarket", "Quillon ceasefire by June 30, 2027?", None),
    (9, "manifold", "Will there be a truce in Quillon by the end of June 2027?", None),
    (10, "manifold", "Will there be a truce in Quillon by the end of 2027?", None),
    (11, "polymarket", "Will Mira Okafor resign before 2028?", None),
    (11, "kalshi", "Mira Okafor's resignation by the end of 2027", None),
    (12, "manifold", "Will Mira Okafor not resign before 2028?", None),
    (13, "polymarket", "Will Ravenport FC win the 2027 Northern Cup?", None),
    (13, "kalshi", "Ravenport FC to win the Northern Cup 2027", None),
    (14, "manifold", "Will Ravenport FC win the 2026 Northern Cup?", None),
    (15, "polymarket", "Will Ravenport FC reach the semifinals of the 2027 Northern Cup?", None),
)  # fmt: skip


def test_precision_and_recall_on_invented_questions() -> None:
    """All that is found is right, and nearly all that is there is found."""
    asked = [
        question(venue, f"{number}-{place}", 1, text, closes)
        for place, (number, venue, text, closes) in enumerate(WORDED)
    ]
    truth = {
        frozenset({(a.venue, a.market_id), (b.venue, b.market_id)})
        for a in asked
        for b in asked
        if a.venue < b.venue and a.market_id.split("-")[0] == b.market_id.split("-")[0]
    }
    precision, recall = summary(Matcher(asked).pairs(), truth)
    assert 1.0 == precision
    assert recall >= 0.8


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Will Nilsen win in 2027?", "Will Nilsen win in 2028?"),
        ("Bitcoin above $100k?", "Bitcoin above $110k?"),
        ("Bitcoin above $100k?", "Bitcoin below $100k?"),
        ("Will Nilsen be the nominee?", "Will Nilsen be president?"),
        ("Will Nilsen resign by June 3, 2027?", "Will Nilsen resign by June 30, 2027?"),
        ("Will Nilsen resign by June 30, 2027?", "Will Nilsen resign in 2027?"),
        ("Will Astrid Nilsen win?", "Will Otto Nilsen win?"),
        ("Will Nilsen win?", "Will Nilsen not win?"),
    ],
)
def test_what_keeps_questions_apart(first: str, second: str) -> None:
    asked = [question("kalshi", "a", 1, first), question("polymarket", "b", 1, second)]
    assert [] == Matcher(asked).pairs(0.01)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("before 2028", "by the end of 2027"),
        ("by December 31, 2027", "in 2027"),
        ("before July 2027", "by June 30, 2027"),
        ("on 3 March 2027", "on March 3rd, 2027"),
        ("on 2027-03-03", "on Mar. 3, 2027"),
    ],
)
def test_the_same_time_in_other_words(first: str, second: str) -> None:
    a, b = (
        question(venue, venue, 1, f"Will Nilsen leave Northland {when}?")
        for venue, when in (("kalshi", first), ("manifold", second))
    )
    assert Matcher([a, b]).score(a, b) >= THRESHOLD


def test_every_outcome_of_many_is_a_question() -> None:
    market = Market(
        venue=Venue.MANIFOLD,
        id="m",
        title="Who wins?",
        status=Status.OPEN,
        outcomes=(Outcome(index=0, label="Nilsen", id="a"), Outcome(index=1, label="Brandt", id="b")),
    )
    assert [(0, {"nilsen"}), (1, {"brandt"})] == [
        (one.outcome, set(one.subject)) for one in questions_of(market, market.title)
    ]


def test_a_market_takes_the_surest_of_another_venue_and_no_second() -> None:
    asked = [
        question("kalshi", "a", 1, "Will Astrid Nilsen win the Northland election in 2027?"),
        question("polymarket", "b", 1, "Will Astrid Nilsen win the Northland election in 2027?"),
        question("polymarket", "c", 1, "Astrid Nilsen wins Northland in 2027?"),
    ]
    assert [("a", "b")] == [(pair.first.market_id, pair.second.market_id) for pair in Matcher(asked).pairs()]


def test_what_a_taker_pays() -> None:
    kalshi = Market(venue=Venue.KALSHI, id="k", title="", status=Status.OPEN)
    free = Market(
        venue=Venue.POLYMARKET,
        id="p",
        title="",
        status=Status.OPEN,
        fees={"enabled": "false", "rate": "0.05"},
    )
    paid = Market(
        venue=Venue.POLYMARKET, id="p", title="", status=Status.OPEN, fees={"rate": "0.07", "exponent": "1"}
    )
    half = Decimal("0.5")
    assert [Decimal("0.0175"), 0, Decimal("0.0175")] == [fee(market, half) for market in (kalshi, free, paid)]


def test_the_edge_is_what_both_venues_leave() -> None:
    kalshi = Market(venue=Venue.KALSHI, id="k", title="", status=Status.OPEN)
    polymarket = Market(venue=Venue.POLYMARKET, id="p", title="", status=Status.OPEN)
    cheap = Side(kalshi, Price(Decimal("0.38")), Price(Decimal("0.40")))
    dear = Side(polymarket, Price(Decimal("0.45")), Price(Decimal("0.47")))
    left = edge(cheap, dear)
    assert left is not None
    # 0.45 - 0.40 - 0.07 * 0.4 * 0.6
    assert (33_200, 1) == (left.millionths, left.buy)
    turned = edge(dear, cheap)
    assert turned is not None
    assert (33_200, 2) == (turned.millionths, turned.buy)
    assert edge(Side(kalshi, None, None), dear) is None
