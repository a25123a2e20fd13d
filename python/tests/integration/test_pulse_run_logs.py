"""`pulse run` around trainings that nobody changed, each with the logger of its framework."""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import time
from typing import Any, NamedTuple

import pytest

_ROOT = pathlib.Path(__file__).parents[3]
_JOB = pathlib.Path(__file__).parent / "jobs" / "unchanged_job.py"
_BINARY = os.environ.get("PULSE_BINARY") or str(_ROOT / ".build" / "debug" / "pulse")

#: Seconds that a training may take: importing a framework is most of it.
_DEADLINE = 300

pytestmark = pytest.mark.skipif(
    not pathlib.Path(_BINARY).exists(), reason="pulse is not built, and PULSE_BINARY not set"
)


class Unchanged(NamedTuple):
    """What `pulse run` is to know of a training that says nothing to it."""

    #: The epoch that is last shown while it runs; 0 where it tells of none.
    epoch: float
    #: The epochs planned; 0 where nothing tells them.
    total: float
    #: Where the progress is read from, as the line at the terminal says it.
    place: str
    flags: tuple[str, ...] = ()
    needs: str = "lightning"


JOBS = {
    "summary_writer": Unchanged(3, 0, "runs/one/events.out.tfevents."),
    "trainer": Unchanged(3, 3, "events.out.tfevents.", ("--no-kubeflow",)),
    "trl": Unchanged(3, 3, "the trainer's callbacks"),
    "lightning": Unchanged(2, 0, "lightning_logs/version_0/events.out.tfevents."),
    "lightning_csv": Unchanged(2, 0, "/version_0/metrics.csv"),
    "keras": Unchanged(3, 0, "training.log"),
    "llamafactory": Unchanged(3, 3, "the trainer's callbacks", needs="llamafactory"),
    "llamafactory_log": Unchanged(
        3, 3, "output/trainer_log.jsonl", ("--no-kubeflow",), "llamafactory"
    ),
    "loop": Unchanged(3, 3, "the command's output"),
    "nested_loop": Unchanged(3, 3, "the command's output"),
    "ranks": Unchanged(3, 0, "runs/one/events.out.tfevents."),
    "accelerate": Unchanged(0, 0, "output/run/events.out.tfevents."),
}
each_training = pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            marks=pytest.mark.skipif(
                importlib.util.find_spec(job.needs) is None, reason=f"for {job.needs}"
            ),
        )
        for name, job in JOBS.items()
    ],
)


def train(life: Any, directory: pathlib.Path, name: str, *options: str) -> tuple[int, str]:
    """Run a training under `pulse run` and see every state of its file."""
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    script = [*(launcher if name == "ranks" else []), str(_JOB), name, *options]
    if JOBS[name].needs == "llamafactory":
        sys.path.insert(0, str(_JOB.parent))
        import llamafactory_job

        # Three epochs of eight batches, as the others.
        arguments = {
            **llamafactory_job.arguments(str(directory / "output")),
            "num_train_epochs": 3.0,
            "max_samples": 16,
            "per_device_train_batch_size": 2,
            "logging_steps": 1,
        }
        (directory / "arguments.json").write_text(json.dumps(arguments))
    process = subprocess.Popen(
        [_BINARY, "run", "-s", life.path, *JOBS[name].flags, "--", sys.executable, *script],
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


@each_training
def test_a_training_is_followed(life: Any, tmp_path: pathlib.Path, name: str) -> None:
    code, said = train(life, tmp_path, name)
    assert code == 0, said[-2000:]
    job, running = JOBS[name], [state for state in life.states if state.status == "running"]
    assert (life.last.status, life.last.epoch) == ("done", job.epoch)
    assert life.last.message == "Training completed"
    assert len({(state.epoch, state.message) for state in running}) > 2, "it moves"
    # The whole job counts as one epoch, until it has named one.
    assert {round(state.total_epochs, 6) for state in running} <= {0, 1, job.total}
    assert running[-1].total_epochs == pytest.approx(job.total)
    assert life.last.loss > 0
    places = [line for line in said.splitlines() if "reading the progress from " in line]
    assert job.place in places[-1]


@each_training
def test_an_exception_in_the_middle_is_told(life: Any, tmp_path: pathlib.Path, name: str) -> None:
    code, _ = train(life, tmp_path, name, "fails")
    assert (code, life.last.status) == (1, "error")
    assert life.last.epoch < 3
    assert life.last.message == "exit code 1: RuntimeError: out of memory, as asked"


def test_the_page_names_each_of_these() -> None:
    page = (_ROOT / "docs" / "TRAINING.md").read_text(encoding="utf-8")
    table = page.partition("\n\nEach is a training of ")[0]
    rows = [line.split("|")[-2] for line in table.splitlines() if line.startswith("| ")]
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(JOBS)
