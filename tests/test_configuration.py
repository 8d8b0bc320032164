"""The page of settings says what each process reads from its environment: all of it, and nothing else."""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from oraculum_auth import config as auth
from oraculum_event import config as event
from oraculum_gateway import config as gateway
from oraculum_kit.config import ConfigurationError
from oraculum_market_data import config as market_data
from oraculum_notification import config as notification
from oraculum_prediction import config as prediction
from oraculum_wallet import config as wallet

ROOT = Path(__file__).parents[1]
LOADS: Final[Mapping[str, Callable[[Mapping[str, str]], Any]]] = {
    "auth": auth.load,
    "event": event.load,
    "gateway": gateway.load,
    "market-data": market_data.load,
    "notification": notification.load,
    "prediction": prediction.load,
    "wallet": wallet.load,
}
# What only the jobs read that prepare databases and topics and that mend what a restore has lost.
OF_JOBS: Final = {"KAFKA_REPLICATION", "RESTORED_AT", "RESTORED_SINCE_HOURS"}
# Words by which a process reads what else it would not, and a provider to stand for any.
CHOICES: Final = {
    "DATABASE_URL": "postgresql://somewhere",
    "KAFKA_SECURITY_PROTOCOL": "SSL",
    "KALSHI_KEY_ID": "key",
    "KYC_PROVIDER": "sumsub",
    "OPEN_ID_PROVIDERS": "name",
    "STAND_IN_URL": "http://127.0.0.1:9",
    "TLS_CERTIFICATE_FILE": "certificate.pem",
}
_NAME: Final = re.compile(r"`([A-Z_][A-Z0-9_<>]*)`")
_READ_TOO: Final = re.compile(r"([a-z, -]+(?: and [a-z-]+)?) reads? them, too")


class Asked(dict[str, str]):
    """An environment that remembers by which names it was asked."""

    def __init__(self, names: set[str], variables: Mapping[str, str]) -> None:
        super().__init__(variables)
        self.names = names

    def get(self, name: str, default: Any = None) -> Any:
        """What is asked for, and remembered."""
        self.names.add(name)
        return super().get(name, default)


def read_by(process: str) -> set[str]:
    """The variables that a process looks at, a secret and the file of it once, and its peers not by name."""
    asked: set[str] = set()
    # It says what is missing when it has read everything, but of a key that is none at once.
    without_key = {name: text for name, text in CHOICES.items() if name != "KALSHI_KEY_ID"}
    for variables in (CHOICES, without_key):
        with contextlib.suppress(ConfigurationError):
            LOADS[process](Asked(asked, variables))
    names = {name for name in asked if name.removesuffix("_FILE") not in asked - {name}}
    assets = {name for name in names if re.sub("_(SOL|ETH)$", "", name) in names - {name}}
    peers = {name for name in names if name.endswith("_TARGET")}
    return {name.replace("_NAME_", "_<NAME>_") for name in names - assets - peers}


def sections(page: str) -> dict[str, str]:
    """What stands below each heading of a page."""
    _, *parts = re.split(r"^## ", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {title.strip(): text for title, _, text in (part.partition("\n") for part in parts)}


def rows(text: str) -> Iterator[tuple[str, str]]:
    """The first and the last cell of each row of the tables in a text."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split(" |")]
        if line.startswith("| `"):
            yield cells[0], cells[-2]


def named(text: str, read: set[str]) -> set[str]:
    """The variables in a text. One that begins with an underscore ends as the one before it might."""
    names: set[str] = set()
    before = ""
    for name in _NAME.findall(text):
        if name.startswith("_"):
            ways = {before[: match.start()] + name for match in re.finditer("_|$", before)}
            # One that nobody reads is told as it stands.
            names |= ways & read or {name}
        else:
            names.add(name)
            before = name
    return {name for name in names if not name.endswith("_TARGET")}


def documented(process: str, read: set[str]) -> set[str]:
    """What the pages tell of a process."""
    page = sections("docs/configuration.md")
    own = [page["Every process"]]
    if process != "gateway":
        own.append(page["Every service (all but the gateway)"])
    if process in {"auth", "event"}:
        own.append(sections(f"services/{process}/README.md")["Settings beside everybody's"])
    else:
        own.append(page[process])
    told = {name for text in own for first, _ in rows(text) for name in named(first, read)}
    for text in page.values():
        for first, last in rows(text):
            others = _READ_TOO.search(last)
            if others is not None and process in re.split(", | and ", others.group(1).strip()):
                told |= named(first, read)
    if process == "auth":
        told |= named(page["auth, event"], read)
    return told


@pytest.mark.parametrize("process", LOADS)
def test_each_process_reads_what_the_page_says_of_it(process: str) -> None:
    """An operator finds every setting there, and none that changes nothing."""
    read = read_by(process)
    told = documented(process, read)
    assert (set(), set()) == (read - told, told - read)


def test_what_prepares_a_database_is_told_beside_the_services() -> None:
    text = sections("docs/configuration.md")["Every service (all but the gateway)"]
    prose = "\n".join(line for line in text.splitlines() if not line.startswith("|"))
    source = (ROOT / "libs/kit/oraculum_kit/prepare.py").read_text(encoding="utf-8")
    read = set(re.findall(r'environment\.\w+\("([A-Z_]+)"', source)) - {"DATABASE_URL", "DATABASE_DIRECT_URL"}
    assert OF_JOBS == read == named(prose, read)
