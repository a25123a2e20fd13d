"""The stress program at a size of seconds: each part runs, and all of it holds."""

from __future__ import annotations

import subprocess
import sys

import pytest
from processes import ROOT

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
