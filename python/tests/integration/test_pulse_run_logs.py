"""`pulse run` around trainings that nobody changed, each with the logger of its framework."""

from __future__ import annotations

import importlib.util
import os
import pathlib
import subprocess
import sys
import time
from typing import Any

import pytest

_ROOT = pathlib.Path(__file__).parents[3]
_JOB = pathlib.Path(__file__).parent / "jobs" / "unchanged_job.py"
_BINARY = os.environ.get("PULSE_BINARY") or str(_ROOT / ".build" / "debug" / "pulse")

#: Seconds that a training may take: importing a framework is most of it.
_DEADLINE = 300

pytestmark = [
    pytest.mark.skipif(
        not pathlib.Path(_BINARY).exists(), reason="pulse is not built, and PULSE_BINARY not set"
    ),
    pytest.mark.skipif(
        importlib.util.find_spec("lightning") is None, reason="for the newest frameworks"
    ),
]

#: Each training, with the epoch that is last reported, where it reports epochs.
JOBS = {
    "summary_writer": 3.0,
    "lightning": 2.0,
    "lightning_csv": 2.0,
    "keras": 3.0,
    "trl": 3.0,
    "ranks": 3.0,
    "accelerate": 0.0,
}


def train(life: Any, directory: pathlib.Path, name: str, *options: str) -> tuple[int, str]:
    """Run a training under `pulse run` and see every state of its file."""
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    script = [*(launcher if name == "ranks" else []), str(_JOB), name, *options]
    process = subprocess.Popen(
        [_BINARY, "run", "--status-file", life.path, "--", sys.executable, *script],
        cwd=directory,
        env={**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + _DEADLINE
    try:
        while process.poll() is None:
            assert time.monotonic() < deadline, "the training hangs"
            life.see()
            time.sleep(0.01)
    finally:
        process.kill()
    said = process.communicate()[0]
    life.see()
    return process.returncode, said


@pytest.mark.parametrize("name", JOBS)
def test_a_training_is_followed(life: Any, tmp_path: pathlib.Path, name: str) -> None:
    code, said = train(life, tmp_path, name)
    assert code == 0, said[-2000:]
    assert (life.last.status, life.last.epoch) == ("done", JOBS[name])
    running = [state for state in life.states if state.status == "running"]
    assert len({(state.epoch, state.message) for state in running}) > 2, "it moves"
    assert life.last.loss > 0


@pytest.mark.parametrize("name", JOBS)
def test_an_exception_in_the_middle_is_told(
    life: Any, tmp_path: pathlib.Path, name: str
) -> None:
    code, _ = train(life, tmp_path, name, "fails")
    assert (code, life.last.status) == (1, "error")
    assert life.last.epoch < 3
    if name != "ranks":
        assert life.last.message == "exit code 1: RuntimeError: out of memory, as asked"
