"""Lightning, and every way that its trainings begin and end."""

from __future__ import annotations

import pathlib
import signal
from typing import Any

import pytest

pytest.importorskip("lightning")

from jobs import lightning_job  # noqa: E402


@pytest.fixture
def train(life: Any, tmp_path: pathlib.Path) -> Any:
    def train(**options: Any) -> None:
        lightning_job.train(life.path, str(tmp_path / "output"), **options)

    return train


@pytest.mark.parametrize(
    ("options", "total"),
    [
        ({}, 3.0),
        ({"max_epochs": None, "max_steps": 25}, 2.5),
        ({"max_epochs": -1, "max_steps": 4}, 0.4),
        ({"max_epochs": 3, "max_steps": 12}, 1.2),
        ({"max_epochs": 1, "max_steps": 12}, 1.0),
        ({"accumulate_grad_batches": 5}, 3.0),
        ({"accumulate_grad_batches": 4}, 3.0),
        ({"accumulate_grad_batches": 4, "max_steps": 4}, 1.4),
        ({"limit_train_batches": 5}, 3.0),
        ({"is_stream": True, "max_steps": 8, "max_epochs": None}, 1.0),
        ({"is_stream": True}, 3.0),
        ({"is_manual": True}, 3.0),
        ({"is_manual": True, "max_steps": 50, "max_epochs": None}, 2.5),
        ({"validates": True}, 3.0),
    ],
    ids=str,
)
def test_a_training_is_told_to_its_end(
    life: Any, train: Any, options: dict[str, Any], total: float
) -> None:
    train(**options)
    life.expect("done", epoch=total, total=total)
    assert life.last.message == "Training completed"
    assert life.last.loss > 0
    assert len(life.states) > 3


def test_a_loss_is_told_as_the_model_gave_it(life: Any, train: Any) -> None:
    losses: dict[int, list[float]] = {}
    for accumulation in (1, 5):
        life.states.clear()
        train(accumulate_grad_batches=accumulation, max_epochs=1)
        losses[accumulation] = [state.loss for state in life.states if state.loss]
    # Before the first step both have the same weights: Lightning has divided one by five.
    assert losses[5][0] == pytest.approx(losses[1][0], rel=1e-5)


def test_a_limit_in_time_has_no_total(life: Any, train: Any) -> None:
    train(max_epochs=-1, max_time="00:00:00:01", pause=0.02)
    assert {state.total_epochs for state in life.states[:-1]} == {0.0}
    assert life.last.status == "done"
    assert life.last.epoch == life.last.total_epochs > 0


def test_a_resumed_training_goes_on_where_it_was(
    life: Any, train: Any, tmp_path: pathlib.Path
) -> None:
    checkpoint = str(tmp_path / "middle.ckpt")
    train(max_epochs=2, save=checkpoint)
    life.states.clear()
    train(max_epochs=5, resume=checkpoint)
    life.expect("done", epoch=5.0, total=5.0, start=2.0)


@pytest.mark.parametrize("name", ["g_loss", "train/loss"])
def test_manual_optimisation_logs_its_loss_by_any_name(life: Any, train: Any, name: str) -> None:
    train(is_manual=True, loss_name=name, validates=True)
    assert life.last.status == "done"
    assert life.last.loss > 0
    assert {state.epoch for state in life.states if not state.loss} == {0.0}


@pytest.mark.parametrize("name", ["", "val_loss"])
def test_a_training_that_logs_no_loss_says_so(
    life: Any, train: Any, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    train(is_manual=True, loss_name=name)
    assert {state.loss for state in life.states} == {0.0}
    assert any(state.message.endswith("; no loss logged yet") for state in life.states)
    assert life.last.message == "Training completed; no loss was logged"
    assert sum("logged no loss" in record.getMessage() for record in caplog.records) == 1


def test_early_stopping_is_no_failure(life: Any, train: Any) -> None:
    train(stop_at=12)
    assert life.last.status == "done"
    assert life.last.epoch == life.last.total_epochs == pytest.approx(1.2)
    assert life.last.message == "Training stopped early at epoch 1.2 of 3"


def test_a_validation_is_told(life: Any, train: Any) -> None:
    train(validates=True)
    assert "Validating at step 10" in {state.message for state in life.states}


@pytest.mark.parametrize("options", [{}, {"is_manual": True}], ids=str)
def test_a_loss_that_is_nan_is_told_and_ends_as_an_error(
    life: Any, train: Any, options: dict[str, Any]
) -> None:
    train(nan_at=6, **options)
    ill = [state for state in life.states if state.message.startswith("loss is NaN at step ")]
    assert (ill[0].status, ill[0].epoch) == ("running", pytest.approx(0.6))
    assert {state.loss for state in ill} == {life.last.loss}
    assert life.last.loss > 0
    assert life.last.status == "error"
    assert life.last.message.endswith("; the training ended with it")


def test_a_block_around_it_has_the_last_word(life: Any, train: Any) -> None:
    train(has_block=True)
    assert life.states[0].message == "Training started"
    assert life.states[-2].message == "Training completed"
    assert [state.status for state in life.states[-2:]] == ["running", "done"]


@pytest.mark.parametrize("has_block", [False, True])
def test_an_exception_is_told(life: Any, train: Any, has_block: bool) -> None:
    with pytest.raises(RuntimeError, match="as asked"):
        train(fail_at=14, has_block=has_block)
    assert life.last.status == "error"
    assert life.last.epoch == pytest.approx(1.3)
    assert life.last.message == "RuntimeError: out of memory, as asked"


def test_a_failure_before_the_first_step_is_told(life: Any, train: Any) -> None:
    with pytest.raises(FileNotFoundError):
        train(resume="no-such-checkpoint.ckpt")
    assert life.last.status == "error"
    assert "no-such-checkpoint.ckpt" in life.last.message


@pytest.mark.parametrize(
    ("number", "code", "message"),
    [
        # Lightning ends after the batch, and then with the exit code of a success.
        (signal.SIGTERM, 0, "Stopped by SIGTERM"),
        (signal.SIGINT, 1, "Stopped by Ctrl-C (KeyboardInterrupt)"),
    ],
)
@pytest.mark.parametrize("has_block", [False, True])
def test_a_signal_is_told(
    life: Any,
    start: Any,
    has_block: bool,
    number: signal.Signals,
    code: int,
    message: str,
) -> None:
    job = start("lightning", pause=0.02, max_epochs=100, has_block=has_block)
    job.signal_at(0.5, number)
    left, _ = job.end()
    assert left == code
    assert (life.last.status, life.last.message) == ("error", message)
    # An error that was told is not taken back.
    states = [state.status for state in life.states]
    assert set(states[states.index("error") :]) == {"error"}


def test_sigkill_leaves_a_whole_document_that_grows_stale(life: Any, start: Any) -> None:
    job = start("lightning", pause=0.02, max_epochs=100)
    job.signal_at(0.5, signal.SIGKILL)
    assert job.end()[0] == -signal.SIGKILL
    assert life.last.status == "running"


@pytest.mark.parametrize("strategy", ["ddp", "ddp_spawn"])
def test_of_two_ranks_the_first_tells(life: Any, start: Any, strategy: str) -> None:
    code, said = start("lightning", devices=2, strategy=strategy).end()
    assert code == 0, said
    # Each rank has half of the batches.
    life.expect("done", epoch=3.0, total=3.0)


def test_a_failure_of_the_second_rank_ends_the_first(life: Any, start: Any) -> None:
    job = start("lightning", devices=2, strategy="ddp", fail_at=5, fail_rank=1, pause=0.02)
    assert job.end()[0] != 0
    assert life.last.status == "error"
