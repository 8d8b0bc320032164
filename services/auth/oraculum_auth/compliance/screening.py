"""Lists that people and addresses are held against: sanctioned names, and networks that hide where somebody is.

    SANCTIONS_FILE=/data/sanctions.csv           name;birth_date;list      one line a name, aliases on lines of their own
    REFUSED_NETWORKS_FILE=/data/networks.txt     198.51.100.0/24 vpn       one line a network, and its kind

Names are compared without accents, case, punctuation and order, and two that are nearly the same are taken for the same:
a person decides about the rest. A known year of birth that is another one clears a name.
"""

import csv
import unicodedata
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz, process

# Of 100; measured on transliterations of one name, which lie above, and on other people's, which lie below.
SCORE_MIN: Final = 88.0
_YEARS_APART_MAX: Final = 1


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

    def __init__(self, listed: list[_Listed]) -> None:
        self._listed = listed
        self._names = [plain(one.name) for one in listed]

    @classmethod
    def read(cls, path: str | None) -> "Sanctions":
        """Read the file; without one nobody is listed."""
        if path is None:
            return cls([])
        with Path(path).open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines, delimiter=";")
            return cls(
                [
                    _Listed(
                        row["name"], int(row["birth_date"][:4]) if row["birth_date"] else None, row["list"]
                    )
                    for row in rows
                ]
            )

    def matches(self, name: str, birth: date) -> list[Match]:
        """Names that may be this person's, the closest first."""
        found = process.extract(
            plain(name), self._names, scorer=fuzz.token_sort_ratio, score_cutoff=SCORE_MIN, limit=10
        )
        return [
            Match(self._listed[index].name, self._listed[index].listed_by, round(score))
            for _, score, index in found
            if self._may_be(index, birth)
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


def plain(name: str) -> str:
    """A name as it is compared."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return " ".join(
        "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c)).split()
    )
