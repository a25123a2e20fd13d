"""A callback for Keras 3, with any backend.

from pulse_wrapper.keras import PulseCallback
model.fit(..., callbacks=[PulseCallback("status.json")])
"""

from __future__ import annotations

from typing import Any

from keras.callbacks import Callback

from .callback_run import CallbackRun
from .run import DEFAULT_INTERVAL, Run
from .writer import StatusPath


class PulseCallback(Callback):  # type: ignore[misc]
    """Reports `Model.fit`.

    Keras has no hook for failures. An uncaught exception, Ctrl-C, SIGTERM and the end of the
    process are seen all the same; put ``with pulse_wrapper.training("status.json"):`` around the
    script for failures before the training starts, after it, or in a notebook.

    Args:
        path: The status file, or the run of a `training` block. Unless given:
            ``PULSE_STATUS_FILE`` of the environment, or else ``status.json``.
        interval: Seconds between two updates that are written.
    """

    #: Keras may call it in a thread of its own, and need not wait for it.
    async_safe = True

    def __init__(
        self, path: StatusPath | Run | None = None, *, interval: float = DEFAULT_INTERVAL
    ) -> None:
        super().__init__()
        self._job = CallbackRun(path, interval)
        self._has_begun = False
        self._epoch = 0.0
        self._batches_done = 0
        self._batches: int | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        """Wait for the first epoch: only it tells where a resumed training starts."""
        self._has_begun = False
        self._batches = self.params.get("steps")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Write ``running`` before the first epoch."""
        self._epoch = float(epoch)
        self._batches_done = 0
        if not self._has_begun:
            self._begin()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Report the batch; its loss is the mean of the epoch so far."""
        self._batches_done = batch + 1
        self._job.run.update(self._place(), (logs or {}).get("loss"))

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Show that a validation goes on: it may take longer than a live training is silent."""
        self._job.run.update(message=f"Validating after epoch {self._place():g}")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Report the epoch."""
        if self._batches is None:
            # Data without length: the first epoch has told it.
            self._batches = self._batches_done or None
        self._job.run.update(self._place(), (logs or {}).get("loss"))

    def on_train_end(self, logs: Any = None) -> None:
        """Write ``done``, unless the loss or a signal says otherwise."""
        if not self._has_begun:
            self._begin()
        total = self.params["epochs"]
        is_early = self._place() < total
        self._job.end(
            f"Training stopped early at epoch {self._place():g} of {total}"
            if is_early
            else "Training completed",
            is_early,
        )

    def _begin(self) -> None:
        self._has_begun = True
        self._job.begin(self._epoch, self.params["epochs"])

    def _place(self) -> float:
        """The epochs done. How long the first epoch is may not be known before its end."""
        part = min(self._batches_done / self._batches, 1.0) if self._batches else 0.0
        return self._epoch + part
