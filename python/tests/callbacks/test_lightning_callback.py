"""The Lightning callback without its framework."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest

from pulse_wrapper import read_status


@pytest.mark.parametrize("module", ["lightning"], indirect=True)
class TestLightning:
    """Hooks of Lightning."""

    @pytest.fixture
    def trainer(self) -> Any:
        return SimpleNamespace(
            is_global_zero=True,
            num_training_batches=10,
            accumulate_grad_batches=1,
            max_epochs=3,
            max_steps=-1,
            current_epoch=0,
            global_step=0,
            sanity_checking=False,
            state=SimpleNamespace(fn="fit"),
            callback_metrics={},
        )

    def test_a_failure_before_the_start_is_told(self, module: Any, trainer: Any, path: str) -> None:
        module.PulseCallback(path).on_exception(trainer, None, FileNotFoundError("no data"))
        assert read_status(path).status == "error"
        assert read_status(path).message == "FileNotFoundError: no data"

    def test_a_failure_of_something_else_than_fit_is_none_of_the_training(
        self, module: Any, trainer: Any, path: str
    ) -> None:
        trainer.state.fn = "test"
        module.PulseCallback(path).on_exception(trainer, None, ValueError())
        assert not os.path.exists(path)

    def test_a_failure_after_the_end_is_told(self, module: Any, trainer: Any, path: str) -> None:
        callback = module.PulseCallback(path)
        callback.on_train_start(trainer, None)
        callback.on_train_end(trainer, None)
        assert read_status(path).status == "done"
        callback.on_exception(trainer, None, OSError("no space for the checkpoint"))
        assert read_status(path).status == "error"

    def test_the_loss_can_be_a_metric(self, module: Any, trainer: Any, path: str) -> None:
        callback = module.PulseCallback(path, monitor="val_loss", interval=0)
        callback.on_train_start(trainer, None)
        trainer.callback_metrics = {"loss": 2.0, "val_loss": 0.25}
        callback.on_train_batch_end(trainer, SimpleNamespace(), {"loss": 3.0}, None, 0)
        assert read_status(path).loss == 0.25
        callback.on_train_end(trainer, None)

    def test_only_rank_0_writes(self, module: Any, trainer: Any, path: str) -> None:
        trainer.is_global_zero = False
        callback = module.PulseCallback(path)
        callback.on_train_start(trainer, None)
        callback.on_train_batch_end(trainer, SimpleNamespace(), None, None, 0)
        callback.on_exception(trainer, None, ValueError())
        callback.on_train_end(trainer, None)
        assert not os.path.exists(path)
