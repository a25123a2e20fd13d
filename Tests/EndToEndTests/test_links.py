"""A status file that is a link, or lies behind one, and is pointed elsewhere while it is served."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from event_stream import EventStream
from processes import PulseServer, StatusFile, wait_until


def test_a_link_that_is_pointed_elsewhere_is_followed(
    serve: Callable[..., PulseServer], tmp_path: Path
) -> None:
    """`status.json` over a run's, then over another's, then through a directory that is a link."""
    for name, epoch in [("7", 1.0), ("8", 2.0), ("9", 2.5)]:
        (tmp_path / name).mkdir()
        StatusFile(tmp_path / name / "status.json").running(epoch, message=name)
    status_file = tmp_path / "status.json"

    def point(link: Path, target: str) -> None:
        fresh = link.with_name(f".{link.name}.new")
        fresh.symlink_to(target)
        fresh.replace(link)

    # The file itself is a link.
    point(status_file, "7/status.json")
    server = serve("--poll-interval", "100ms")

    def shows(message: str) -> Callable[[], bool]:
        return lambda: server.get("/status").json()["message"] == message

    wait_until(shows("7"), "the first is shown")
    with EventStream(server.port) as stream:
        assert json.loads(stream.next_of("status").data)["message"] == "7"
        point(status_file, "8/status.json")
        assert json.loads(stream.next_of("status").data)["message"] == "8"
    # What it leads to is written, and the old one no longer.
    StatusFile(tmp_path / "7" / "status.json").running(3.0, message="not this one")
    StatusFile(tmp_path / "8" / "status.json").running(2.2, message="8, later")
    wait_until(shows("8, later"), "what the link leads to is followed")
    # A link among the directories, and back.
    point(tmp_path / "current", "9")
    point(status_file, "current/status.json")
    wait_until(shows("9"), "a link over a link is followed")
    point(tmp_path / "current", "8")
    wait_until(shows("8, later"), "a directory's link is followed")
    # One that leads nowhere is a missing file, and the last good state stays.
    point(status_file, "nowhere/status.json")
    wait_until(
        lambda: server.get("/status").headers["pulse-source"] == "missing", "it leads nowhere"
    )
    assert shows("8, later")()
    point(status_file, "9/status.json")
    wait_until(shows("9"), "it leads somewhere again")
