"""Only the trainer's own act is a sign of life, whatever else happens to file, system or server."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from processes import PulseServer, StatusFile, wait_until

FLAGS = ["--poll-interval", "100ms", "--stale-after", "1s"]


class Followed:
    """A server, and the transitions that it has reported."""

    def __init__(self, serve: Callable[..., PulseServer], told: Path, *flags: str) -> None:
        self.told = told
        command = f"echo $PULSE_TRANSITION $PULSE_ATTEMPT >> {told}"
        self.server = serve(*FLAGS, "--on-transition", command, *flags)

    @property
    def transitions(self) -> list[str]:
        return self.told.read_text().splitlines() if self.told.exists() else []

    def progress(self) -> dict:
        return self.server.get("/progress").json()

    def wait_for(self, **values: object) -> None:
        wait_until(lambda: values.items() <= self.progress().items(), f"progress has {values}")

    def revive(self, status_file: StatusFile) -> None:
        """Write until a write is seen to bring it back: it dies again within a second."""
        epochs = itertools.count(1500)

        def lives() -> bool:
            epoch = next(epochs) / 1000
            status_file.running(epoch)
            return self.progress()["liveness"] == "live"

        wait_until(lives, "it lives")

    def polls(self) -> int:
        metrics = self.server.get("/metrics").body.decode()
        return int(metrics.split("\npulse_source_reads_total ")[1].split()[0])

    def wait_for_polls(self, count: int = 12) -> None:
        """Time for every poll that matters: one in five opens a file that looks unchanged."""
        end = self.polls() + count
        wait_until(lambda: self.polls() >= end, "it was polled again")


@pytest.fixture
def followed(serve: Callable[..., PulseServer], tmp_path: Path) -> Iterator[Callable[..., Followed]]:
    yield lambda *flags: Followed(serve, tmp_path / "told", *flags)


@pytest.fixture
def dead(followed: Callable[..., Followed], status_file: StatusFile) -> Followed:
    """A run that has died without a word, and is known to be stale."""
    run = followed()
    for step in range(3):
        status_file.running(1 + step / 10)
        run.wait_for(epoch=1 + step / 10)
    run.wait_for(liveness="stale")
    return run


def rewrite(path: Path) -> None:
    """The same bytes as another file, with the times of the first."""
    copy = path.with_name("copy")
    subprocess.run(["cp", "-p", path, copy], check=True)
    copy.rename(path)


def away(path: Path) -> None:
    elsewhere = path.parent / "elsewhere"
    path.rename(elsewhere)
    time.sleep(1)
    elsewhere.rename(path)


def copy(path: Path) -> None:
    new = path.with_name("new")
    shutil.copy(path, new)
    new.rename(path)


def breaks_for_a_moment(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(b"[1]")
    time.sleep(0.5)
    path.write_bytes(content)


TOUCHES: dict[str, Callable[[Path], object]] = {
    "chmod": lambda path: path.chmod(0o640),
    "chown to the same owner": lambda path: os.chown(path, os.getuid(), os.getgid()),
    "a hard link": lambda path: os.link(path, path.with_name("link")),
    "cp -al": lambda path: subprocess.run(["cp", "-al", path, f"{path}.al"], check=True),
    "touch": lambda path: path.touch(),
    "touch -a": lambda path: subprocess.run(["touch", "-a", path], check=True),
    "a time of the future": lambda path: os.utime(path, (4e9, 4e9)),
    "the same bytes in place": lambda path: path.write_bytes(path.read_bytes()),
    "cp -p and mv": rewrite,
    "a new file of the same bytes": copy,
    "a document with blanks": lambda path: path.write_bytes(path.read_bytes() + b"\n  "),
    "away for a second": away,
    "invalid for a moment": breaks_for_a_moment,
}


@pytest.mark.parametrize("how", TOUCHES)
def test_a_dead_run_stays_stale(dead: Followed, status_file: StatusFile, how: str) -> None:
    for _ in range(2):
        TOUCHES[how](status_file.path)
        for name in ["link", "status.json.al"]:
            (status_file.path.parent / name).unlink(missing_ok=True)
        dead.wait_for_polls()
        dead.wait_for(source="ok")
        assert dead.progress()["liveness"] == "stale"
    assert set(dead.transitions) <= {"running 1", "stale 1", "source_invalid 1", "recovered 1"}
    # And the trainer's own next document brings it back.
    dead.revive(status_file)


def test_a_directory_that_comes_back_brings_no_life(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> None:
    directory = tmp_path / "job"
    directory.mkdir()
    status_file.path = directory / "status.json"
    run = Followed(serve, tmp_path / "told")
    status_file.running(1)
    run.wait_for(liveness="stale")
    directory.rename(tmp_path / "away")
    run.wait_for(source="missing")
    (tmp_path / "away").rename(directory)
    run.wait_for(source="ok")
    run.wait_for_polls()
    assert run.progress()["liveness"] == "stale"


def test_one_outage_does_not_hide_the_next_death(
    followed: Callable[..., Followed], status_file: StatusFile
) -> None:
    run = followed()
    for step in range(5):
        status_file.running(1 + step / 10)
        time.sleep(0.1)
    time.sleep(5)
    assert run.progress()["liveness"] == "stale"
    run.revive(status_file)
    # 0.1 waited five times the outage, which is longer than this waits.
    run.wait_for(liveness="stale")


def test_a_paused_server_polls_before_it_judges(
    followed: Callable[..., Followed], status_file: StatusFile
) -> None:
    run = followed("--stale-after", "6s")
    status_file.running(1)
    run.wait_for(liveness="live", epoch=1)
    wait_until(lambda: run.transitions, "the beginning is reported")
    os.kill(run.server.process.pid, signal.SIGSTOP)
    for step in range(8):
        time.sleep(1)
        status_file.running(1 + step / 10)
    os.kill(run.server.process.pid, signal.SIGCONT)
    run.wait_for(epoch=1.7)
    run.wait_for_polls()
    assert run.transitions == ["running 1"]
    # It is found dead after the pause as before it.
    run.wait_for(liveness="stale")


def replace_by_removing(status_file: StatusFile, epoch: float) -> float:
    """Gives for how long the file was gone: seconds."""
    document = status_file.path.with_name("next")
    StatusFile(document).running(epoch)
    content = document.read_bytes()
    began = time.monotonic()
    status_file.path.unlink()
    time.sleep(0.03)
    status_file.path.write_bytes(content)
    return time.monotonic() - began


def replace_by_moving_aside(status_file: StatusFile, epoch: float) -> float:
    """As above."""
    began = time.monotonic()
    status_file.path.rename(status_file.path.with_name("aside"))
    time.sleep(0.03)
    status_file.running(epoch)
    return time.monotonic() - began


@pytest.mark.parametrize("replace", [replace_by_removing, replace_by_moving_aside])
@pytest.mark.parametrize("watch", [[], ["--no-watch"]])
def test_a_file_that_is_gone_for_a_moment_is_no_transition(
    serve: Callable[..., PulseServer],
    status_file: StatusFile,
    tmp_path: Path,
    replace: Callable[[StatusFile, float], float],
    watch: list[str],
) -> None:
    # A machine under load writes late: that is silence, and not what this is about. Where its moments
    # are longer than those, it is tried once more.
    for attempt in range(10):
        told = tmp_path / f"told-{attempt}"
        run = Followed(serve, told, "--stale-after", "20s", *watch)
        status_file.running(1)
        run.wait_for(epoch=1)
        wait_until(lambda run=run: run.transitions, "its beginning is told")
        for step in range(1, 15):
            if replace(status_file, 1 + step / 20) > 0.15:
                break
            time.sleep(0.1)
            assert run.progress()["source"] == "ok"
        else:
            run.wait_for(epoch=1.7)
            assert run.transitions == ["running 1"]
            return
        run.server.stop()
        status_file.remove()
    pytest.fail("this machine is too busy for any moment")


def test_a_resume_is_the_same_run(
    followed: Callable[..., Followed], status_file: StatusFile
) -> None:
    # Between two documents it must not fall silent, also on a busy machine.
    run = followed("--stale-after", "4s")
    for epoch in [1, 2, 3]:
        status_file.running(epoch)
        run.wait_for(epoch=epoch)
    status_file.error(3)
    run.wait_for(status="error")
    for epoch in [2, 2.5]:
        status_file.running(epoch)
        run.wait_for(epoch=epoch)
    assert run.server.get("/history").json()["epoch"] == [1, 2, 2.5]
    run.wait_for(liveness="stale")
    for epoch in [2.25, 2.75]:
        status_file.running(epoch)
        run.wait_for(epoch=epoch)
    assert run.server.get("/history").json()["epoch"] == [1, 2, 2.25, 2.75]
    told = ["running 1", "error 1", "running 2", "stale 2", "recovered 3"]
    wait_until(lambda: run.transitions[:5] == told, "all of it was reported")
