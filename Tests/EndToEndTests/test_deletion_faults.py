"""Runs that are deleted, by `pulse runs delete` or by retention, when a system call fails or at a kill."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from processes import PATIENCE, PulseServer, StatusFile, pulse_binary, wait_until
from system_calls import (
    ARCHIVE_ERRORS,
    ARCHIVE_WRITES,
    calls,
    failing,
    failures,
    killing,
    tracing,
)

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")

#: Each call, instead of a few of each kind.
ALL = os.environ.get("PULSE_FAULTS") == "all"

START = 1_700_000_000
POINTS = 40
#: Two runs that are over, and the current one; each began 100 s after the one before it.
OLDEST, OLDER, CURRENT = (f"job@{START + 100 * run}" for run in range(3))


class Archive:
    """An archive with three runs of one source, of which some are to go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = StatusFile(folder / "job.json")
        self.path = folder / "pulse" / "pulse.db"

    def serve(self, *flags: str, wrapper: Sequence[str] = ()) -> PulseServer:
        flags = ("--poll-interval", "50ms", *flags)
        log = self.folder / "log"
        return PulseServer(self.file.path, *flags, log=log, state=str(self.folder), wrapper=wrapper)

    def report(self, server: PulseServer, timestamp: int, epoch: float, status: str = "running") -> None:
        """Write a state of the current run, and wait until it is served, or the server has ended."""
        self.file.document(status=status, epoch=epoch, total_epochs=50.0, timestamp=timestamp)
        wait_until(lambda: has_ended(server) or served(server) == timestamp, f"{timestamp} is served")

    def delete(self, wrapper: Sequence[str] = ()) -> int:
        """Both runs that are over, by the command; its exit code."""
        command = [*wrapper, pulse_binary(), "runs", "delete", OLDEST, OLDER]
        command += ["--archive", str(self.path)]
        environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
        return subprocess.run(
            command, stderr=subprocess.DEVNULL, env=environment, timeout=PATIENCE
        ).returncode

    def left(self, what: str) -> list[str]:
        """The runs that are there, each whole; of those that are gone nothing is left."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.path.parent, copy)
        database = sqlite3.connect(copy / self.path.name)
        try:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], what
            runs = dict(database.execute("SELECT id, name || '@' || started FROM run ORDER BY started"))
            points = Counter(runs.get(run) for (run,) in database.execute("SELECT run FROM point"))
            others = "SELECT run FROM attempt UNION SELECT run FROM transition UNION SELECT run FROM alias"
            rows = {run for (run,) in database.execute(others)}
        finally:
            database.close()
        assert points.keys() == set(runs.values()), what
        assert all(points[run] == POINTS for run in runs.values() if run != CURRENT), f"{what}: {points}"
        assert rows <= runs.keys(), what
        return list(runs.values())


def has_ended(server: PulseServer) -> bool:
    return server.process.poll() is not None


def served(server: PulseServer) -> int | None:
    """The timestamp that is served; nil while nothing is."""
    try:
        answer = server.get("/status")
    except OSError:
        return None
    return answer.json()["timestamp"] if answer.status == 200 else None


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the archive as a server has left it."""
    archive = Archive(tmp_path_factory.mktemp("filled"))
    server = archive.serve()
    for run in range(2):
        for point in range(POINTS - 1):
            archive.report(server, START + 100 * run + point, float(point))
        archive.report(server, START + 100 * run + 90, POINTS - 1.0, "done")
    archive.report(server, START + 200, 0.0)
    server.stop()
    assert archive.left("filled") == [OLDEST, OLDER, CURRENT]
    return archive.folder


#: By the kind of a call, which of them in its thread come once the archive is touched.
Numbers = dict[str, list[int]]


def numbers(trace: Path) -> Numbers:
    found: Numbers = {}
    for call, number in sorted(set(calls(trace, after="pulse.db"))):
        found.setdefault(call, []).append(number)
    return found


def copies(filled: Path, folder: Path, call: str, called: Numbers) -> Iterator[tuple[Archive, int]]:
    """An archive for each call that something is to happen at, and which of them that is."""
    if call not in called:
        pytest.skip("it isn't called here")
    all_of_them = called[call]
    few = {all_of_them[0], all_of_them[len(all_of_them) // 2], all_of_them[-1]}
    for number in all_of_them if ALL else sorted(few):
        yield copied(filled, folder / str(number)), number


def copied(filled: Path, folder: Path) -> Archive:
    """A copy, whose rows say where it is now."""
    shutil.copytree(filled, folder)
    archive = Archive(folder)
    with sqlite3.connect(archive.path) as database:
        database.execute("UPDATE source SET address = ?", (str(archive.file.path),))
    database.close()
    return archive


def injections(call: str) -> list[str]:
    """What can happen at a call: that it fails, and that the process is killed there."""
    return ["fails", "kills"] if call in ARCHIVE_WRITES else ["fails"]


CASES = [(call, effect) for call in sorted(ARCHIVE_ERRORS) for effect in injections(call)]


def injecting(trace: Path, call: str, effect: str, number: int) -> list[str]:
    if effect == "fails":
        return failing(trace, call, number, ARCHIVE_ERRORS[call])
    return killing(trace, call, number)


@pytest.fixture(scope="module")
def called_by_delete(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Numbers:
    archive = copied(filled, tmp_path_factory.mktemp("delete") / "one")
    server = archive.serve()
    trace = archive.folder / "trace"
    assert archive.delete(tracing(trace, *ARCHIVE_ERRORS)) == 0
    server.stop()
    assert archive.left("no failure") == [CURRENT]
    return numbers(trace)


@pytest.mark.parametrize(("call", "effect"), CASES)
def test_delete_leaves_each_run_whole_or_gone(
    tmp_path: Path, filled: Path, called_by_delete: Numbers, call: str, effect: str
) -> None:
    codes = set()
    for archive, number in copies(filled, tmp_path, call, called_by_delete):
        trace = archive.folder / "trace"
        server = archive.serve()
        code = archive.delete(injecting(trace, call, effect, number))
        codes.add(code)
        what = f"{call} {number} {effect}: {failures(trace)}"
        # Both or neither, and no success that wasn't.
        left = archive.left(what)
        assert left in ([CURRENT], [OLDEST, OLDER, CURRENT]), what
        assert code != 0 or left == [CURRENT], what
        archive.report(server, START + 201, 1.0)
        wait_until(lambda: server.metric("pulse_archive_up") == 1, f"{what}: it is archived")
        # What a failed one has written without telling others that it is whole, they don't see.
        assert archive.delete() in ((0, 1) if code else (1,)), what
        server.stop()
        assert archive.left(what) == [CURRENT], what
    assert effect == "fails" or -signal.SIGKILL in codes


def live(archive: Archive, wrapper: Sequence[str] = ()) -> None:
    """A server that keeps one run of those that are over, until it ends or has gone on."""
    try:
        server = archive.serve("--keep-runs", "1", wrapper=wrapper)
    except AssertionError:
        # It has ended before it served.
        return
    try:
        archive.report(server, START + 201, 1.0)
        if not has_ended(server):
            server.process.send_signal(signal.SIGTERM)
        server.process.wait(PATIENCE)
    finally:
        server.process.kill()
        server.process.wait()
        server.process.stdout.close()


@pytest.fixture(scope="module")
def called_by_retention(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Numbers:
    archive = copied(filled, tmp_path_factory.mktemp("retention") / "one")
    trace = archive.folder / "trace"
    live(archive, tracing(trace, *ARCHIVE_ERRORS))
    assert archive.left("no failure") == [OLDER, CURRENT]
    return numbers(trace)


@pytest.mark.parametrize(("call", "effect"), CASES)
def test_retention_leaves_each_run_whole_or_gone(
    tmp_path: Path, filled: Path, called_by_retention: Numbers, call: str, effect: str
) -> None:
    for archive, number in copies(filled, tmp_path, call, called_by_retention):
        trace = archive.folder / "trace"
        try:
            live(archive, injecting(trace, call, effect, number))
        except subprocess.TimeoutExpired:
            # No system refuses to give a lock back: who needs that lock next waits for it in vain.
            assert "F_UNLCK" in str(failures(trace)), failures(trace)
        what = f"{call} {number} {effect}: {failures(trace)}"
        assert archive.left(what) in ([OLDER, CURRENT], [OLDEST, OLDER, CURRENT]), what
        server = archive.serve("--keep-runs", "1")
        archive.report(server, START + 202, 2.0)
        server.stop()
        assert archive.left(what) == [OLDER, CURRENT], what
