"""The example job as its user starts it."""

from __future__ import annotations

import pathlib
import signal
import subprocess
import sys
import time

import pytest

from pulse_wrapper import TrainingStatus, safe_read_status

_SCRIPT = pathlib.Path(__file__).parents[1] / "examples/train_regression.py"

_DEADLINE = 60


def _start(path: str, *options: str) -> subprocess.Popen[str]:
    # -I: neither an installed package nor the environment helps it.
    return subprocess.Popen(
        [sys.executable, "-I", str(_SCRIPT), "--status-file", path, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _watch(job: subprocess.Popen[str], path: str) -> list[TrainingStatus]:
    """All states seen until the job has ended."""
    states: list[TrainingStatus] = []
    deadline = time.monotonic() + _DEADLINE
    while time.monotonic() < deadline:
        has_ended = job.poll() is not None
        status = safe_read_status(path)
        if status is not None and (not states or status != states[-1]):
            states.append(status)
        if has_ended:
            break
    job.communicate(timeout=_DEADLINE)
    return states


def _wait_until_running(path: str) -> None:
    deadline = time.monotonic() + _DEADLINE
    while time.monotonic() < deadline:
        status = safe_read_status(path)
        if status is not None and status.epoch > 0:
            return
        time.sleep(0.01)
    pytest.fail("the job has not begun")


def test_it_is_idle_then_running_then_done_and_learns(path: str) -> None:
    # Long enough to be seen in each epoch, however seldom this process gets to look.
    job = _start(path, "--epochs=2", "--steps-per-epoch=20", "--delay=0.1", "--wait=1.5")
    states = _watch(job, path)
    assert job.returncode == 0
    assert list(dict.fromkeys(state.status for state in states)) == ["idle", "running", "done"]
    running = [state for state in states if state.status == "running"]
    epochs = [state.epoch for state in running]
    assert epochs == sorted(epochs) and epochs[0] < 1 < epochs[-1]
    assert {state.total_epochs for state in running} == {2.0}
    assert states[-1].epoch == states[-1].total_epochs == 2.0
    # The noise alone is 0.01; it starts near 10.
    first = next(state.loss for state in running if state.epoch > 0)
    assert states[-1].loss < first / 2


def test_under_pulse_run_it_is_never_idle(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SUPERVISED", "1")
    states = _watch(_start(path, "--epochs=1", "--delay=0.01", "--wait=0.2"), path)
    assert {state.status for state in states} <= {"running", "done"}
    assert states[-1].status == "done"


def test_a_failure_is_told_with_its_place(path: str) -> None:
    job = _start(path, "--fail-at=1.5", "--steps-per-epoch=10")
    last = _watch(job, path)[-1]
    assert job.returncode == 1
    assert (last.status, last.epoch, last.total_epochs) == ("error", 1.5, 3.0)
    assert last.message == "RuntimeError: failed at epoch 1.50, as asked"
    assert last.loss > 0


def test_a_training_that_diverges_fails(path: str) -> None:
    last = _watch(_start(path, "--learning-rate=10"), path)[-1]
    assert last.status == "error"
    assert last.message.startswith("ArithmeticError: loss is inf at epoch ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_told(path: str, number: signal.Signals) -> None:
    job = _start(path, "--delay=0.01", "--epochs=1000")
    _wait_until_running(path)
    job.send_signal(number)
    job.communicate(timeout=_DEADLINE)
    status = safe_read_status(path)
    assert job.returncode == 128 + number
    assert status is not None
    assert (status.status, status.message) == ("error", f"Stopped by {number.name}")
    assert 0 < status.epoch < 1000


def test_a_wrong_option_is_refused(path: str) -> None:
    job = _start(path, "--epochs=0")
    _, said = job.communicate(timeout=_DEADLINE)
    assert job.returncode == 2
    assert "0 is below 1" in said


def test_it_goes_on_from_its_checkpoint(path: str, tmp_path: pathlib.Path) -> None:
    checkpoint = f"--checkpoint={tmp_path / 'checkpoint.json'}"
    options = ("--epochs=4", "--steps-per-epoch=10", checkpoint)
    crashed = _watch(_start(path, *options, "--delay=0.01", "--fail-at=2.5"), path)[-1]
    assert (crashed.status, crashed.epoch) == ("error", 2.5)
    # Slow enough to be seen before it is where it crashed.
    states = _watch(_start(path, *options, "--delay=0.1"), path)
    # Never idle again, which would be another run.
    assert {state.status for state in states} <= {"error", "running", "done"}
    running = [state for state in states if state.status == "running"]
    assert running[0].epoch < 2.5 and all(state.epoch >= 2 for state in running)
    assert running[0].message == "Resumed at epoch 2" or running[0].epoch > 2
    assert states[-1].status == "done"
    assert states[-1].loss < crashed.loss


def test_its_learning_rate_can_warm_up(path: str) -> None:
    job = _start(path, "--epochs=6", "--steps-per-epoch=50", "--learning-rate=10", "--warmup=5")
    last = _watch(job, path)[-1]
    assert last.status == "error" and "the training diverged" in last.message
    assert last.epoch > 0.5
