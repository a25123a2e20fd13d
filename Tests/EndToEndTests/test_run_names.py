"""`pulse run --runs-dir`: which file a command's status goes to, and what it is called."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import ENVIRONMENT, Job
from processes import PATIENCE, PulseServer, StatusFile, pulse_binary

#: Says where its status goes, and waits for a line.
REPORT = """
import os, sys
print(os.environ["PULSE_STATUS_FILE"], os.environ.get("PULSE_RUNS_DIR"), flush=True)
sys.stdin.readline()
"""


class Sweep(Job):
    """Commands in one directory, whose files go to another."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.runs = directory / "runs"

    def command(self, command: list[str], *flags: str) -> list[str]:
        return [pulse_binary(), "run", "--runs-dir", str(self.runs), *flags, "--", *command]

    def names(self) -> list[str]:
        """The files, without the locks beside them."""
        return sorted(path.name for path in self.runs.iterdir() if path.name[0] != ".")

    def begin(self, *arguments: str, flags: tuple[str, ...] = ()) -> tuple[subprocess.Popen, Path]:
        """Start a command that waits; give its file."""
        process = self.start([*self.script(REPORT), *arguments], *flags)
        assert process.stdout is not None
        path, runs = process.stdout.readline().decode().rsplit(" ", 1)
        assert runs.strip() == "None"
        return process, Path(path)

    def finish(self, process: subprocess.Popen) -> None:
        process.communicate(b"\n", timeout=PATIENCE)
        assert process.returncode == 0


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    job = Job(tmp_path)
    yield job
    job.close()


@pytest.fixture
def sweep(tmp_path: Path) -> Iterator[Sweep]:
    directory = tmp_path / "bert"
    directory.mkdir()
    sweep = Sweep(directory)
    yield sweep
    sweep.close()


def test_the_same_command_goes_on_with_the_same_file(sweep: Sweep) -> None:
    first, path = sweep.begin("--lr", "1")
    assert path.parent == sweep.runs
    assert path.name.startswith("bert-train-")
    sweep.finish(first)
    assert json.loads(path.read_bytes())["status"] == "done"
    again, same = sweep.begin("--lr", "1")
    other, another = sweep.begin("--lr", "2")
    assert same == path
    assert another != path
    sweep.finish(again)
    sweep.finish(other)
    # No lock is left behind.
    assert sweep.names() == sorted([path.name, another.name])


def test_while_a_name_is_taken_the_next_has_a_number(sweep: Sweep) -> None:
    started = [sweep.begin() for _ in range(3)]
    first = started[0][1]
    assert [path.name for _, path in started] == [
        first.name, f"{first.stem}-2.json", f"{first.stem}-3.json",
    ]
    sweep.finish(started[1][0])
    second, path = sweep.begin()
    assert path.name == f"{first.stem}-2.json"
    sweep.finish(second)
    # What was killed holds no name either.
    started[0][0].kill()
    started[0][0].wait()
    again, path = sweep.begin()
    assert path == first
    sweep.finish(again)
    sweep.finish(started[2][0])


def test_a_name_that_was_given_is_taken_by_one_alone(sweep: Sweep) -> None:
    first, path = sweep.begin(flags=("--name", "baseline"))
    assert path == sweep.runs / "baseline.json"
    second = sweep.run(["true"], "--name", "baseline")
    assert second.returncode == 125
    said = second.stderr.decode()
    assert f"baseline.json is in use by another pulse run (process {first.pid})" in said
    assert "--name" in said
    sweep.finish(first)


def test_a_directory_that_cannot_be_made_is_said(sweep: Sweep) -> None:
    sweep.runs = sweep.directory / "missing" / "runs"
    result = sweep.run(["touch", "started"])
    assert result.returncode == 125
    assert "cannot write the status" in result.stderr.decode()
    assert "no such file or directory" in result.stderr.decode()
    assert not (sweep.directory / "started").exists()


def test_a_run_within_such_a_run_is_its_trainer(sweep: Sweep) -> None:
    inner = [pulse_binary(), "run", "--", sys.executable, "-c", "raise ValueError('bad')"]
    environment = ENVIRONMENT | {"PULSE_RUNS_DIR": str(sweep.runs), "PULSE_NAME": "outer"}
    outer = [pulse_binary(), "run", "--", *inner]
    result = subprocess.run(
        outer, env=environment, cwd=sweep.directory, capture_output=True, timeout=PATIENCE
    )
    assert result.returncode == 1
    assert sweep.names() == ["outer.json"]
    status = json.loads((sweep.runs / "outer.json").read_bytes())
    assert status["message"] == "exit code 1: ValueError: bad"


@pytest.mark.parametrize("flags", [["--runs-dir", "runs"], ["-s", "runs/other.json"]])
def test_its_own_server_calls_it_by_its_name(flags: list[str], job: Job) -> None:
    (job.directory / "runs").mkdir()
    command = [pulse_binary(), "run", *flags, "--name", "alone", "--serve", "--port", "0"]
    command += ["--no-linger"]
    process = subprocess.Popen(
        [*command, "--", *job.script(REPORT)], cwd=job.directory, env=ENVIRONMENT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    job.started.append(process)
    assert process.stdout is not None and process.stderr is not None
    path = Path(process.stdout.readline().decode().rsplit(" ", 1)[0])
    url = process.stderr.readline().decode().split()[-1]
    with urllib.request.urlopen(f"{url}runs/alone/status", timeout=PATIENCE) as answer:
        assert json.load(answer)["status"] == "running"
    assert path.name == ("alone.json" if flags[0] == "--runs-dir" else "other.json")
    process.communicate(b"\n", timeout=PATIENCE)


def test_a_server_calls_a_single_source_as_it_is_told(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    status_file.running(1)
    server = serve("--name", "baseline")
    assert server.get("/runs/baseline/status").json()["epoch"] == 1
    assert [run["source"] for run in server.get("/runs").json()["runs"]] == ["baseline"]
