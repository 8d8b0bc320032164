"""Passwords: hashed with Argon2id, verified, renewed when parameters change, and bounded under a storm."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher

from oraculum_auth.hashing.threads import Threads
from oraculum_auth.passwords import PasswordPlace, Passwords
from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.errors import ResourceExhausted

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
async def passwords() -> AsyncIterator[Passwords]:
    async with Threads(CHEAP) as hashing:
        yield Passwords(hashing, CHEAP, waiting_max=2)


async def test_a_hash_is_argon2id_and_not_the_password(passwords: Passwords) -> None:
    encoded = await passwords.hash("correct horse battery")
    assert encoded.startswith("$argon2id$")
    assert "correct horse" not in encoded
    assert encoded != await passwords.hash("correct horse battery")


async def test_only_the_password_verifies(passwords: Passwords) -> None:
    encoded = await passwords.hash("correct horse battery")
    assert await passwords.verify(encoded, "correct horse battery")
    assert not await passwords.verify(encoded, "correct horse batterY")


async def test_nobody_verifies_without_a_hash(passwords: Passwords) -> None:
    assert not await passwords.verify(None, "no account has this password")


async def test_a_hash_of_other_parameters_is_outdated(passwords: Passwords) -> None:
    assert not passwords.outdated(await passwords.hash("correct horse battery"))
    assert passwords.outdated(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash("x"))


async def test_a_storm_is_told_to_come_again(passwords: Passwords) -> None:
    attempts = [passwords.hash(f"password number {number}") for number in range(5)]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [str, str, *[ResourceExhausted] * 3]


def test_niceness_is_one_of_the_system() -> None:
    """Nobody asks for more than everybody else, and a slip of the keyboard is named."""
    for wrong in ("-1", "20", "nice"):
        with (
            pytest.raises(ConfigurationError, match="PASSWORD_NICENESS"),
            Environment({"PASSWORD_NICENESS": wrong}) as environment,
        ):
            PasswordPlace.read(environment)
