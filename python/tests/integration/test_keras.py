"""Keras, and every way that its trainings begin and end."""

from __future__ import annotations

import signal
from typing import Any

import pytest

pytest.importorskip("keras")

from jobs import keras_job  # noqa: E402


@pytest.mark.parametrize(
    ("options", "total"),
    [
        ({}, 3.0),
        ({"epochs": 1}, 1.0),
        ({"examples": 39}, 3.0),
        ({"steps_per_epoch": 5}, 3.0),
        ({"validates": True}, 3.0),
        ({"is_stream": True, "epochs": 1}, 1.0),
    ],
    ids=str,
)
def test_a_training_is_told_to_its_end(life: Any, options: dict[str, Any], total: float) -> None:
    keras_job.train(life.path, **options)
    life.expect("done", epoch=total, total=total)
    assert life.last.message == "Training completed"
    assert life.last.loss > 0
    assert len(life.states) > 2


def test_epochs_have_fractions(life: Any) -> None:
    keras_job.train(life.path)
    epochs = {round(state.epoch, 3) for state in life.states}
    assert {0.1, 0.5, 1.0, 1.1, 2.9, 3.0} <= epochs


def test_a_resumed_training_goes_on_where_it_was(life: Any) -> None:
    keras_job.train(life.path, initial_epoch=3, epochs=5)
    life.expect("done", epoch=5.0, total=5.0, start=3.0)


def test_a_training_with_nothing_left_to_do_is_done(life: Any) -> None:
    keras_job.train(life.path, initial_epoch=5, epochs=5)
    assert life.last.status == "done"


@pytest.mark.parametrize(("stop_at", "epoch"), [(12, 1.2), (20, 2.0)])
def test_early_stopping_is_no_failure(life: Any, stop_at: int, epoch: float) -> None:
    keras_job.train(life.path, stop_at=stop_at)
    assert life.last.status == "done"
    assert life.last.epoch == life.last.total_epochs == pytest.approx(epoch)
    assert life.last.message == f"Training stopped early at epoch {epoch:g} of 3"


def test_folds_of_a_block_are_runs_with_one_end(life: Any) -> None:
    keras_job.train(life.path, folds=3, has_block=True)
    assert [state.status for state in life.states].count("done") == 1
    assert (life.last.status, life.last.epoch, life.last.total_epochs) == ("done", 3.0, 3.0)
    # Each has begun at 0.
    epochs = [state.epoch for state in life.states]
    assert sum(now < before for before, now in zip(epochs, epochs[1:])) == 2


@pytest.mark.parametrize("options", [{"folds": 3, "epochs": 1}, {"folds": 2, "epochs": 2}], ids=str)
def test_folds_of_a_block_with_a_total_are_its_parts(life: Any, options: dict[str, Any]) -> None:
    total = float(options["folds"] * options["epochs"])
    keras_job.train(life.path, has_block=True, block_total=total, **options)
    life.expect("done", epoch=total, total=total)
    # Only before the first batch nothing is measured.
    assert {state.epoch for state in life.states if not state.loss} == {0.0}


def test_without_a_block_each_fold_is_done(life: Any) -> None:
    keras_job.train(life.path, folds=2)
    assert [state.status for state in life.states].count("done") == 2


def test_a_validation_is_told(life: Any) -> None:
    keras_job.train(life.path, validates=True)
    assert "Validating after epoch 1" in {state.message for state in life.states}


@pytest.mark.parametrize("terminates_on_nan", [False, True])
def test_a_loss_that_is_nan_is_told_and_ends_as_an_error(
    life: Any, terminates_on_nan: bool
) -> None:
    keras_job.train(life.path, nan_at=6, terminates_on_nan=terminates_on_nan)
    ill = [state for state in life.states if state.message.startswith("loss is NaN at step 6; ")]
    assert (ill[0].status, ill[0].epoch) == ("running", pytest.approx(0.6))
    assert {state.loss for state in ill} == {life.last.loss}
    assert life.last.loss > 0
    assert life.last.status == "error"
    assert life.last.message == "loss is NaN at step 6; the training ended with it"
    if terminates_on_nan:
        assert life.last.epoch == pytest.approx(0.6)


def test_a_block_around_it_has_the_last_word(life: Any) -> None:
    keras_job.train(life.path, has_block=True)
    assert life.states[-2].message == "Training completed"
    assert [state.status for state in life.states[-2:]] == ["running", "done"]


@pytest.mark.parametrize("has_block", [False, True])
def test_an_exception_is_told(life: Any, start: Any, has_block: bool) -> None:
    code, said = start("keras", fail_at=14, has_block=has_block).end()
    assert code == 1
    assert said.endswith("RuntimeError: out of memory, as asked\n")
    assert life.last.status == "error"
    assert life.last.epoch == pytest.approx(1.3)
    assert life.last.message == "RuntimeError: out of memory, as asked"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (signal.SIGTERM, "Stopped by SIGTERM"),
        (signal.SIGINT, "Stopped by Ctrl-C (KeyboardInterrupt)"),
    ],
)
def test_a_signal_is_told(life: Any, start: Any, number: signal.Signals, message: str) -> None:
    job = start("keras", pause=0.02, epochs=100)
    job.signal_at(0.5, number)
    code, _ = job.end()
    assert code == -number
    assert (life.last.status, life.last.message) == ("error", message)


def test_sigkill_leaves_a_whole_document_that_grows_stale(life: Any, start: Any) -> None:
    job = start("keras", pause=0.02, epochs=100)
    job.signal_at(0.5, signal.SIGKILL)
    assert job.end()[0] == -signal.SIGKILL
    assert life.last.status == "running"


def test_of_two_ranks_the_first_tells(life: Any, start: Any) -> None:
    code, said = start("keras", ranks=2).end()
    assert code == 0, said
    life.expect("done", epoch=3.0, total=3.0)
