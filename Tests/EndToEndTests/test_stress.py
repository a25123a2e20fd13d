"""The stress program at a size of seconds: each part runs, and all of it holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from processes import PATIENCE, ROOT, PulseServer, StatusFile, wait_until

STRESS = ROOT / "Tests" / "StressTests" / "stress.py"
PARTS = subprocess.run(
    [sys.executable, STRESS, "--list"], capture_output=True, text=True, check=True
).stdout.split()

#: The system calls have a test of their own here.
PARTS = [part for part in PARTS if part != "system-calls"]


@pytest.mark.parametrize("part", PARTS)
def test_the_stress_program_holds(part: str) -> None:
    command = [sys.executable, STRESS, "--small", part]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "ok  " in run.stdout


def test_a_part_that_is_not_there_is_an_error() -> None:
    run = subprocess.run([sys.executable, STRESS, "nothing"], capture_output=True, text=True)
    assert run.returncode == 2
    assert "no such part: nothing" in run.stderr


@pytest.mark.parametrize(
    ("source", "arguments"),
    [
        ("benchmarks/load/sse_clients.c", ["/events", "2", "file:none", "1", "1", "1"]),
        ("Tests/StressTests/stream_readers.c", ["2", "fin"]),
    ],
)
def test_a_program_with_many_streams_ends_with_its_input(
    server: PulseServer, status_file: StatusFile, tmp_path: Path, source: str, arguments: list[str]
) -> None:
    binary = tmp_path / "readers"
    subprocess.run(["cc", "-o", binary, ROOT / source], check=True)
    # A state as the second of them checks it.
    status_file.running(1, loss=0.5, message="1 0.5")
    wait_until(lambda: server.get("/status").json()["epoch"] == 1, "it is served")
    command = [binary, str(server.port), *arguments]
    # epoll(7) takes no /dev/null.
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        try:
            output, _ = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 0
    assert b"ready" in output or b"2 open" in output
