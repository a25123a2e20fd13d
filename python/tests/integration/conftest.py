from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

import pulse_wrapper.status_file
from pulse_wrapper import TrainingStatus, read_status, safe_read_status, write_status

# Keras looks for it when it is imported.
os.environ.setdefault("KERAS_BACKEND", "torch")

_JOBS = pathlib.Path(__file__).parent / "jobs"
_SOURCE = pathlib.Path(__file__).parents[2] / "src"

#: Seconds that a job may take: importing a framework is most of it.
_DEADLINE = 300


class Life:
    """All states of a status file, in order."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.states: list[TrainingStatus] = []

    def see(self) -> None:
        """Look at the file. A broken document would raise here."""
        status = safe_read_status(self.path) if not self.states else read_status(self.path)
        if status is not None and (not self.states or status != self.states[-1]):
            self.states.append(status)

    @property
    def last(self) -> TrainingStatus:
        return self.states[-1]

    def expect(self, status: str, *, epoch: float, total: float, start: float = 0.0) -> None:
        """Check the whole way: the start, a rising epoch, one total, and the end."""
        assert self.states[0].status == "running"
        assert self.states[0].epoch == pytest.approx(start)
        epochs = [state.epoch for state in self.states]
        assert epochs == sorted(epochs)
        assert {state.status for state in self.states[:-1]} == {"running"}
        totals = [state.total_epochs for state in self.states]
        assert totals == pytest.approx([total] * len(totals))
        assert (self.last.status, self.last.epoch) == (status, pytest.approx(epoch))


class Job:
    """A job of `jobs/` in a process of its own, watched from outside."""

    def __init__(self, life: Life, command: list[str]) -> None:
        self.life = life
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(_SOURCE), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def signal_at(self, epoch: float, number: signal.Signals) -> None:
        """Send a signal once the training is so far."""
        self._watch(lambda: bool(self.life.states) and self.life.last.epoch >= epoch)
        self.process.send_signal(number)

    def end(self) -> tuple[int, str]:
        """Watch until it ends. Gives the exit code and what it said."""
        self._watch(lambda: False)
        output, _ = self.process.communicate(timeout=_DEADLINE)
        self.life.see()
        return self.process.returncode, output

    def _watch(self, is_there: Any) -> None:
        deadline = time.monotonic() + _DEADLINE
        while self.process.poll() is None and not is_there():
            if time.monotonic() > deadline:
                self.process.kill()
                pytest.fail(f"the job hangs: {self.process.communicate()[0][-2000:]}")
            self.life.see()
            time.sleep(0.002)


@pytest.fixture
def life(path: str, monkeypatch: pytest.MonkeyPatch) -> Life:
    """What this test's status file tells. Of a training in this process it misses no write."""
    life = Life(path)

    def write(target: Any, status: TrainingStatus) -> None:
        write_status(target, status)
        life.see()

    monkeypatch.setattr(pulse_wrapper.status_file, "write_status", write)
    return life


@pytest.fixture
def start(life: Life, tmp_path: pathlib.Path) -> Any:
    """Start a job of `jobs/` with options; `ranks` processes of it, when given."""
    jobs = []

    def start(name: str, *, ranks: int = 0, **options: Any) -> Job:
        options = {"path": life.path, "output": str(tmp_path / "output"), **options}
        launcher = (
            ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={ranks}"]
            if ranks
            else []
        )
        script = [str(_JOBS / f"{name}_job.py"), json.dumps(options)]
        jobs.append(Job(life, [sys.executable, *launcher, *script]))
        return jobs[-1]

    yield start
    for job in jobs:
        if job.process.poll() is None:
            job.process.kill()
            job.process.communicate()
