"""What the tests of market-data share: the recordings that stand beside the repository, where they do."""

from pathlib import Path

import pytest

RECORDINGS = Path(__file__).resolve().parents[4] / "shared" / "data" / "market-data"
VENUES = ("polymarket", "kalshi", "manifold")


def _files() -> list[Path]:
    return sorted(path for venue in VENUES for path in (RECORDINGS / venue).rglob("*") if path.is_file())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for a `recording` once for each of them."""
    if "recording" in metafunc.fixturenames:
        files = _files()
        missing = pytest.mark.skip(reason=f"there are no recordings at {RECORDINGS}")
        cases = [pytest.param(path, id=str(path.relative_to(RECORDINGS))) for path in files]
        metafunc.parametrize("recording", cases or [pytest.param(RECORDINGS, marks=missing)])


@pytest.fixture
def recordings() -> Path:
    """The folder of recordings; a test that needs it is skipped where it is missing."""
    if not _files():
        pytest.skip(f"there are no recordings at {RECORDINGS}")
    return RECORDINGS
