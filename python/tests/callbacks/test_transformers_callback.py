"""The Hugging Face callback without its framework."""

from __future__ import annotations

import math
import os
import pickle
from types import SimpleNamespace
from typing import Any

import pytest

import pulse_wrapper
from pulse_wrapper import read_status
from pulse_wrapper.guard import GUARD


@pytest.mark.parametrize("module", ["transformers"], indirect=True)
class TestTransformers:
    """Hooks of the Hugging Face Trainer."""

    @pytest.fixture
    def trainer(self, module: Any, path: str) -> Any:
        return _Trainer(module.PulseCallback(path, interval=0))

    def test_half_an_epoch_ends_at_half_an_epoch(self, trainer: Any, path: str) -> None:
        trainer.begin(max_steps=5, batches=10, num_train_epochs=0.5)
        assert read_status(path).total_epochs == 0.5
        trainer.step(5, epoch=0.5)
        trainer.end()
        assert (read_status(path).status, read_status(path).epoch) == ("done", 0.5)

    def test_without_the_length_of_the_data_steps_are_the_measure(
        self, trainer: Any, path: str
    ) -> None:
        trainer.begin(max_steps=8, batches=None)
        assert read_status(path).total_epochs == 1.0
        trainer.step(2, epoch=0.25)
        assert read_status(path).calculate_progress() == 25.0
        # The data ended, and started again: the Trainer counts it as the next epoch.
        trainer.step(4, epoch=1.125)
        assert (read_status(path).epoch, read_status(path).total_epochs) == (1.125, 2.25)
        assert read_status(path).calculate_progress() == 50.0

    def test_a_trainer_that_counts_otherwise_is_believed(self, trainer: Any, path: str) -> None:
        # Older ones left out the batches that make no whole step.
        trainer.begin(max_steps=6, batches=10, gradient_accumulation_steps=4)
        trainer.step(1, epoch=0.5)
        assert (read_status(path).epoch, read_status(path).total_epochs) == (0.5, 3.0)

    def test_a_resumed_training_starts_where_it_was(self, trainer: Any, path: str) -> None:
        trainer.begin(max_steps=30, batches=10, global_step=15, epoch=1.5)
        assert (read_status(path).epoch, read_status(path).total_epochs) == (1.5, 3.0)
        assert read_status(path).message == "Step 15 of 30"
        trainer.step(30, epoch=3.0)
        trainer.end()

    def test_the_last_log_has_no_loss_and_changes_none(self, trainer: Any, path: str) -> None:
        trainer.begin()
        trainer.log(loss=0.5, grad_norm=1.0)
        trainer.step(30, epoch=3.0)
        trainer.log(train_runtime=1.0, train_loss=0.7)
        trainer.end()
        assert (read_status(path).loss, read_status(path).status) == (0.5, "done")

    def test_without_a_loss_its_mean_at_the_end_is_one(
        self, trainer: Any, path: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        trainer.begin()
        trainer.step(29, epoch=2.9)
        assert read_status(path).message == "Step 29 of 30; no loss logged yet"
        trainer.log(eval_loss=3.0, eval_runtime=1.0)
        assert read_status(path).loss == 0.0
        trainer.step(30, epoch=3.0)
        trainer.log(train_runtime=1.0, train_loss=0.7)
        trainer.end()
        status = read_status(path)
        assert (status.status, status.loss) == ("done", 0.7)
        assert status.message == "Training completed"
        [warning] = caplog.records
        assert "no loss in 30 steps; logging_steps is 500" in warning.getMessage()

    def test_a_training_without_any_loss_says_so(
        self, trainer: Any, path: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        for _ in range(2):
            trainer.begin(global_step=0, epoch=0)
            assert read_status(path).message == "Step 0 of 30"
            trainer.step(30, epoch=3.0)
            trainer.end()
            assert read_status(path).message == "Training completed; no loss was logged"
        assert len(caplog.records) == 1

    @pytest.mark.parametrize(
        ("logs", "loss"),
        [
            ({"embedding_loss": 0.5, "learning_rate": 0.1}, 0.5),
            ({"train/loss": 0.5}, 0.5),
            ({"value_loss": 0.5}, 0.5),
            ({"eval_loss": 0.5}, 0.0),
            ({"eval_embedding_loss": 0.5}, 0.0),
            ({"val_loss": 0.5, "valid_loss": 0.5, "test_loss": 0.5, "validation/loss": 0.5}, 0.0),
            ({"lossless": 0.5, "loss_scale": 0.5}, 0.0),
        ],
        ids=str,
    )
    def test_a_loss_of_another_name_is_found(
        self, trainer: Any, path: str, logs: dict[str, float], loss: float
    ) -> None:
        trainer.begin()
        trainer.step(1, epoch=0.1)
        trainer.log(**logs)
        assert read_status(path).loss == loss
        trainer.end()

    @pytest.mark.parametrize(
        ("logs", "arguments", "is_told"),
        [
            ({"loss": 0.0, "grad_norm": math.nan}, {}, True),
            ({"loss": 2.0, "grad_norm": math.inf}, {}, True),
            # With fp16 a step whose gradient overflows is left out, and that is all.
            ({"loss": 2.0, "grad_norm": math.inf}, {"fp16": True}, False),
            ({"loss": 0.0, "grad_norm": math.nan}, {"fp16": True}, True),
            ({"loss": 2.0, "grad_norm": math.nan}, {"logging_nan_inf_filter": False}, False),
            ({"loss": 2.0, "grad_norm": 1.0}, {}, False),
            ({"loss": 2.0}, {}, False),
        ],
        ids=str,
    )
    def test_a_nan_that_the_trainer_hides_is_found(
        self,
        trainer: Any,
        path: str,
        logs: dict[str, float],
        arguments: dict[str, Any],
        is_told: bool,
    ) -> None:
        trainer.begin(**arguments)
        trainer.step(1, epoch=0.1)
        trainer.log(**logs)
        assert read_status(path).message.startswith("loss is NaN at step 1 ") == is_told
        trainer.step(30, epoch=3.0)
        trainer.end()
        assert read_status(path).status == ("error" if is_told else "done")

    def test_accumulated_batches_are_a_sign_of_life_and_no_progress(
        self, trainer: Any, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seconds = iter(range(1_800_000_000, 1_800_010_000, 60))
        monkeypatch.setattr("time.time", lambda: float(next(seconds)))
        trainer.begin(batches=80, gradient_accumulation_steps=8)
        trainer.step(1, epoch=0.1)
        trainer.log(loss=0.5, grad_norm=1.0)
        trainer.call("on_substep_end")
        before = read_status(path)
        for _ in range(6):
            trainer.call("on_substep_end")
            now = read_status(path)
            assert now.timestamp > before.timestamp
            assert (now.epoch, now.loss, now.message) == (0.1, 0.5, "Step 1 of 30")
            before = now
        trainer.step(2, epoch=0.2)
        assert read_status(path).message == "Step 2 of 30"
        trainer.step(30, epoch=3.0)
        trainer.end()

    def test_few_of_many_batches_are_written(self, module: Any, path: str) -> None:
        trainer = _Trainer(module.PulseCallback(path, interval=3600))
        trainer.begin(batches=80, gradient_accumulation_steps=8)
        before = os.stat(path).st_ino
        for _ in range(1_000):
            trainer.call("on_substep_end")
        assert os.stat(path).st_ino == before

    def test_a_nan_is_named_with_the_step_that_batches_belong_to(
        self, trainer: Any, path: str
    ) -> None:
        trainer.begin(batches=80, gradient_accumulation_steps=8, logging_nan_inf_filter=False)
        trainer.step(1, epoch=0.1)
        for _ in range(7):
            trainer.call("on_substep_end")
        trainer.step(2, epoch=0.2)
        trainer.log(loss=math.nan)
        assert read_status(path).message.startswith("loss is NaN at step 2;")

    def test_only_rank_0_writes(self, trainer: Any, path: str) -> None:
        trainer.state.is_world_process_zero = False
        trainer.begin()
        trainer.call("on_substep_end")
        trainer.step(30, epoch=3.0)
        trainer.log(loss=0.5)
        trainer.end()
        assert not os.path.exists(path)

    def test_the_rank_of_the_trainer_counts_not_the_environment(
        self, trainer: Any, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RANK", "1")
        trainer.begin()
        assert read_status(path).status == "running"
        trainer.end()

    def test_a_second_training_is_a_new_one(self, trainer: Any, path: str) -> None:
        trainer.begin()
        trainer.step(30, epoch=3.0)
        trainer.end()
        trainer.begin(global_step=0, epoch=0)
        assert (read_status(path).status, read_status(path).epoch) == ("running", 0.0)
        trainer.end()

    def test_what_is_told_between_trainings_changes_nothing(self, trainer: Any, path: str) -> None:
        trainer.begin()
        trainer.step(30, epoch=3.0)
        trainer.end()
        before = read_status(path)
        trainer.call("on_prediction_step")
        trainer.call("on_substep_end")
        trainer.log(loss=9.0)
        assert read_status(path) == before

    def test_pulse_run_ends_what_it_runs(
        self, trainer: Any, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PULSE_SUPERVISED", "1")
        monkeypatch.setenv("PULSE_STATUS_FILE", path)
        for _ in range(2):
            trainer.begin(global_step=0, epoch=0)
            assert (read_status(path).status, read_status(path).epoch) == ("running", 0.0)
            trainer.log(loss=0.5)
            trainer.step(30, epoch=3.0)
            trainer.end()
            status = read_status(path)
            assert (status.status, status.epoch, status.total_epochs) == ("running", 3.0, 3.0)
            assert (status.loss, status.message) == (0.5, "Training completed")
            # Nothing of it is left to be said when the process ends.
            assert GUARD.runs == []

    def test_early_stopping_under_pulse_run_is_the_end_too(
        self, trainer: Any, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PULSE_SUPERVISED", "1")
        monkeypatch.setenv("PULSE_STATUS_FILE", path)
        trainer.begin()
        trainer.log(loss=0.5)
        trainer.step(12, epoch=1.2)
        trainer.end()
        status = read_status(path)
        assert (status.status, status.epoch, status.total_epochs) == ("running", 1.2, 1.2)
        assert status.message == "Training stopped early at step 12 of 30"

    def test_several_trainings_of_a_block_end_with_it(self, trainer: Any, path: str) -> None:
        with pulse_wrapper.training(path, interval=0):
            for _ in range(3):
                trainer.begin(global_step=0, epoch=0)
                assert (read_status(path).epoch, read_status(path).loss) == (0.0, 0.0)
                trainer.log(loss=0.5)
                trainer.step(30, epoch=3.0)
                trainer.end()
                assert (read_status(path).status, read_status(path).epoch) == ("running", 3.0)
        assert (read_status(path).status, read_status(path).epoch) == ("done", 3.0)

    def test_in_a_block_with_a_total_they_are_its_parts(self, trainer: Any, path: str) -> None:
        with pulse_wrapper.training(path, 9, interval=0):
            for fold in range(3):
                trainer.begin(global_step=0, epoch=0)
                status = read_status(path)
                assert (status.epoch, status.total_epochs) == (3.0 * fold, 9.0)
                # A 0 after a loss would be one that was measured.
                assert status.loss == (0.5 if fold else 0.0)
                trainer.log(loss=0.5)
                trainer.step(15, epoch=1.5)
                assert read_status(path).epoch == 3.0 * fold + 1.5
                trainer.step(30, epoch=3.0)
                trainer.end()
        status = read_status(path)
        assert (status.status, status.epoch, status.total_epochs) == ("done", 9.0, 9.0)

    def test_a_part_that_resumes_or_starts_again_is_no_other(self, trainer: Any, path: str) -> None:
        with pulse_wrapper.training(path, 4, interval=0):
            trainer.begin()
            trainer.step(10, epoch=1.0)
            # With smaller batches, before the end.
            trainer.begin(global_step=0, epoch=0)
            assert read_status(path).epoch == 0.0
            trainer.step(20, epoch=2.0)
            trainer.end()
            # From its checkpoint.
            trainer.begin(global_step=20, epoch=2.0)
            assert (read_status(path).epoch, read_status(path).total_epochs) == (2.0, 4.0)
            trainer.step(30, epoch=3.0)
            trainer.end()
        assert (read_status(path).epoch, read_status(path).total_epochs) == (3.0, 3.0)

    def test_a_block_for_another_file_is_another_run(
        self, trainer: Any, path: str, tmp_path: Any
    ) -> None:
        with pulse_wrapper.training(tmp_path / "other.json"):
            trainer.begin()
            trainer.step(30, epoch=3.0)
            trainer.end()
            assert read_status(path).status == "done"

    def test_the_run_of_a_block_can_be_given_itself(self, module: Any, path: str) -> None:
        with pulse_wrapper.training(path) as run:
            trainer = _Trainer(module.PulseCallback(run, interval=0))
            trainer.begin()
            trainer.log(loss=0.5)
            trainer.step(12, epoch=1.2)
            trainer.end()
            assert read_status(path).status == "running"
        status = read_status(path)
        assert (status.status, status.epoch, status.total_epochs) == ("done", 1.2, 1.2)
        assert status.message == "Training stopped early at step 12 of 30"

    def test_a_callback_can_be_copied_into_another_process(
        self, module: Any, trainer: Any, path: str
    ) -> None:
        trainer.begin()
        copy = pickle.loads(pickle.dumps(trainer.callback._job))
        trainer.end()
        # It has begun nothing there.
        assert not copy.run.has_started


class _Trainer:
    """Calls the hooks of a callback, as the Trainer does on each change of its state."""

    def __init__(self, callback: Any) -> None:
        self.callback = callback
        self.args = SimpleNamespace(
            logging_nan_inf_filter=True,
            gradient_accumulation_steps=1,
            num_train_epochs=3,
            max_steps=-1,
            fp16=False,
            logging_steps=500,
        )
        self.state = SimpleNamespace(
            is_world_process_zero=True, global_step=0, max_steps=30, epoch=0
        )

    def begin(self, batches: int | None = 10, **changes: Any) -> None:
        for name, value in changes.items():
            target = self.state if name in ("global_step", "epoch", "max_steps") else self.args
            setattr(target, name, value)
        self.call("on_train_begin", train_dataloader=None if batches is None else range(batches))

    def step(self, number: int, epoch: float) -> None:
        self.state.global_step, self.state.epoch = number, epoch
        self.call("on_step_end")

    def log(self, **logs: float) -> None:
        self.call("on_log", logs=logs)

    def end(self) -> None:
        self.call("on_train_end")

    def call(self, hook: str, **options: Any) -> None:
        getattr(self.callback, hook)(self.args, self.state, SimpleNamespace(), **options)
