"""What a field of an account may look like."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_auth.form import Form
from oraculum_kit.errors import InvalidArgument


def refused_fields(form: Form) -> list[str]:
    with pytest.raises(InvalidArgument) as refused:
        form.finish()
    return [violation.field for violation in refused.value.violations]


def test_all_that_is_wrong_is_named_at_once() -> None:
    form = Form()
    form.email("nobody")
    form.password("short")
    form.display_name(" ")
    form.preferences("[]")
    assert refused_fields(form) == ["email", "password", "display_name", "preferences"]


def test_an_address_has_one_stored_form() -> None:
    form = Form()
    assert form.email("Ada@Example.COM") == "ada@example.com"
    form.finish()


@pytest.mark.parametrize(
    "email", ["", "a", "a@", "@b.example", "a b@c.example", "a@b..example", "a@b\n.example"]
)
def test_what_is_no_address_is_refused(email: str) -> None:
    form = Form()
    form.email(email)
    assert refused_fields(form) == ["email"]


@pytest.mark.parametrize("name", ["\u202eevil", "a\0b", "a\u200bb", "x" * 51])
def test_a_name_shows_what_it_is(name: str) -> None:
    form = Form()
    form.display_name(name)
    assert refused_fields(form) == ["display_name"]


def test_a_name_is_one_line() -> None:
    form = Form()
    assert form.display_name("  Ada \n Lovelace ") == "Ada Lovelace"
    form.finish()


@given(
    st.dictionaries(
        st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        st.integers() | st.booleans(),
    )
)
def test_preferences_come_through_as_they_are(preferences: dict[str, int]) -> None:
    form = Form()
    assert json.loads(form.preferences(json.dumps(preferences))) == preferences
    form.finish()


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "\\u0000"}',
        '{"a": NaN}',
        '{"a": "\\ud800"}',
        '{"a": 1e999}',
        '{"a": ' + "9" * 400 + "}",
        '{"a":' * 40 + "1" + "}" * 40,
        "[" * 5000,
        '{"a":' * 3000,
        "null",
        "NaN",
        '"x"',
    ],
)
def test_preferences_that_no_column_takes_are_named(text: str) -> None:
    form = Form()
    form.preferences(text)
    assert refused_fields(form) == ["preferences"]
