"""`pulse run`: trainings that know nothing of Pulse, told to their end."""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

_ROOT = pathlib.Path(__file__).parents[3]
_JOBS = pathlib.Path(__file__).parent / "jobs"
_BINARY = os.environ.get("PULSE_BINARY") or str(_ROOT / ".build" / "debug" / "pulse")

#: Seconds that a training may take: importing a framework is most of it.
_DEADLINE = 300

pytestmark = pytest.mark.skipif(
    not pathlib.Path(_BINARY).exists(), reason="pulse is not built, and PULSE_BINARY not set"
)
needs_trainer = pytest.mark.skipif(
    importlib.util.find_spec("lightning") is None, reason="for the newest transformers"
)
needs_llamafactory = pytest.mark.skipif(
    importlib.util.find_spec("llamafactory") is None, reason="for LLaMA-Factory"
)


@pytest.fixture
def run(life: Any, tmp_path: pathlib.Path) -> Any:
    """Run a command under `pulse run` and see every state of its file."""
    started = []

    def run(command: list[str], *flags: str, signal_at: float | None = None) -> tuple[int, str]:
        own = [_BINARY, "run", "--status-file", life.path, *flags, "--"]
        process = subprocess.Popen(
            [*own, *command],
            cwd=tmp_path,
            env={**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        deadline = time.monotonic() + _DEADLINE
        while process.poll() is None:
            assert time.monotonic() < deadline, "the training hangs"
            life.see()
            if signal_at is not None and life.states and life.last.epoch >= signal_at:
                process.send_signal(signal.SIGINT)
                signal_at = None
            time.sleep(0.01)
        life.see()
        return process.returncode, process.communicate()[0]

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
            process.communicate()


def script(**options: Any) -> list[str]:
    return [sys.executable, str(_JOBS / "plain_trainer_job.py"), json.dumps(options)]


def check_way(life: Any, total: float, flags_total: float = 0.0) -> None:
    """The whole way: a start at 0, a rising epoch, and one total once it is known."""
    assert (life.states[0].status, life.states[0].epoch) == ("running", 0.0)
    epochs = [state.epoch for state in life.states]
    assert epochs == sorted(epochs)
    assert {state.status for state in life.states[:-1]} == {"running"}
    totals = {round(state.total_epochs, 6) for state in life.states}
    assert totals <= {flags_total, total}


@needs_trainer
def test_a_trainer_reports_by_itself(life: Any, run: Any) -> None:
    code, said = run(script(pause=0.25))
    assert code == 0, said[-2000:]
    check_way(life, 3.0)
    assert any(0 < state.epoch < 3 and state.loss > 0 for state in life.states[:-1])
    assert (life.last.status, life.last.epoch, life.last.total_epochs) == ("done", 3.0, 3.0)
    assert life.last.message == "Training completed"


@needs_trainer
def test_an_exception_is_told(life: Any, run: Any) -> None:
    code, _ = run(script(pause=0.25, fail_at=40))
    assert code == 1
    check_way(life, 3.0)
    assert (life.last.status, 0 < life.last.epoch < 2.5) == ("error", True)
    assert life.last.message == "exit code 1: RuntimeError: out of memory, as asked"


@needs_trainer
def test_ctrl_c_is_told(life: Any, run: Any) -> None:
    code, said = run(script(pause=0.25), signal_at=0.1)
    assert code == 130, said[-2000:]
    assert life.last.status == "error"
    assert life.last.message == "killed by SIGINT: KeyboardInterrupt"


@needs_trainer
@pytest.mark.parametrize("is_hidden", [True, False])
def test_a_loss_that_is_nan_is_told(life: Any, run: Any, is_hidden: bool) -> None:
    options = {"logging_nan_inf_filter": is_hidden}
    code, said = run(script(pause=0.25, nan_at=30, **options))
    assert code == 0, said[-2000:]
    assert life.last.message.startswith("loss is NaN at step ")
    assert any(state.message.startswith("loss is NaN") for state in life.states[:-1])
    assert 0 < life.last.loss < 10


@needs_llamafactory
@pytest.mark.parametrize(("epochs", "total"), [(3.0, 3.0), (0.5, 0.5)])
def test_llamafactory_is_followed_by_its_log(
    life: Any, run: Any, tmp_path: pathlib.Path, epochs: float, total: float
) -> None:
    sys.path.insert(0, str(_JOBS))
    import llamafactory_job

    arguments = llamafactory_job.arguments(str(tmp_path / "output"))
    # YAML has all of JSON, and LLaMA-Factory 0.9.5 fails on a file that is called so.
    config = tmp_path / "config.yaml"
    config.write_text(json.dumps({**arguments, "num_train_epochs": epochs, "logging_steps": 1}))
    command = str(pathlib.Path(sys.executable).with_name("llamafactory-cli"))
    flags = ("--trainer-log", "output/trainer_log.jsonl")
    code, said = run([command, "train", str(config)], *flags)
    assert code == 0, said[-2000:]
    check_way(life, total)
    lines = (tmp_path / "output" / "trainer_log.jsonl").read_text().splitlines()
    losses = [line["loss"] for line in map(json.loads, lines) if "loss" in line]
    assert (life.last.status, life.last.loss) == ("done", losses[-1])
    assert (life.last.epoch, life.last.total_epochs) == (total, total)
