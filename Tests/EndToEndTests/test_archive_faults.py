"""The archive when a system call of the server fails, or the server is killed at it, one at a time."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from processes import PATIENCE, StatusFile, pulse_binary, wait_until
from system_calls import (
    ARCHIVE_ERRORS,
    ARCHIVE_WRITES,
    failing,
    failures,
    killing,
    sample,
    tracing,
    whole_lines,
)

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")

#: Each call of a life, instead of a few of each kind.
ALL = os.environ.get("PULSE_FAULTS") == "all"

COMMAND = 'echo "$PULSE_TRANSITION_ID $PULSE_TRANSITION" >> told'


class Life:
    """One status file with its archive, and servers that serve it one after the other."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.status = StatusFile(folder / "status.json")
        self.status.running(1.0, message="old")

    def start(self, wrapper: Sequence[str] = ()) -> subprocess.Popen:
        command = [*wrapper, pulse_binary(), "serve", "--status-file", "status.json", "--port", "0"]
        command += ["--archive", "pulse.db", "--on-transition", COMMAND, "--poll-interval", "50ms"]
        environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=self.folder, stdout=log, stderr=log, env=environment
            )

    def told(self) -> list[str]:
        file = self.folder / "told"
        return [line.split()[1] for line in file.read_text().splitlines()] if file.exists() else []

    def ids(self) -> dict[str, set[str]]:
        """The ids under which each transition was told."""
        ids: dict[str, set[str]] = {}
        file = self.folder / "told"
        for line in file.read_text().splitlines() if file.exists() else []:
            id, transition = line.split()
            ids.setdefault(transition, set()).add(id)
        return ids

    def rows(self, query: str) -> list[tuple]:
        """What a copy of the file holds: the file itself is left as the server has left it."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for file in self.folder.glob("pulse.db*"):
            shutil.copy(file, copy)
        database = sqlite3.connect(copy / "pulse.db")
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()

    def live(self, wrapper: Sequence[str] = ()) -> int:
        """Starts a server, lets a run fail, go on and end well, and stops it; its exit code."""
        process = self.start(wrapper)
        return self.tell(
            process,
            error=lambda: self.status.error(1.5),
            running=lambda: self.status.running(1.6),
            done=lambda: self.status.done(3.0),
        )

    def tell(self, process: subprocess.Popen, **writes: Callable[[], None]) -> int:
        """Writes what a server is to tell, one after the other, and stops it; its exit code."""
        try:
            for transition, write in writes.items():
                wait_until(lambda: self.is_up(process), "it serves, or has ended")
                if process.poll() is not None:
                    break
                before = len(self.told())
                write()
                wait_until(
                    lambda before=before: len(self.told()) > before or process.poll() is not None,
                    f"{transition} is told, or the server has ended",
                )
            if process.poll() is None:
                process.terminate()
            return process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()

    def is_up(self, process: subprocess.Popen) -> bool:
        return process.poll() is not None or b" is serving " in (self.folder / "log").read_bytes()

    def goes_on(self, what: str) -> None:
        """The next server finds a whole archive, goes on with the one run, and tells what is left."""
        if (self.folder / "pulse.db").exists():
            assert self.rows("PRAGMA integrity_check") == [("ok",)], what
        self.status.done(3.0, message="the end")
        log = self.folder / "log"
        # The call that failed was one for the status file: the run began under the server then, which is
        # told as well, and its resume is running once more.
        has_begun_late = "source is unreadable" in log.read_text()
        log.write_bytes(b"")
        process = self.start()
        try:
            # Its first and its last state are told of, or there was no run before this server.
            wait_until(lambda: self.is_up(process), "it serves")
            wait_until(lambda: self.rows("SELECT 1 FROM run WHERE ending = 'done'") == [(1,)], what)
            wait_until(lambda: self.rows("SELECT * FROM transition") == [], what)
        finally:
            process.terminate()
            assert process.wait(PATIENCE) == 0
        assert self.rows("PRAGMA integrity_check") == [("ok",)], what
        assert self.rows("SELECT count(*) FROM run") == [(1,)], what
        # No system refuses to give a lock back: SQLite then reports as failed what it has written, and it
        # is told from memory as well. So it is where the archive was lost again and again: strace fails a
        # call of each thread, and now and then several have one of that number.
        if "F_UNLCK" in what or what.count("(INJECTED)") > 1:
            return
        for transition, ids in self.ids().items():
            times = 2 if transition == "running" and has_begun_late else 1
            assert len(ids) <= times, f"{what}: {transition} was told as {ids}"


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How often a life without failures makes each call, by the thread that does so most."""
    life = Life(tmp_path_factory.mktemp("survey") / "life")
    trace = life.folder / "trace"
    assert life.live(tracing(trace, *ARCHIVE_ERRORS)) == 0
    assert life.told() == ["error", "running", "done"]
    counts: dict[tuple[str, str], int] = {}
    for line in whole_lines(trace):
        thread, _, rest = line.partition(" ")
        key = (rest.strip().partition("(")[0], thread)
        counts[key] = counts.get(key, 0) + 1
    highest: dict[str, int] = {}
    for (call, _), count in counts.items():
        highest[call] = max(highest.get(call, 0), count)
    assert {"fdatasync", "openat", "pread64", "pwrite64"} <= highest.keys()
    return highest


def lives(folder: Path, called: dict[str, int], call: str) -> Iterator[tuple[Life, int]]:
    """A life for each call that something is to happen at, and which of them that is."""
    if call not in called:
        pytest.skip("a server on this system doesn't call it")
    for number in sample(called[call], ALL):
        yield Life(folder / str(number)), number


@pytest.mark.parametrize("call", sorted(ARCHIVE_ERRORS))
def test_whichever_call_fails_the_archive_is_whole_and_all_is_told(
    tmp_path: Path, called: dict[str, int], call: str
) -> None:
    for life, number in lives(tmp_path, called, call):
        trace = life.folder / "trace"
        try:
            life.live(failing(trace, call, number, ARCHIVE_ERRORS[call]))
        except subprocess.TimeoutExpired:
            # No system refuses to give a lock back: who needs that lock next waits for it in vain.
            assert "F_UNLCK" in str(failures(trace)), failures(trace)
        life.goes_on(f"{call} {number}: {failures(trace)}")


@pytest.mark.parametrize("call", ARCHIVE_WRITES)
def test_at_whichever_call_it_is_killed_the_archive_is_whole_and_all_is_told(
    tmp_path: Path, called: dict[str, int], call: str
) -> None:
    ends = set()
    for life, number in lives(tmp_path, called, call):
        ends.add(life.live(killing(life.folder / "trace", call, number)))
        life.goes_on(f"killed at {call} {number}")
    assert -signal.SIGKILL in ends


class SecondStart:
    """A life whose first server has ended, over and over again."""

    def __init__(self, folder: Path) -> None:
        self.life = Life(folder)
        first = self.life.start()
        assert self.life.tell(first, error=lambda: self.life.status.error(1.5)) == 0
        self.saved = folder.with_name("saved")
        shutil.copytree(folder, self.saved)

    def again(self) -> Life:
        shutil.rmtree(self.life.folder)
        shutil.copytree(self.saved, self.life.folder)
        (self.life.folder / "log").write_bytes(b"")
        return self.life

    def of_archive(self, wrapper: Sequence[str]) -> list[str]:
        """The same wrapper, for nothing but calls that concern the archive's files."""
        names = [f"pulse.db{suffix}" for suffix in ("", "-wal", "-shm", ".lock")]
        paths = [*names, *(str(self.life.folder / name) for name in names)]
        return [*wrapper, *(option for path in paths for option in ("-P", path))]

    def openings(self) -> dict[str, int]:
        """How often each call is made by the thread that opens the archive."""
        life = self.again()
        trace = life.folder / "trace"
        server = life.start(self.of_archive(tracing(trace, *ARCHIVE_ERRORS)))
        wait_until(lambda: life.is_up(server), "it serves")
        assert life.tell(server) == 0
        lines = list(whole_lines(trace))
        thread = lines[0].split()[0]
        counts = Counter(line.split()[1].partition("(")[0] for line in lines if line.split()[0] == thread)
        assert {"fcntl", "openat", "pread64"} <= counts.keys()
        return counts


@pytest.fixture(scope="module")
def second_start(tmp_path_factory: pytest.TempPathFactory) -> SecondStart:
    return SecondStart(tmp_path_factory.mktemp("second") / "life")


def test_whichever_call_fails_at_a_start_nothing_is_told_under_two_ids(second_start: SecondStart) -> None:
    """A server that went on without the archive would tell from memory what the next one tells as well."""
    for call, count in second_start.openings().items():
        for number in range(1, count + 1) if ALL else {1, 2, 3, (count + 3) // 2, count}:
            life = second_start.again()
            trace = life.folder / "trace"
            wrapper = failing(trace, call, number, ARCHIVE_ERRORS[call])
            server = life.start(second_start.of_archive(wrapper))
            try:
                life.tell(server, running=lambda life=life: life.status.running(1.6))
            except subprocess.TimeoutExpired:
                # As above.
                assert "F_UNLCK" in str(failures(trace)), failures(trace)
            # The next one finds what was told of, and something new.
            (life.folder / "log").write_bytes(b"")
            life.tell(life.start(), done=lambda life=life: life.status.done(3.0))
            life.goes_on(f"{call} {number}: {failures(trace)}")
