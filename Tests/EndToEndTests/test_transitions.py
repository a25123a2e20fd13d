"""Transitions with an archive: told at least once, whatever happens to command and server."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import PulseServer, StatusFile, wait_until


class Teller:
    """A command that writes down what it is told, and servers that run it, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.status = StatusFile(folder / "status.json")
        self.told_file = folder / "told"
        self.log = folder / "server.log"
        self.servers: list[PulseServer] = []
        self.runs: Path | None = None

    def serve(self, *flags: str, after: str = "") -> PulseServer:
        """`after` is a shell's command behind the one that writes it down: how it ends."""
        command = f'echo "$PULSE_TRANSITION $PULSE_TRANSITION_ID" >> {self.told_file}; {after}'
        return self.start("--on-transition", command, *flags)

    def start(self, *flags: str) -> PulseServer:
        flags = ("--poll-interval", "50ms", *flags)
        state = str(self.folder / "state")
        if self.runs:
            server = PulseServer(
                None, "--runs-dir", str(self.runs), *flags, log=self.log, state=state
            )
        else:
            server = PulseServer(self.status.path, *flags, log=self.log, state=state)
        self.servers.append(server)
        return server

    @property
    def lines(self) -> list[tuple[str, str]]:
        if not self.told_file.exists():
            return []
        told = self.told_file.read_text().splitlines()
        return [(transition, id) for transition, id in (line.split() for line in told)]

    @property
    def told(self) -> list[str]:
        return [transition for transition, _ in self.lines]

    def wait(self, *transitions: str) -> None:
        wait_until(lambda: len(self.told) >= len(transitions), f"{transitions} are told")
        assert self.told == list(transitions)

    def waiting(self) -> list[tuple[str, int]]:
        """What is kept to be told, and how often that was begun."""
        with sqlite3.connect(self.folder / "state" / "pulse" / "pulse.db") as database:
            return database.execute(
                "SELECT transition, begun FROM transition ORDER BY n"
            ).fetchall()

    def wait_for_none(self) -> None:
        wait_until(lambda: self.waiting() == [], "nothing is left to be told")


@pytest.fixture
def teller(tmp_path: Path) -> Iterator[Teller]:
    teller = Teller(tmp_path)
    yield teller
    for server in teller.servers:
        if server.process.returncode != -9:
            server.stop()


def kill(server: PulseServer) -> None:
    server.process.kill()
    server.process.wait()


def test_one_that_fails_is_told_again_with_the_same_id(teller: Teller) -> None:
    server = teller.serve(after=f"[ $(wc -l < {teller.told_file}) -gt 1 ]")
    teller.status.running(0.5)
    teller.wait("running", "running")
    teller.wait_for_none()
    assert len(set(teller.lines)) == 1
    server.stop()
    teller.serve()
    teller.status.done()
    teller.wait("running", "running", "done")
    assert len({id for _, id in teller.lines}) == 2
    assert teller.log.read_text().count("exit code 1 at running") == 1


def test_the_first_start_with_the_option_tells_nothing_of_the_past(teller: Teller) -> None:
    server = teller.start()
    teller.status.running(0.5)
    wait_until(lambda: server.get("/status").json()["epoch"] == 0.5, "it is served")
    server.stop()
    # This happens while no server looks, and nobody has asked to be told of it.
    teller.status.error(0.6)
    teller.serve().stop()
    assert teller.waiting() == []
    teller.status.running(0.7)
    teller.serve()
    teller.wait("running")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_what_happens_while_the_server_is_down_is_told_at_the_next_start(
    teller: Teller, end: signal.Signals
) -> None:
    server = teller.serve()
    teller.status.running(0.5)
    teller.wait("running")
    teller.wait_for_none()
    server.process.send_signal(end)
    server.process.wait()
    teller.status.done()
    teller.serve()
    teller.wait("running", "done")
    teller.wait_for_none()


@pytest.fixture
def teller_of_many(tmp_path: Path) -> Iterator[Teller]:
    """The same, of a directory of runs."""
    teller = Teller(tmp_path)
    teller.runs = tmp_path / "runs"
    teller.runs.mkdir()
    yield teller
    for server in teller.servers:
        server.stop()


def test_what_began_and_ended_while_the_server_was_down_is_told_with_its_numbers(
    teller_of_many: Teller,
) -> None:
    teller = teller_of_many
    loss = f'echo "$PULSE_RUN $PULSE_ATTEMPT $PULSE_EPOCH $PULSE_LOSS" >> {teller.folder}/losses'
    teller.serve(after=loss).stop()
    StatusFile(teller.runs / "a.json").done()
    StatusFile(teller.runs / "b.json").running(0.5)
    teller.serve(after=loss)
    wait_until(lambda: sorted(teller.told) == ["done", "running"], "both are told")
    teller.wait_for_none()
    losses = sorted((teller.folder / "losses").read_text().splitlines())
    assert [line.split("@")[0] for line in losses] == ["a", "b"]
    assert [line.split()[1:] for line in losses] == [["1", "3.0", "0.1"], ["1", "0.5", "0.5"]]


def test_a_run_whose_file_is_gone_is_told_all_the_same(teller_of_many: Teller) -> None:
    teller = teller_of_many
    server = teller.serve(after="exit 1")
    file = StatusFile(teller.runs / "a.json")
    file.done()
    teller.wait("done")
    wait_until(lambda: [waits for waits, _ in teller.waiting()] == ["done"], "it is kept")
    server.stop()
    file.path.unlink()
    teller.serve()
    teller.wait("done", "done")
    teller.wait_for_none()
    assert len(set(teller.lines)) == 1


def test_a_server_without_the_option_records_nothing(teller: Teller) -> None:
    server = teller.serve()
    teller.status.running(0.5)
    teller.wait("running")
    teller.wait_for_none()
    server.stop()
    other = teller.start()
    teller.status.error(0.6)
    wait_until(lambda: other.get("/status").json()["status"] == "error", "it is served")
    assert teller.waiting() == []
    other.stop()
    teller.status.running(0.6)
    # Nor does the next one know who was told of what.
    teller.serve()
    teller.status.done()
    teller.wait("running", "done")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_one_that_the_servers_end_interrupts_is_told_by_the_next(
    teller: Teller, end: signal.Signals
) -> None:
    # A command that ends with 0 when it is asked to end has told nobody all the same.
    server = teller.serve(after="trap 'exit 0' TERM; sleep 1000 & wait")
    teller.status.running(0.5)
    teller.wait("running")
    server.process.send_signal(end)
    server.process.wait()
    assert teller.waiting() == [("running", 1)]
    teller.serve()
    teller.wait("running", "running")
    teller.wait_for_none()
    assert len(set(teller.lines)) == 1


def test_one_that_fails_holds_up_nothing_and_an_end_replaces_a_silence(teller: Teller) -> None:
    server = teller.serve("--stale-after", "1s", after="[ $PULSE_TRANSITION = done ]")
    teller.status.running(0.5)
    wait_until(lambda: "stale" in teller.told, "it is told as stale")
    assert [waits for waits, _ in teller.waiting()] == ["running", "stale"]
    teller.status.done()
    wait_until(lambda: "done" in teller.told, "its end is told")
    wait_until(lambda: [waits for waits, _ in teller.waiting()] == ["running"], "it is over")
    server.stop()
    teller.serve("--stale-after", "1s")
    wait_until(lambda: teller.waiting() == [], "the older one is told as well")
    assert teller.told[-1] == "running"


def test_an_archive_that_cant_be_written_keeps_nobody_from_being_told(teller: Teller) -> None:
    server = teller.serve()
    teller.status.running(0.5)
    teller.wait("running")
    teller.wait_for_none()
    archive = sqlite3.connect(teller.folder / "state" / "pulse" / "pulse.db")
    archive.execute(
        "CREATE TRIGGER full BEFORE INSERT ON transition BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    teller.status.error(0.6)
    teller.wait("running", "error")
    wait_until(lambda: server.metric("pulse_archive_up") == 0, "it says so")
    archive.execute("DROP TRIGGER full")
    wait_until(lambda: server.metric("pulse_archive_up") == 1, "it is written again")
    archive.close()
    server.stop()
    assert teller.waiting() == []
    teller.serve().stop()
    assert teller.told == ["running", "error"]


def test_an_archive_that_is_locked_at_the_start_loses_nothing_and_tells_nothing_twice(
    teller: Teller,
) -> None:
    first = teller.serve()
    teller.status.running(0.5)
    teller.wait("running")
    teller.wait_for_none()
    first.stop()
    other = sqlite3.connect(
        teller.folder / "state" / "pulse" / "pulse.db", isolation_level=None
    )
    other.execute("BEGIN EXCLUSIVE")
    # News to somebody who was told that it runs, which the archive alone knows.
    teller.status.done()
    second = teller.serve()
    assert second.get("/status").json()["status"] == "done"
    teller.status.running(0.1)
    teller.wait("running", "running")
    other.execute("ROLLBACK")
    other.close()
    wait_until(lambda: second.metric("pulse_archive_up") == 1, "the archive is taken up")
    teller.wait("running", "running", "done")
    teller.status.error(0.2)
    teller.wait("running", "running", "done", "error")
    teller.wait_for_none()
    second.stop()
    teller.serve().stop()
    assert len({id for _, id in teller.lines}) == 4


def test_without_an_archive_each_is_told_once(teller: Teller) -> None:
    server = teller.serve("--no-archive", after="exit 1")
    teller.status.running(0.5)
    teller.wait("running")
    teller.status.error(0.6)
    teller.wait("running", "error")
    assert len({id for _, id in teller.lines}) == 2
    server.stop()
    teller.serve("--no-archive").stop()
    assert teller.told == ["running", "error"]


def test_a_run_that_appears_in_a_directory_is_told(teller: Teller) -> None:
    runs = teller.folder / "runs"
    runs.mkdir()
    StatusFile(runs / "old.json").running(0.5)
    command = f'echo "$PULSE_RUN $PULSE_TRANSITION" >> {teller.told_file}'
    server = PulseServer(
        None, "--runs-dir", str(runs), "--on-transition", command, "--poll-interval", "50ms",
        log=teller.log, state=str(teller.folder / "state"),
    )  # fmt: skip
    teller.servers.append(server)
    StatusFile(runs / "new.json").running(0.5)
    wait_until(lambda: len(teller.lines) == 1, "it is told")
    assert teller.lines[0][0].startswith("new@")
    assert teller.lines[0][1] == "running"


def test_a_run_that_appears_in_a_directory_while_the_server_is_down_is_told(teller: Teller) -> None:
    runs = teller.folder / "runs"
    runs.mkdir()

    def serve(*flags: str) -> PulseServer:
        server = PulseServer(
            None, "--runs-dir", str(runs), *flags, log=teller.log,
            state=str(teller.folder / "state"),
        )  # fmt: skip
        teller.servers.append(server)
        return server

    telling = ("--on-transition", f'echo "$PULSE_TRANSITION $PULSE_RUN" >> {teller.told_file}')
    StatusFile(runs / "old.json").running(0.5)
    # Also where there is nothing to tell of yet: it is the directory that is told of.
    serve(*telling).stop()
    StatusFile(runs / "new.json").running(0.5)
    server = serve(*telling)
    wait_until(lambda: teller.lines, "it is told")
    teller.wait_for_none()
    server.stop()
    assert [(what, run.partition("@")[0]) for what, run in teller.lines] == [("running", "new")]
    # A server that tells nobody breaks the chain.
    serve().stop()
    StatusFile(runs / "newer.json").running(0.5)
    serve(*telling).stop()
    assert (len(teller.lines), teller.waiting()) == (1, [])
