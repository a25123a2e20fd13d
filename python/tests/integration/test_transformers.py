"""The Hugging Face Trainer, and every way that its trainings begin and end."""

from __future__ import annotations

import pathlib
import signal
from typing import Any

import pytest

pytest.importorskip("transformers")

from jobs import transformers_job  # noqa: E402


@pytest.fixture
def train(life: Any, tmp_path: pathlib.Path) -> Any:
    def train(**options: Any) -> None:
        transformers_job.train(life.path, str(tmp_path / "output"), **options)

    return train


@pytest.mark.parametrize(
    ("options", "total"),
    [
        ({}, 3.0),
        ({"num_train_epochs": 0.5}, 0.5),
        ({"num_train_epochs": 1.25}, 1.3),  # 12.5 batches are 13.
        ({"max_steps": 25}, 2.5),
        ({"max_steps": 4}, 0.4),
        ({"is_stream": True, "max_steps": 8}, 1.0),
        ({"gradient_accumulation_steps": 5}, 3.0),
        ({"gradient_accumulation_steps": 4}, 3.0),
        ({"gradient_accumulation_steps": 4, "num_train_epochs": 0.5}, 0.8),
        ({"gradient_accumulation_steps": 4, "max_steps": 4}, 1.4),
        ({"examples": 39}, 3.0),
        ({"per_device_train_batch_size": 64}, 3.0),
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


def test_data_that_ends_before_the_steps_do_starts_again(life: Any, train: Any) -> None:
    train(is_stream=True, max_steps=25)
    epochs = [state.epoch for state in life.states]
    assert epochs == sorted(epochs)
    assert life.last.status == "done"
    assert life.last.epoch == life.last.total_epochs
    # Percent is in steps: 25 of them, each as large.
    percent = [state.calculate_progress() for state in life.states if state.epoch]
    assert percent == sorted(percent)


def test_a_resumed_training_goes_on_where_it_was(
    life: Any, train: Any, tmp_path: pathlib.Path
) -> None:
    train(save_strategy="steps", save_steps=15, stop_at=15)
    assert life.last.epoch == pytest.approx(1.5)
    life.states.clear()
    train(resume=str(tmp_path / "output" / "checkpoint-15"))
    life.expect("done", epoch=3.0, total=3.0, start=1.5)


def test_without_logging_steps_the_mean_at_the_end_is_the_loss(
    life: Any, train: Any, caplog: pytest.LogCaptureFixture
) -> None:
    train(logging_steps=500)
    assert any(state.message.endswith("; no loss logged yet") for state in life.states)
    assert {state.loss for state in life.states if state.epoch < 3} == {0.0}
    assert (life.last.status, life.last.message) == ("done", "Training completed")
    assert life.last.loss > 0
    said = [record.getMessage() for record in caplog.records if "no loss" in record.getMessage()]
    assert len(said) == 1
    assert "logging_steps is 500" in said[0]


def test_a_loss_of_another_name_is_told(life: Any, train: Any) -> None:
    train(loss_name="embedding_loss", evaluates=True)
    assert (life.last.status, life.last.message) == ("done", "Training completed")
    assert {state.epoch for state in life.states if not state.loss} <= {0.0, 0.1, 0.2}


def test_early_stopping_is_no_failure(life: Any, train: Any) -> None:
    train(stop_at=12)
    assert life.last.status == "done"
    assert life.last.epoch == life.last.total_epochs == pytest.approx(1.2)
    assert life.last.message == "Training stopped early at step 12 of 30"


def test_an_evaluation_is_told(life: Any, train: Any) -> None:
    train(evaluates=True)
    life.expect("done", epoch=3.0, total=3.0)
    assert "Evaluating at step 10" in {state.message for state in life.states}


@pytest.mark.parametrize(
    ("is_hidden", "detail"),
    [(False, ""), (True, " (its gradient tells: logging_nan_inf_filter hides the loss)")],
)
def test_a_loss_that_is_nan_is_told_and_ends_as_an_error(
    life: Any, train: Any, is_hidden: bool, detail: str
) -> None:
    train(nan_at=6, logging_steps=1, logging_nan_inf_filter=is_hidden)
    problem = f"loss is NaN at step 6{detail}; "
    ill = [state for state in life.states if state.message.startswith("loss is NaN")]
    assert ill[0].message.startswith(problem)
    assert ill[0].status == "running"
    assert ill[0].epoch == pytest.approx(0.6)
    # The last finite loss stays, not the 0 that the Trainer logs.
    assert {state.loss for state in ill} == {life.last.loss}
    assert life.last.loss > 0
    assert life.last.status == "error"
    assert life.last.message == f"{problem}the training ended with it"


def test_a_smaller_batch_after_a_failure_is_a_new_beginning(
    life: Any, train: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = transformers_job.Model.forward

    def small_only(self: Any, input_ids: Any = None, **options: Any) -> Any:
        if len(input_ids) > 2:
            raise RuntimeError("CUDA out of memory.")
        return forward(self, input_ids=input_ids, **options)

    monkeypatch.setattr(transformers_job.Model, "forward", small_only)
    train(auto_find_batch_size=True, num_train_epochs=1)
    assert life.last.status == "done"
    assert life.last.epoch == life.last.total_epochs == 1.0


def test_a_block_around_it_has_the_last_word(life: Any, train: Any) -> None:
    train(has_block=True)
    assert life.states[0].message == "Training started"
    assert life.states[-2].message == "Training completed"
    assert [state.status for state in life.states[-2:]] == ["running", "done"]
    assert life.last.epoch == life.last.total_epochs == 3.0


def test_a_failure_before_the_start_is_told_by_the_block(life: Any, train: Any) -> None:
    with pytest.raises(TypeError):
        train(has_block=True, no_such_argument=True)
    assert life.last.status == "error"
    assert "no_such_argument" in life.last.message


@pytest.mark.parametrize("has_block", [False, True])
def test_an_exception_is_told(life: Any, start: Any, has_block: bool) -> None:
    code, said = start("transformers", fail_at=14, has_block=has_block).end()
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
    job = start("transformers", pause=0.02, num_train_epochs=100)
    job.signal_at(0.5, number)
    code, _ = job.end()
    assert code == -number
    assert (life.last.status, life.last.message) == ("error", message)
    assert 0.5 <= life.last.epoch < 100


def test_a_checkpoint_at_sigterm_does_not_make_it_a_success(life: Any, start: Any) -> None:
    job = start("transformers", pause=0.02, num_train_epochs=100, enable_jit_checkpoint=True)
    job.signal_at(0.5, signal.SIGTERM)
    code, _ = job.end()
    assert code == 0
    assert (life.last.status, life.last.message) == ("error", "Stopped by SIGTERM")


def test_sigkill_leaves_a_whole_document_that_grows_stale(life: Any, start: Any) -> None:
    job = start("transformers", pause=0.02, num_train_epochs=100)
    job.signal_at(0.5, signal.SIGKILL)
    code, _ = job.end()
    assert code == -signal.SIGKILL
    assert life.last.status == "running"


def test_of_two_ranks_the_first_tells(life: Any, start: Any) -> None:
    code, said = start("transformers", ranks=2, ddp_backend="gloo").end()
    assert code == 0, said
    # Each rank has half of the batches.
    life.expect("done", epoch=3.0, total=3.0)


def test_a_failure_of_the_second_rank_ends_the_first(life: Any, start: Any) -> None:
    job = start("transformers", ranks=2, ddp_backend="gloo", fail_at=5, fail_rank=1)
    code, _ = job.end()
    assert code != 0
    assert life.last.status == "error"
