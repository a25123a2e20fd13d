"""What `make run` shows: three trainings under `pulse run`, faster than for a person."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import PATIENCE, ROOT, PulseServer, pulse_binary, wait_until


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    directory = tmp_path / "runs"
    directory.mkdir()
    return directory


@pytest.fixture
def server(directory: Path, tmp_path: Path) -> Iterator[PulseServer]:
    server = PulseServer(None, "--runs-dir", str(directory), log=tmp_path / "log")
    yield server
    server.stop()


def demo(directory: Path, *flags: str) -> subprocess.Popen[str]:
    command = [str(ROOT / "tools/demo"), pulse_binary(), str(directory), *flags]
    # They give way to the server: at this pace it would miss what they do on a busy machine.
    return subprocess.Popen(["nice", *command], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_one_ends_well_one_diverges_and_one_is_resumed(
    directory: Path, server: PulseServer
) -> None:
    process = demo(directory, "--delay", "0.02", "--url", server.url)
    output, _ = process.communicate(timeout=4 * PATIENCE)
    assert process.returncode == 0
    wait_until(
        lambda: all(run["ended"] for run in server.get("/runs").json()["runs"]), "all have ended"
    )
    runs = {run["source"]: run for run in server.get("/runs").json()["runs"]}
    assert {name: (run["state"], run["attempt"]) for name, run in runs.items()} == {
        "demo-lr-0.004": ("done", 1), "demo-lr-3": ("error", 1), "demo-crash": ("done", 2),
    }
    assert "the training diverged" in runs["demo-lr-3"]["message"]
    # What comes next: the run is there, and the rest is for people.
    watch, run, install = [line for line in output.splitlines() if line.startswith("  ")]
    command = [*watch.split(), "--until", "done"]
    assert subprocess.run(command, capture_output=True, timeout=PATIENCE).returncode == 0
    assert " run --serve " in run
    assert install.strip().startswith("make install")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_its_end_is_the_end_of_its_trainings(directory: Path, number: int) -> None:
    process = demo(directory, "--delay", "1")
    names = ["demo-lr-0.004", "demo-lr-3", "demo-crash"]
    files = [directory / f"{name}.json" for name in names]
    wait_until(lambda: all(file.exists() for file in files), "all have begun")
    process.send_signal(number)
    process.communicate(timeout=PATIENCE)
    for file in files:
        assert json.loads(file.read_bytes())["status"] == "error"
