"""The archive: what outlives a server, however it ends, and what is said where there is none."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import PulseServer, StatusFile, wait_until


class Home:
    """A folder for state, and the servers that share it one after the other."""

    def __init__(self, folder: Path, status_file: StatusFile) -> None:
        self.folder = folder
        self.status_file = status_file
        self.servers: list[PulseServer] = []
        folder.mkdir()

    def serve(self, *flags: str) -> PulseServer:
        server = PulseServer(
            self.status_file.path, *flags, log=self.log, state=str(self.folder)
        )
        self.servers.append(server)
        return server

    @property
    def log(self) -> Path:
        return self.folder.parent / "archive.log"

    @property
    def archive(self) -> Path:
        return self.folder / "pulse" / "pulse.db"

    def rows(self, query: str) -> list[tuple]:
        with sqlite3.connect(self.archive) as database:
            return database.execute(query).fetchall()


@pytest.fixture
def home(tmp_path: Path, status_file: StatusFile) -> Iterator[Home]:
    home = Home(tmp_path / "home", status_file)
    yield home
    for server in home.servers:
        if server.process.returncode != -9:
            server.stop()


def report(file: StatusFile, server: PulseServer, epoch: float, loss: float = 0.5) -> None:
    """Write a state, and wait until it is served."""
    file.running(epoch, total=100.0, loss=loss, message=f"epoch {epoch}")
    wait_until(lambda: server.get("/status").json()["epoch"] == epoch, f"epoch {epoch} is served")


def kill(server: PulseServer) -> None:
    server.process.kill()
    server.process.wait()


def points(server: PulseServer) -> list[list]:
    history = server.get("/history").json()
    return [history["timestamp"], history["epoch"], history["loss"]]


def test_a_restart_goes_on_with_the_run_and_its_curve(home: Home) -> None:
    first = home.serve()
    for epoch in range(1, 7):
        report(home.status_file, first, float(epoch), loss=1 / epoch)
    before = points(first)
    progress = first.get("/progress").body
    first.stop()
    second = home.serve()
    assert points(second) == before
    assert second.get("/progress").body == progress
    report(home.status_file, second, 7.0)
    assert points(second)[1] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    assert second.metric("pulse_archive_up") == 1
    second.stop()
    assert home.rows("SELECT count(*) FROM run") == [(1,)]
    assert home.archive.stat().st_mode & 0o777 == 0o600


def test_without_an_archive_a_restart_forgets(home: Home) -> None:
    first = home.serve("--no-archive")
    for epoch in (1.0, 2.0):
        report(home.status_file, first, epoch)
    first.stop()
    second = home.serve("--no-archive")
    assert points(second)[1] == [2.0]
    assert "pulse_archive_up" not in second.get("/metrics").body.decode()
    assert not home.archive.exists()


def test_what_ended_while_the_server_was_down_is_seen(home: Home) -> None:
    first = home.serve()
    for epoch in (1.0, 2.0):
        report(home.status_file, first, epoch)
    first.stop()
    home.status_file.done(epoch=100.0, total=100.0)
    second = home.serve()
    assert points(second)[1] == [1.0, 2.0, 100.0]
    wait_until(lambda: home.rows("SELECT ending FROM run") == [("done",)], "it is archived")


def test_a_kill_at_any_moment_makes_no_second_run(home: Home) -> None:
    """Twenty of them, under a storm of updates; the archive is whole after each."""
    dice = random.Random(7)
    epoch = 0.0
    for _ in range(20):
        server = home.serve()
        end = time.monotonic() + dice.uniform(0.05, 0.8)
        while time.monotonic() < end:
            epoch += 1 / 64
            home.status_file.running(epoch, total=1000.0, loss=1 / epoch, message=f"{epoch}")
        kill(server)
        assert home.rows("PRAGMA integrity_check") == [("ok",)]
        assert home.rows("SELECT count(*), max(attempt) FROM run") in ([(1, 1)], [(0, None)])
    server = home.serve()
    epochs = points(server)[1]
    assert epochs == sorted(epochs)
    assert epochs[-1] == epoch
    assert home.rows("SELECT count(*), max(attempt) FROM run") == [(1, 1)]


@pytest.mark.parametrize("content", [b"notes of somebody", b"SQLite format 3\0" + bytes(84)])
def test_another_programs_file_is_left_as_it_is(home: Home, content: bytes) -> None:
    home.archive.parent.mkdir()
    home.archive.write_bytes(content)
    home.status_file.running(1.0)
    server = home.serve()
    assert server.get("/status").json()["epoch"] == 1.0
    assert server.metric("pulse_archive_up") == 0
    server.stop()
    assert home.archive.read_bytes() == content
    assert home.log.read_text().count("is no archive of Pulse: it is left as it is") == 1


def test_a_place_that_cant_be_used_is_one_line(home: Home, tmp_path: Path) -> None:
    for place, reason in [
        (tmp_path, "is a directory"),
        (tmp_path / "no" / "pulse.db", "No such file or directory"),
        (Path("/proc/pulse.db"), "No such file or directory"),
    ]:
        server = home.serve("--archive", str(place))
        assert server.metric("pulse_archive_up") == 0
        server.stop()
        assert f"no archive: {place}: {reason}" in home.log.read_text()


def test_a_second_server_of_the_same_file_serves_without(home: Home) -> None:
    first = home.serve()
    second = home.serve()
    report(home.status_file, first, 1.0)
    report(home.status_file, second, 2.0)
    assert "another server archives" in home.log.read_text()
    assert first.metric("pulse_archive_up") == 1
    assert second.metric("pulse_archive_up") == 0


def test_a_run_that_was_stale_stays_so(home: Home) -> None:
    first = home.serve("--stale-after", "1s")
    report(home.status_file, first, 1.0)
    wait_until(lambda: home.rows("SELECT 1 FROM run"), "its beginning is kept")
    live = home.rows("SELECT checkpoint FROM source")
    wait_until(lambda: first.get("/progress").json()["liveness"] == "stale", "it is stale")
    # Which is kept just after it is served.
    wait_until(lambda: home.rows("SELECT checkpoint FROM source") != live, "that is kept")
    kill(first)
    second = home.serve("--stale-after", "1h")
    assert second.get("/progress").json()["liveness"] == "stale"
    report(home.status_file, second, 2.0)
    assert second.get("/progress").json()["liveness"] == "live"
