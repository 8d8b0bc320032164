"""Lists, rules and ratings: pure functions, no server."""

from datetime import date
from pathlib import Path

import pytest

from oraculum_auth.compliance.risk import Findings, rating
from oraculum_auth.compliance.rules import Jurisdictions, RulesError, age_on
from oraculum_auth.compliance.screening import Match, Networks, Sanctions, in_words, named_in, plain

LIST = """name;birth_date;list
Ivan Aleksandrovich Petrenko;1961-04-02;OFAC
José García Márquez;;EU
Mohammed Al-Rashid;1975-01-01;UN
Xi Jinping;1953;XX
Solo;;ZZ
Konstantinos Li;;GR
"""


@pytest.fixture
def sanctions(tmp_path: Path) -> Sanctions:
    path = tmp_path / "sanctions.csv"
    path.write_text(LIST, encoding="utf-8")
    return Sanctions.read(str(path))


@pytest.mark.parametrize(
    ("name", "birth", "listed_by"),
    [
        ("Ivan Aleksandrovich Petrenko", date(1961, 4, 2), ["OFAC"]),
        ("PETRENKO, Ivan Alexandrovich", date(1961, 12, 31), ["OFAC"]),
        ("Ivan Aleksandrovich Petrenko", date(1990, 4, 2), []),
        ("Jose Garcia Marquez", date(2000, 1, 1), ["EU"]),
        ("Muhammed al Rashid", date(1975, 6, 6), ["UN"]),
        # Another alphabet, one name more or less, and names written together make nobody somebody else.
        ("Иван Александрович Петренко", date(1961, 4, 2), ["OFAC"]),
        ("Ivan Petrenko", date(1961, 4, 2), ["OFAC"]),
        ("Ivan Aleksandrovich Maria Petrenko", date(1961, 4, 2), ["OFAC"]),
        ("Иван Петренко", date(1990, 4, 2), []),
        ("Jose Luis Garcia Marquez", date(2000, 1, 1), ["EU"]),
        ("Mohammed Alrashid", date(1975, 6, 6), ["UN"]),
        ("习近平", date(1953, 6, 15), ["XX"]),
        ("Ivan", date(1961, 4, 2), []),
        ("Solo Lovelace", date(1961, 4, 2), []),
        ("Solo", date(1961, 4, 2), ["ZZ"]),
        ("Ada Lovelace", date(1961, 4, 2), []),
        # One long name that two people share makes them nobody's doubles.
        ("Konstantinos Du", date(1961, 4, 2), []),
        ("Li, Konstantínos Maria", date(1961, 4, 2), ["GR"]),
        ("Ivan Smith", date(1961, 4, 2), []),
    ],
)
def test_names_that_are_nearly_the_same_are_found(
    sanctions: Sanctions, name: str, birth: date, listed_by: list[str]
) -> None:
    assert listed_by == [match.listed_by for match in sanctions.matches(name, birth)]


def test_what_a_report_told_of_is_known_whatever_it_scored() -> None:
    told = [Match("Petrenko, Ivan (Vanya)", "OFAC", 91), Match("Ada Byron", "EU", 100)]
    assert {("Petrenko, Ivan (Vanya)", "OFAC"), ("Ada Byron", "EU")} == named_in(in_words(told))
    assert set() == named_in("")


def test_without_a_list_nobody_is_on_it() -> None:
    assert [] == Sanctions.read(None).matches("Ivan Petrenko", date(1961, 4, 2))


def test_a_name_is_compared_without_what_people_leave_out() -> None:
    assert "garcia marquez jose" == plain("García-Márquez,  JOSÉ")
    assert plain("Jos\u00e9") == plain("Jose\u0301") == "jose"


def test_the_narrowest_network_that_holds_an_address_names_it(tmp_path: Path) -> None:
    path = tmp_path / "networks.txt"
    path.write_text(
        "10.0.0.0/8 hosting\n10.1.0.0/16 vpn # inside the other\n2001:db8::/32 vpn\n\n", encoding="utf-8"
    )
    networks = Networks.read(str(path))
    asked = ("10.1.2.3", "10.2.2.3", "10.0.255.255", "11.0.0.0", "2001:db8:1::1", "2001:db9::1", "nonsense")
    assert ["vpn", "hosting", "hosting", "", "vpn", "", ""] == [networks.kind(one) for one in asked]


@pytest.mark.parametrize(
    ("birth", "years"), [(date(2008, 11, 21), 18), (date(2008, 11, 22), 17), (date(2008, 2, 29), 18)]
)
def test_age_is_counted_in_whole_years(birth: date, years: int) -> None:
    assert years == age_on(birth, date(2026, 11, 21))


def test_nobody_is_of_age_a_day_early_after_a_29th_of_february() -> None:
    assert 17 == age_on(date(2008, 2, 29), date(2026, 2, 28))
    assert 18 == age_on(date(2008, 2, 29), date(2026, 3, 1))


def test_a_state_has_its_own_rule_or_its_countrys() -> None:
    rules = Jurisdictions.read(None)
    assert [True, False, False, True] == [
        rules.of(*where).allowed for where in (("US", "NY"), ("US", "WA"), ("IR", ""), ("FR", ""))
    ]
    assert [19, 18, 21] == [rules.of("US", state).age for state in ("AL", "NY", "MA")]


def test_where_the_law_differs_by_state_one_says_which() -> None:
    rules = Jurisdictions.read(None)
    asked = (("US", ""), ("US", "ZZ"), ("US", "NY"), ("US", "NV"), ("FR", ""), ("FR", "75"))
    assert [True, True, False, False, False, False] == [rules.wants_region(*where) for where in asked]


def test_a_file_that_names_some_states_leaves_the_others_their_countrys_rule(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text(
        '{"default": {}, "states": {"US": {"by_region": true, "age": 20}, "US-NV": {"allowed": false}}}'
    )
    rules = Jurisdictions.read(str(path))
    assert [True, True, False, False] == [rules.wants_region("US", one) for one in ("", "ZZ", "NV", "NY")]
    assert 20 == rules.of("US", "NY").age


@pytest.mark.parametrize(
    "text",
    [
        '{"default": {}, "states": {"US": {"by_region": true}}}',
        '{"default": {"age": 17}, "states": {}}',
        '{"default": {}, "states": {"France": {}}}',
        '{"default": {}, "states": {"FR": {"alowed": false}}}',
    ],
)
def test_a_file_of_rules_that_is_not_right_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rules.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulesError):
        Jurisdictions.read(str(path))


@pytest.mark.parametrize(
    ("found", "rated"),
    [
        (Findings(), "low"),
        (Findings(age=18), "low"),
        (Findings(elsewhere=True), "medium"),
        (Findings(elsewhere=True, hidden=True), "medium"),
        (Findings(elsewhere=True, hidden=True, age=20), "high"),
        (Findings(listed=True), "high"),
        (Findings(refused_before=True), "medium"),
    ],
)
def test_risk_is_what_the_findings_add_up_to(found: Findings, rated: str) -> None:
    assert rated == rating(found)
