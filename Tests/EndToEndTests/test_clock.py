"""A wall clock that is set forward and back by a day under a running server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from event_stream import EventStream
from processes import PulseServer, StatusFile

DAY = 86_400


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """Says by how many seconds the server's clock is wrong."""
    clock = tmp_path / "clock"
    clock.write_text("0")
    return clock


@pytest.fixture
def server(tmp_path: Path, clock: Path, status_file: StatusFile) -> Iterator[PulseServer]:
    library = tmp_path / "wrong_clock.so"
    source = Path(__file__).with_name("wrong_clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    status_file.running(epoch=1)
    flags = ["--heartbeat-interval", "100ms", "--poll-interval", "50ms"]
    wrapper = ["env", f"LD_PRELOAD={library}", f"WRONG_CLOCK={clock}"]
    server = PulseServer(status_file.path, *flags, log=tmp_path / "log", wrapper=wrapper)
    yield server
    server.stop()


def test_a_clock_that_jumps_a_day_disconnects_nobody_and_makes_nothing_stale(
    server: PulseServer, clock: Path, status_file: StatusFile
) -> None:
    with EventStream(server.port) as stream:
        stream.next_of("progress")
        dates = set()
        for epoch, offset in enumerate([DAY, -DAY, 0], start=2):
            clock.write_text(str(offset))
            for _ in range(3):
                stream.next_of("heartbeat")
            assert server.get("/progress").json()["liveness"] == "live"
            status_file.running(epoch=epoch)
            assert b'"epoch": %d.0' % epoch in stream.next_of("status").data
            assert b'"liveness": "live"' in stream.next_of("progress").data
            dates.add(server.get("/livez").headers["date"][:16])
        # The clock did jump.
        assert len(dates) == 3
