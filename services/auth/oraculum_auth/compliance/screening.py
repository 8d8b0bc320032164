"""Lists that people and addresses are held against: sanctioned names, and networks that hide where somebody is.

    SANCTIONS_FILE=/data/sanctions.csv           name;birth_date;list      one line a name, aliases on lines of their own
    REFUSED_NETWORKS_FILE=/data/networks.txt     198.51.100.0/24 vpn       one line a network, and its kind

Names are compared in Latin letters, without accents, case, punctuation and order. Two that are nearly the same are taken for
the same, written together too, or where each of one side's several names is nearly one of the other's: a person decides about
the rest. A known year of birth that is another one clears a name.
"""

import csv
import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Final

from anyascii import anyascii
from rapidfuzz import fuzz, process

# Of 100; measured on transliterations of one name, which lie above, and on other people's, which lie below.
SCORE_MIN: Final = 88.0
_YEARS_APART_MAX: Final = 1
# Of one name among several: two people who share a long one are as like as whole names, and one with a name more is not.
_ONE_SCORE_MIN: Final = 80.0
_MATCHES_MAX: Final = 50
# Turned where names are compared in another way than before, so that everybody is held against the list again.
_COMPARED: Final = b"latin letters, all names of one side, written together"
_IN_WORDS: Final = re.compile(r"(.+?) \(([^()]*), \d+\)(?:, |$)")


@dataclass(frozen=True, slots=True)
class Match:
    """A name of the list that may be this person's."""

    name: str
    listed_by: str
    score: int


@dataclass(frozen=True, slots=True)
class _Listed:
    name: str
    birth_year: int | None
    listed_by: str


class Sanctions:
    """The list of names."""

    def __init__(self, listed: list[_Listed], content: bytes = b"") -> None:
        self._listed = listed
        # What the list and the way of comparing are known by.
        self.version = hashlib.sha256(_COMPARED + b"\0" + content).digest()
        names = [plain(one.name) for one in listed]
        self._names = dict(enumerate(names))
        self._joined = {index: name.replace(" ", "") for index, name in enumerate(names)}
        # A single name among several of somebody's is nobody's.
        self._several = {index: name for index, name in enumerate(names) if " " in name}

    @classmethod
    def read(cls, path: str | None) -> "Sanctions":
        """Read the file; without one nobody is listed."""
        if path is None:
            return cls([])
        content = Path(path).read_bytes()
        rows = csv.DictReader(io.StringIO(content.decode(), newline=""), delimiter=";")
        listed = [
            _Listed(row["name"], int(row["birth_date"][:4]) if row["birth_date"] else None, row["list"])
            for row in rows
        ]
        return cls(listed, content)

    def matches(self, name: str, birth: date) -> list[Match]:
        """Names that may be this person's, the closest first."""
        wanted = plain(name)
        scores: dict[int, float] = {}
        for query, names, scorer in (
            (wanted, self._names, fuzz.token_sort_ratio),
            (wanted.replace(" ", ""), self._joined, fuzz.ratio),
            (wanted, self._several if " " in wanted else {}, fuzz.token_set_ratio),
        ):
            for _, score, index in process.extract(
                query, names, scorer=scorer, score_cutoff=SCORE_MIN, limit=None
            ):
                if self._may_be(index, birth) and (
                    scorer is not fuzz.token_set_ratio or _all_in(wanted, names[index])
                ):
                    scores[index] = max(score, scores.get(index, 0.0))
        closest = sorted(scores, key=lambda index: (-scores[index], index))[:_MATCHES_MAX]
        return [
            Match(self._listed[index].name, self._listed[index].listed_by, round(scores[index]))
            for index in closest
        ]

    def _may_be(self, index: int, birth: date) -> bool:
        year = self._listed[index].birth_year
        return year is None or abs(year - birth.year) <= _YEARS_APART_MAX


class Networks:
    """Networks of VPNs, proxies and data centres."""

    def __init__(self, networks: list[tuple[IPv4Network | IPv6Network, str]]) -> None:
        self._kinds = {(one.version, one.prefixlen, int(one.network_address)): kind for one, kind in networks}
        self._lengths = sorted({(one.version, one.prefixlen) for one, _ in networks}, reverse=True)

    @classmethod
    def read(cls, path: str | None) -> "Networks":
        """Read the file; without one no network is refused."""
        if path is None:
            return cls([])
        lines = (line.partition("#")[0].split() for line in Path(path).read_text("utf-8").splitlines())
        return cls(
            [(ip_network(words[0]), words[1] if len(words) > 1 else "refused") for words in lines if words]
        )

    def kind(self, address: str) -> str:
        """vpn, hosting, ...; empty when the address is in none."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return ""
        # The narrowest that holds it: one look for each length that the list has, however long the list is.
        for version, length in self._lengths:
            if version == parsed.version:
                start = int(parsed) >> (parsed.max_prefixlen - length) << (parsed.max_prefixlen - length)
                if (version, length, start) in self._kinds:
                    return self._kinds[version, length, start]
        return ""


def _all_in(one: str, other: str) -> bool:
    """Whether each name of the side that has fewer is nearly one of the other side's."""
    fewer, more = sorted((set(one.split()), set(other.split())), key=len)
    return len(fewer) > 1 and all(
        process.extractOne(name, more, scorer=fuzz.ratio, score_cutoff=_ONE_SCORE_MIN) for name in fewer
    )


def in_words(matches: list[Match]) -> str:
    """What a report says of them. The names are the list's, not the person's: theirs stays sealed."""
    return ", ".join(f"{one.name} ({one.listed_by}, {one.score})" for one in matches)


def named_in(words: str) -> set[tuple[str, str]]:
    """The names and lists that a report told of, whatever they scored."""
    return set(_IN_WORDS.findall(words))


def plain(name: str) -> str:
    """A name as it is compared."""
    letters = anyascii(unicodedata.normalize("NFKC", name)).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


def identity(name: str, birth: date) -> tuple[str, str]:
    """By what a person is found again, as a kind and a value for the vault: name in any order, and day of birth."""
    return "person", f"{' '.join(sorted(plain(name).split()))}\0{birth.isoformat()}"
