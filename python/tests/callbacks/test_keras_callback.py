"""The Keras callback without its framework."""

from __future__ import annotations

import os
from typing import Any

import pytest

from pulse_wrapper import read_status


@pytest.mark.parametrize("module", ["keras"], indirect=True)
class TestKeras:
    """Hooks of Keras."""

    @pytest.fixture
    def callback(self, module: Any, path: str) -> Any:
        callback = module.PulseCallback(path, interval=0)
        callback.params = {"epochs": 3, "steps": None}
        callback.on_train_begin()
        return callback

    def test_the_first_epoch_tells_the_length_of_the_data(self, callback: Any, path: str) -> None:
        callback.on_epoch_begin(0)
        callback.on_train_batch_end(0, {"loss": 2.0})
        assert (read_status(path).epoch, read_status(path).loss) == (0.0, 2.0)
        callback.on_train_batch_end(1, {"loss": 1.5})
        callback.on_epoch_end(0, {"loss": 1.5})
        assert read_status(path).epoch == 1.0
        callback.on_epoch_begin(1)
        callback.on_train_batch_end(0, {"loss": 1.0})
        assert read_status(path).epoch == 1.5
        callback.on_train_end()
        assert (read_status(path).status, read_status(path).epoch) == ("done", 1.5)

    def test_nothing_is_told_before_the_place_is_known(self, callback: Any, path: str) -> None:
        assert not os.path.exists(path)
        callback.on_epoch_begin(2)
        assert (read_status(path).status, read_status(path).epoch) == ("running", 2.0)
        callback.on_train_batch_end(9)
        callback.on_epoch_end(2)
        callback.on_train_end()
        assert (read_status(path).status, read_status(path).epoch) == ("done", 3.0)

    def test_only_rank_0_writes(
        self, module: Any, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RANK", "1")
        callback = module.PulseCallback(path)
        callback.params = {"epochs": 1, "steps": 1}
        callback.on_train_begin()
        callback.on_epoch_begin(0)
        callback.on_train_end()
        assert not os.path.exists(path)
