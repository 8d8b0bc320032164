"""Rules about people, pure: who may bring money in, and how much before anybody has looked at a passport."""

import pytest

from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.identity import (
    NOBODY,
    Identity,
    IdentityCheckRequired,
    IdentityRules,
    JurisdictionClosed,
    PersonBarred,
)
from oraculum_kit.testing import Parties

DOLLAR = 1_000_000

CHECKED = Identity("approved", "US-CA")


def read(**variables: str) -> IdentityRules:
    with Environment(variables) as environment:
        return IdentityRules.read(environment)


def test_production_asks_everybody_and_a_laptop_nobody() -> None:
    assert IdentityRules(0) == read()
    assert IdentityRules(None) == read(ORACULUM_ENV="development")
    assert IdentityRules(None) == read(KYC_FREE_DOLLARS="any")


def test_words_are_read() -> None:
    rules = read(KYC_FREE_DOLLARS="500", CLOSED_JURISDICTIONS="US-NY, FR,")
    assert IdentityRules(500, frozenset({"US-NY", "FR"})) == rules


@pytest.mark.parametrize("dollars", ["-1", "1.5", "many", "1000000001", "9" * 5000, "٣"])
def test_what_is_no_amount_keeps_the_process_from_starting(dollars: str) -> None:
    with pytest.raises(ConfigurationError, match="KYC_FREE_DOLLARS"):
        read(KYC_FREE_DOLLARS=dollars)


@pytest.mark.parametrize("state", ["France", "us", "US-CALI", "F R"])
def test_what_is_no_state_keeps_the_process_from_starting(state: str) -> None:
    with pytest.raises(ConfigurationError, match="CLOSED_JURISDICTIONS"):
        read(CLOSED_JURISDICTIONS=state)


def test_a_little_is_free_until_somebody_has_looked() -> None:
    rules = IdentityRules(500)
    assert rules.refuses(NOBODY, 500 * DOLLAR) is None
    assert isinstance(rules.refuses(NOBODY, 500 * DOLLAR + 1), IdentityCheckRequired)
    # What cannot be counted in dollars would be the way around.
    assert isinstance(rules.refuses(NOBODY, None), IdentityCheckRequired)
    for kyc in ("none", "pending", "rejected"):
        assert isinstance(rules.refuses(Identity(kyc), 501 * DOLLAR), IdentityCheckRequired)
    assert rules.refuses(CHECKED, 10**18) is None
    assert rules.refuses(CHECKED, None) is None
    assert (True, False) == (rules.asks(NOBODY), rules.asks(CHECKED))


def test_without_a_rule_nobody_is_asked() -> None:
    assert IdentityRules().refuses(NOBODY, None) is None
    assert not IdentityRules().asks(NOBODY)


def test_a_closed_state_is_closed_to_whoever_was_checked() -> None:
    assert isinstance(IdentityRules(closed=frozenset({"US-CA"})).refuses(CHECKED, 0), JurisdictionClosed)
    assert isinstance(IdentityRules(closed=frozenset({"US"})).refuses(CHECKED, 0), JurisdictionClosed)
    assert IdentityRules(closed=frozenset({"US-NY", "FR"})).refuses(CHECKED, 0) is None
    assert IdentityRules(closed=frozenset({"FR"})).refuses(NOBODY, 0) is None


def test_who_is_barred_may_nothing_whatever_else_holds() -> None:
    assert isinstance(IdentityRules().refuses(Identity("approved", barred=True), 0), PersonBarred)


def test_where_nobody_speaks_what_was_told_counts() -> None:
    assert CHECKED == CHECKED.updated(None)
    assert Identity("approved", "US-CA", barred=True) == CHECKED.updated(Identity(barred=True))
    assert Identity("rejected", "FR") == CHECKED.updated(Identity("rejected", "FR"))
    assert CHECKED == NOBODY.updated(CHECKED)


def signed_in(kyc: str, jurisdiction: str) -> Identity:
    with Parties().signed_in(kyc=kyc, jurisdiction=jurisdiction) as user:
        return Identity.of(user)


@pytest.mark.parametrize(
    ("said", "told", "refused"),
    [
        (("rejected", "US-CA"), ("approved", "US-CA"), IdentityCheckRequired),
        (("approved", "FR"), ("approved", "US-CA"), JurisdictionClosed),
        (("approved", "US-CA"), ("pending", ""), type(None)),
        (("approved", "US-CA"), ("approved", "FR"), type(None)),
        (("none", ""), ("approved", "US-CA"), IdentityCheckRequired),
    ],
)
def test_no_word_that_came_another_way_counts_more_than_a_token(
    said: tuple[str, str], told: tuple[str, str], refused: type[object]
) -> None:
    """`users` may be away, or behind; a token is a second old at most."""
    rules, token = IdentityRules(0, frozenset({"FR"})), signed_in(*said)
    assert isinstance(rules.refuses(token.updated(Identity(*told)), DOLLAR), refused)
    # But who is barred is barred.
    assert isinstance(rules.refuses(token.updated(Identity(*told, barred=True)), DOLLAR), PersonBarred)
