"""The archive: what outlives a server, however it ends, and what is said where there is none."""

from __future__ import annotations

import itertools
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
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
        file = None if "--runs-dir" in flags else self.status_file.path
        server = PulseServer(file, *flags, log=self.log, state=str(self.folder))
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


def test_a_damaged_archive_is_called_damaged_and_left_as_it_is(home: Home) -> None:
    first = home.serve()
    report(home.status_file, first, 1.0)
    first.stop()
    home.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    content = home.archive.read_bytes()
    content = content[:4096] + bytes([0xA5]) * (len(content) - 4096)
    home.archive.write_bytes(content)
    second = home.serve()
    report(home.status_file, second, 2.0)
    assert second.metric("pulse_archive_up") == 0
    second.stop()
    assert home.log.read_text().count(f"{home.archive}: database disk image is malformed") == 1
    assert home.archive.read_bytes() == content


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
    wait_until(
        lambda: "another server archives" in home.log.read_text(), "the second says that it doesn't"
    )
    assert first.metric("pulse_archive_up") == 1
    assert second.metric("pulse_archive_up") == 0


@pytest.mark.parametrize("ends", [PulseServer.stop, kill])
def test_a_second_server_takes_over_when_the_first_has_ended(
    home: Home, ends: Callable[[PulseServer], None]
) -> None:
    first = home.serve()
    report(home.status_file, first, 1.0)
    report(home.status_file, first, 2.0)
    wait_until(lambda: home.rows("SELECT count(*) FROM point") == [(2,)], "both are archived")
    second = home.serve()
    assert points(second) == points(first)
    # The same run is seen by both, and written by one.
    report(home.status_file, first, 3.0)
    wait_until(lambda: points(second) == points(first), "the second has it, too")
    ends(first)
    report(home.status_file, second, 4.0)
    wait_until(lambda: second.metric("pulse_archive_up") == 1, "it is archived here")
    report(home.status_file, second, 5.0)
    before = points(second)
    second.stop()
    assert "has ended: archived here" in home.log.read_text()
    assert home.rows("SELECT epoch FROM point ORDER BY n") == [(1.0,), (2.0,), (3.0,), (4.0,), (5.0,)]
    assert home.rows("SELECT count(*) FROM run") == [(1,)]
    third = home.serve()
    assert points(third) == before


def test_what_happened_before_the_take_over_is_archived_then(home: Home) -> None:
    """Another attempt, an end, and another run, none of which the first server saw."""
    first = home.serve("--poll-interval", "1h", "--no-watch")
    second = home.serve()
    report(home.status_file, second, 1.0)
    report(home.status_file, second, 2.0)
    home.status_file.error(2.0, total=100.0)
    wait_until(lambda: second.get("/status").json()["status"] == "error", "it is served")
    report(home.status_file, second, 1.5)
    home.status_file.done(epoch=100.0, total=100.0)
    wait_until(lambda: second.get("/status").json()["status"] == "done", "it is served")
    first.stop()
    wait_until(lambda: second.metric("pulse_archive_up") == 1, "it is archived here")
    second.stop()
    assert home.rows("SELECT attempt, ending FROM run") == [(2, "done")]
    assert home.rows("SELECT epoch FROM point WHERE cut IS NULL ORDER BY n") == [
        (1.0,), (1.5,), (100.0,),
    ]  # fmt: skip


@pytest.mark.parametrize("ends", [PulseServer.stop, kill])
def test_a_source_that_is_gone_when_its_server_ends_goes_on_at_the_second(
    runs: Runs, ends: Callable[[PulseServer], None]
) -> None:
    file = runs.file("a.json")
    file.running(1.0, total=100.0)
    first = runs.serve()
    reach(first, "a", 1.0)
    wait_until(lambda: runs.home.rows("SELECT count(*) FROM point") == [(1,)], "it is archived")
    second = runs.serve()
    reach(second, "a", 1.0)
    file.running(2.0, total=100.0)
    reach(first, "a", 2.0)
    wait_until(lambda: runs.home.rows("SELECT count(*) FROM point") == [(2,)], "it is archived")
    file.remove()
    wait_until(lambda: second.get("/runs/a").json()["source_state"] == "missing", "it is gone")
    ends(first)
    wait_until(lambda: second.metric("pulse_archive_up") == 1, "it is archived here")
    file.running(3.0, total=100.0)
    reach(second, "a", 3.0)
    query = "SELECT epoch FROM point WHERE cut IS NULL ORDER BY n"
    wait_until(lambda: runs.home.rows(query) == [(1.0,), (2.0,), (3.0,)], "it goes on")
    second.stop()
    assert runs.home.rows("SELECT count(*), max(attempt) FROM run") == [(1, 1)]


def test_a_source_that_went_and_came_back_beside_its_server_is_taken_over(runs: Runs) -> None:
    file = runs.file("a.json")
    file.running(1.0, total=100.0)
    first = runs.serve()
    reach(first, "a", 1.0)
    second = runs.serve()
    reach(second, "a", 1.0)
    file.remove()
    for server in (first, second):
        wait_until(
            lambda server=server: server.get("/runs/a").json()["source_state"] == "missing", "it is gone"
        )
    file.running(2.0, total=100.0)
    for server in (first, second):
        reach(server, "a", 2.0)
    assert second.metric("pulse_archive_up") == 0
    kill(first)
    wait_until(lambda: second.metric("pulse_archive_up") == 1, "it is archived here")
    file.running(3.0, total=100.0)
    reach(second, "a", 3.0)
    query = "SELECT epoch FROM point WHERE cut IS NULL ORDER BY n"
    wait_until(lambda: runs.home.rows(query) == [(1.0,), (2.0,), (3.0,)], "it goes on")


def test_what_was_left_to_be_told_of_a_gone_source_is_told_by_the_second_server(
    runs: Runs, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    # Nobody receives it until there is such a file.
    command = f'test -e "{told}" && echo $PULSE_TRANSITION $PULSE_RUN >> "{told}"'
    first = runs.serve("--on-transition", command)
    file = runs.file("a.json")
    file.document(status="error", timestamp=1_700_000_000)
    tried = "SELECT begun > 0 FROM transition WHERE transition = 'error'"
    wait_until(lambda: runs.home.rows(tried) == [(1,)], "it was told in vain")
    file.remove()
    second = runs.serve("--on-transition", command)
    assert second.get("/runs").status == 200
    # Not by the first one, which would try again soon.
    kill(first)
    told.touch()
    wait_until(lambda: told.read_text() == "error a@1700000000\n", "the second server tells it")
    wait_until(lambda: runs.home.rows("SELECT * FROM transition") == [], "nothing is left")


def test_a_run_that_was_stale_stays_so(home: Home) -> None:
    first = home.serve("--stale-after", "2s")
    epochs = itertools.count(1)
    live: list[tuple] = []

    def is_kept_as_live() -> bool:
        nonlocal live
        report(home.status_file, first, next(epochs) / 100)
        live = home.rows("SELECT monitor FROM checkpoint")
        return live != [] and first.get("/progress").json()["liveness"] == "live"

    wait_until(is_kept_as_live, "its beginning is kept")
    wait_until(lambda: first.get("/progress").json()["liveness"] == "stale", "it is stale")
    # Which is kept just after it is served.
    wait_until(lambda: home.rows("SELECT monitor FROM checkpoint") != live, "that is kept")
    kill(first)
    second = home.serve("--stale-after", "1h")
    assert second.get("/progress").json()["liveness"] == "stale"
    report(home.status_file, second, 2.0)
    assert second.get("/progress").json()["liveness"] == "live"


class Runs:
    """A runs directory whose servers share an archive one after the other."""

    def __init__(self, home: Home, directory: Path) -> None:
        self.home = home
        self.directory = directory
        directory.mkdir()

    def file(self, name: str) -> StatusFile:
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        return StatusFile(path)

    def serve(self, *flags: str) -> PulseServer:
        return self.home.serve("--runs-dir", str(self.directory), *flags)


@pytest.fixture
def runs(home: Home, tmp_path: Path) -> Runs:
    return Runs(home, tmp_path / "runs")


def reach(server: PulseServer, name: str, epoch: float) -> None:
    def served() -> bool:
        answer = server.get(f"/runs/{name}")
        return answer.status == 200 and answer.json()["epoch"] == epoch

    wait_until(served, f"{name} is served at epoch {epoch}")


def test_all_runs_of_a_directory_go_on(runs: Runs) -> None:
    first = runs.serve()
    names = {"a": "a.json", "b": "b/status.json", "c": "c.json"}
    for epoch in (1.0, 2.0, 3.0):
        for name, file in names.items():
            runs.file(file).running(epoch, total=100.0, loss=1 / epoch, message=f"{name} {epoch}")
            reach(first, name, epoch)
    runs.file("c.json").done(epoch=100.0, total=100.0)
    reach(first, "c", 100.0)
    before = {name: first.get(f"/runs/{name}/history").json() for name in names}
    items = first.get("/runs").json()
    first.stop()
    runs.file("d.json").running(1.0, message="it is new")
    second = runs.serve()
    for name in names:
        assert second.get(f"/runs/{name}/history").json() == before[name]
    after = second.get("/runs").json()
    assert [run for run in after["runs"] if run["source"] != "d"] == items["runs"]
    assert after["total"] == 4
    runs.file("a.json").running(4.0, total=100.0, message="a goes on")
    reach(second, "a", 4.0)
    assert second.get("/runs/a/history").json()["epoch"] == [1.0, 2.0, 3.0, 4.0]
    assert second.metric("pulse_archive_up") == 1
    second.stop()
    assert runs.home.rows("SELECT count(*), max(attempt) FROM run") == [(4, 1)]
    addresses = {f"{runs.directory}/{file}" for file in [*names.values(), "d.json"]}
    assert {row[0] for row in runs.home.rows("SELECT address FROM source")} == addresses


def test_a_kill_makes_no_second_run_of_any_in_a_directory(runs: Runs) -> None:
    dice = random.Random(11)
    epochs = [0.0] * 8
    for _ in range(6):
        server = runs.serve()
        end = time.monotonic() + dice.uniform(0.05, 0.8)
        while time.monotonic() < end:
            run = dice.randrange(len(epochs))
            epochs[run] += 1 / 64
            runs.file(f"r{run}.json").running(epochs[run], total=1000.0, message=f"{epochs[run]}")
        kill(server)
        assert runs.home.rows("PRAGMA integrity_check") == [("ok",)]
    server = runs.serve()
    for run, epoch in enumerate(epochs):
        if epoch:
            reach(server, f"r{run}", epoch)
            curve = server.get(f"/runs/r{run}/history").json()["epoch"]
            assert curve == sorted(curve)
    server.stop()
    assert runs.home.rows("SELECT count(*) FROM run GROUP BY source HAVING count(*) > 1") == []


def test_many_runs_need_one_lock_file(runs: Runs) -> None:
    """Not a descriptor for each."""
    for run in range(300):
        runs.file(f"r{run}.json").running(1.0, message=str(run))
    server = runs.serve()
    query = "SELECT count(*) FROM checkpoint"
    wait_until(lambda: runs.home.rows(query) == [(300,)], "all are archived")
    folder = Path(f"/proc/{server.process.pid}/fd")
    links = [str(entry.readlink()) for entry in folder.iterdir()]
    assert len([link for link in links if "pulse.db" in link]) < 10
    second = runs.serve()
    wait_until(
        lambda: runs.home.log.read_text().count("another server archives") == 300,
        "each is refused to the second",
    )
    second.stop()


def on_tmpfs(home: Home, options: str, *flags: str) -> PulseServer:
    """A server whose archive is on a file system of its own."""
    script = 'mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && exec "$@"'
    wrapper = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
    place = home.folder / "disk"
    place.mkdir()
    server = PulseServer(
        home.status_file.path, "--archive", str(place / "pulse.db"), *flags, log=home.log,
        wrapper=[*wrapper, options, str(place)], state=str(home.folder),
    )
    home.servers.append(server)
    return server


def report_until_full(home: Home, server: PulseServer, epoch: float = 0.0) -> float:
    """Goes on from an epoch until the archive can't be written; the last one that was reported."""
    deadline = time.monotonic() + 60
    while "can't be written" not in home.log.read_text():
        assert time.monotonic() < deadline
        epoch += 1.0
        report(home.status_file, server, epoch, loss=epoch)
    return epoch


def test_a_full_disk_stops_the_archive_and_nothing_else(home: Home) -> None:
    server = on_tmpfs(home, "size=400k")
    epoch = report_until_full(home, server)
    assert "database or disk is full" in home.log.read_text()
    assert server.metric("pulse_archive_up") == 0
    report(home.status_file, server, epoch + 1)
    assert server.get("/history").json()["epoch"][-1] == epoch + 1
    server.stop()
    assert home.log.read_text().count("can't be written") == 1


@pytest.mark.parametrize("how", ["moved", "replaced"])
def test_a_file_that_is_another_one_now_isnt_written(home: Home, how: str) -> None:
    server = home.serve()
    for epoch in (1.0, 2.0):
        report(home.status_file, server, epoch)
    wait_until(lambda: home.rows("SELECT count(*) FROM point") == [(2,)], "it is archived")
    elsewhere = home.folder / "elsewhere.db"
    home.archive.rename(elsewhere)
    if how == "replaced":
        home.archive.write_bytes(b"")
    report(home.status_file, server, 3.0)
    wait_until(lambda: server.metric("pulse_archive_up") == 0, "it is missed")
    report(home.status_file, server, 4.0)
    assert server.get("/history").json()["epoch"] == [1.0, 2.0, 3.0, 4.0]
    elsewhere.rename(home.archive)
    wait_until(lambda: server.metric("pulse_archive_up") == 1, "it is written again")
    server.stop()
    log = home.log.read_text()
    assert log.count("it was moved, replaced or deleted while it was open") == 1
    assert log.count("is written again") == 1
    assert [epoch for (epoch,) in home.rows("SELECT epoch FROM point ORDER BY n")] == [1.0, 2.0, 3.0, 4.0]


def test_a_read_only_file_system_has_no_archive(home: Home) -> None:
    server = on_tmpfs(home, "ro")
    report(home.status_file, server, 1.0)
    assert server.metric("pulse_archive_up") == 0
    server.stop()
    assert home.log.read_text().count("Read-only file system") == 1


def test_a_newer_schema_is_left_as_it_is(home: Home) -> None:
    first = home.serve()
    report(home.status_file, first, 1.0)
    first.stop()
    # By a server that was killed: its log is still beside the file.
    script = f"""if True:
        import os, sqlite3
        database = sqlite3.connect({str(home.archive)!r})
        database.execute("PRAGMA user_version = 99")
        os._exit(0)"""
    subprocess.run([sys.executable, "-c", script], check=True)
    files = [home.archive, home.archive.with_name("pulse.db-wal")]
    before = [file.read_bytes() for file in files]
    second = home.serve()
    report(home.status_file, second, 2.0)
    assert second.metric("pulse_archive_up") == 0
    second.stop()
    assert "was written by a newer Pulse (schema 99): it is left as it is" in home.log.read_text()
    assert [file.read_bytes() for file in files] == before


def test_a_lock_of_another_program_is_waited_for(home: Home) -> None:
    server = home.serve()
    report(home.status_file, server, 1.0)
    wait_until(lambda: home.rows("SELECT 1 FROM run"), "it is archived")
    other = sqlite3.connect(home.archive, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for epoch in range(2, 6):
        # Served at once: nobody waits for the archive.
        report(home.status_file, server, float(epoch))
    wait_until(lambda: server.metric("pulse_archive_up") == 0, "it is noticed")
    other.execute("ROLLBACK")
    other.close()
    wait_until(lambda: server.metric("pulse_archive_up") == 1, "it is written again")
    assert home.rows("SELECT count(*) FROM point") == [(5,)]
    assert home.log.read_text().count("can't be written: database is locked") == 1


class Lock:
    """Something that keeps a server from opening the archive, and goes."""

    reason = "database is locked"

    def __init__(self, home: Home) -> None:
        self.home = home

    def begin(self) -> None:
        self.other = sqlite3.connect(self.home.archive, isolation_level=None)
        self.other.execute("BEGIN EXCLUSIVE")

    def end(self) -> None:
        self.other.execute("ROLLBACK")
        self.other.close()


class MissingDirectory(Lock):
    reason = "No such file or directory"

    def begin(self) -> None:
        self.home.archive.parent.rename(self.home.folder / "away")

    def end(self) -> None:
        (self.home.folder / "away").rename(self.home.archive.parent)


class DirectoryInItsPlace(MissingDirectory):
    reason = "is a directory"

    def begin(self) -> None:
        super().begin()
        self.home.archive.mkdir(parents=True)

    def end(self) -> None:
        self.home.archive.rmdir()
        self.home.archive.parent.rmdir()
        super().end()


@pytest.mark.parametrize("kind", [Lock, MissingDirectory, DirectoryInItsPlace])
def test_an_archive_that_cant_be_opened_is_taken_up_when_it_can(
    home: Home, kind: type[Lock]
) -> None:
    at = ("--archive", str(home.archive))
    home.archive.parent.mkdir()
    first = home.serve(*at)
    for epoch in [1.0, 2.0]:
        report(home.status_file, first, epoch)
    run = first.get("/runs").json()["runs"][0]["id"]
    first.stop()
    obstacle = kind(home)
    obstacle.begin()
    # Something that only the second server sees, and that only the archive makes the same run's.
    home.status_file.running(3.0, total=100.0)
    second = home.serve(*at)
    assert second.metric("pulse_archive_up") == 0
    assert second.get("/status").json()["epoch"] == 3.0
    report(home.status_file, second, 4.0)
    assert second.get("/history").json()["epoch"] == [3.0, 4.0]
    obstacle.end()
    wait_until(lambda: second.metric("pulse_archive_up") == 1, "it is taken up")
    assert home.log.read_text().count(obstacle.reason) == 1
    report(home.status_file, second, 5.0)
    assert second.get("/history").json()["epoch"] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert [run["id"] for run in second.get("/runs").json()["runs"]] == [run]
    second.stop()
    assert home.rows("SELECT attempt, ending FROM run") == [(1, None)]
    assert home.rows("SELECT epoch FROM point ORDER BY n") == [(n,) for n in [1.0, 2.0, 3.0, 4.0, 5.0]]


def test_a_run_that_was_taken_for_another_keeps_both_names(runs: Runs) -> None:
    """Without the archive it has another id, by which it stays known."""
    file = runs.file("a.json")
    first = runs.serve()
    file.document(epoch=1.0, timestamp=1_760_000_000)
    reach(first, "a", 1.0)
    [run] = first.get("/runs").json()["runs"]
    first.stop()
    lock = Lock(runs.home)
    lock.begin()
    file.document(epoch=2.0, timestamp=1_760_000_100)
    runs.file("b.json").document(epoch=1.0, timestamp=1_760_000_200)
    second = runs.serve()
    other = next(run for run in second.get("/runs").json()["runs"] if run["source"] == "a")
    assert other["id"] != run["id"]
    lock.end()
    wait_until(lambda: second.metric("pulse_archive_up") == 1, "it is taken up")
    listed = {run["id"] for run in second.get("/runs").json()["runs"]}
    assert listed == {run["id"], "b@1760000200"}
    # By a redirection.
    assert second.get(f"/runs/{other['id']}").json()["id"] == run["id"]
    assert second.get("/runs/a/history").json()["epoch"] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [("size=12k", "size=4m", "disk is full"), ("ro", "rw", "Read-only file system")],
)
def test_a_disk_that_can_be_written_later_is_taken_up(
    home: Home, before: str, after: str, reason: str
) -> None:
    server = on_tmpfs(home, before)
    for epoch in [1.0, 2.0]:
        report(home.status_file, server, epoch)
    assert server.metric("pulse_archive_up") == 0
    place = home.folder / "disk"
    inside = ["nsenter", "--target", str(server.process.pid), "--user", "--mount"]
    subprocess.run([*inside, "mount", "-o", f"remount,{after}", str(place)], check=True)
    wait_until(lambda: server.metric("pulse_archive_up") == 1, "it is taken up")
    report(home.status_file, server, 3.0)
    assert home.log.read_text().count(reason) == 1
    script = f"""if True:
        import sqlite3
        database = sqlite3.connect({str(place / "pulse.db")!r})
        print(*(epoch for epoch, in database.execute("SELECT epoch FROM point ORDER BY n")))"""

    def epochs() -> str:
        command = [*inside, sys.executable, "-c", script]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    wait_until(lambda: epochs() == "1.0 2.0 3.0", "all of it is kept")


def test_a_disk_that_cant_be_written_for_a_while(home: Home) -> None:
    server = on_tmpfs(home, "size=4m")
    report(home.status_file, server, 1.0)
    filler = Path(f"/proc/{server.process.pid}/root{home.folder}/disk/filler")
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(bytes(4096))
    report_until_full(home, server, 1.0)
    assert server.metric("pulse_archive_up") == 0
    filler.unlink()
    wait_until(lambda: server.metric("pulse_archive_up") == 1, "it is written again")

