"""What is recorded is what came, and a replay understands all of it."""

from pathlib import Path

from oraculum_market_data.recording.__main__ import record
from oraculum_market_data.recording.recorder import Recorder
from oraculum_market_data.replay.recordings import files_in, payloads_of
from oraculum_market_data.replay.reports import report

VENUES = ("polymarket", "kalshi", "manifold")


async def test_a_recording_of_our_own_is_understood_whole(start_stand_in, source_of, tmp_path: Path) -> None:
    stand_in = start_stand_in("--mode", "sim", "--series-every", "0", "--rate", "100")
    recorder = Recorder(tmp_path)
    await record([source_of(stand_in)], recorder, 6)
    recorder.close()
    paths = files_in(tmp_path)
    assert {f"{venue}/{way}" for venue in VENUES for way in ("rest", "ws")} == {
        path.parent.relative_to(tmp_path).as_posix() for path in paths
    }
    for path in paths:
        told = report(path, path.name)
        assert (path.parent.parent.name, [], {}) == (told.venue, told.refused, told.unknown)
        assert told.updates
        times = [payload.received_at for payload in payloads_of(path)]
        assert None not in times
        assert sorted(times) == times
    assert recorder.payloads == sum(report(path, path.name).messages for path in paths)
