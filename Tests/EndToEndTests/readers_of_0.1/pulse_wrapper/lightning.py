"""A callback for PyTorch Lightning.

from pulse_wrapper.lightning import PulseCallback
trainer = Trainer(..., callbacks=[PulseCallback("status.json")])
"""

from __future__ import annotations

import math
from typing import Any

try:
    from lightning.pytorch.callbacks import Callback
except ModuleNotFoundError:  # The package's older name, which is still installed alone.
    from pytorch_lightning.callbacks import Callback

from .callback_run import CallbackRun
from .run import DEFAULT_INTERVAL, Run
from .schedule import epochs_after
from .writer import StatusPath


class PulseCallback(Callback):  # type: ignore[misc]
    """Reports `Trainer.fit`, from rank 0, failures included.

    Args:
        path: The status file, or the run of a `training` block. Unless given:
            ``PULSE_STATUS_FILE`` of the environment, or else ``status.json``.
        monitor: The logged metric that is the loss. Unless given: what `training_step` returns,
            and where that is nothing, a metric called ``train_loss`` or ``loss``.
        interval: Seconds between two updates that are written.
    """

    def __init__(
        self,
        path: StatusPath | Run | None = None,
        *,
        monitor: str | None = None,
        interval: float = DEFAULT_INTERVAL,
    ) -> None:
        super().__init__()
        # Each hook asks the trainer for the rank.
        self._job = CallbackRun(path, interval, enabled=True)
        self._metrics = (monitor,) if monitor else ("train_loss", "loss")
        self._monitor = monitor
        self._epoch = self._total = 0.0

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Write ``running``: only now a checkpoint is loaded, and the length of the data known."""
        if trainer.is_global_zero:
            self._locate(trainer, 0)
            self._job.begin(self._epoch, self._total)

    def on_train_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Report the batch."""
        if not trainer.is_global_zero:
            return
        self._locate(trainer, batch_idx + 1)
        self._job.run.update(
            self._epoch,
            self._loss(trainer, pl_module, outputs),
            total_epochs=self._total,
            step=trainer.global_step,
        )

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Report the epoch, where its batches could not tell how much of it is done."""
        if trainer.is_global_zero and math.isinf(trainer.num_training_batches):
            self._locate(trainer, 0, epochs_done=trainer.current_epoch + 1)
            self._job.run.update(self._epoch, step=trainer.global_step)

    def on_validation_batch_end(self, trainer: Any, *args: Any, **kwargs: Any) -> None:
        """Show that a validation goes on: it may take longer than a live training is silent."""
        if trainer.is_global_zero and not trainer.sanity_checking:
            step = trainer.global_step
            self._job.run.update(message=f"Validating at step {step}", step=step)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Write ``done``, unless the loss or a signal says otherwise."""
        if not trainer.is_global_zero:
            return
        is_early = self._epoch < self._total
        place = f"epoch {self._epoch:g} of {self._total:g}"
        self._job.end(
            f"Training stopped early at {place}" if is_early else "Training completed", is_early
        )

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """Write ``error``, with what was raised."""
        if trainer.is_global_zero and trainer.state.fn == "fit":
            self._job.fail(exception)

    def _locate(self, trainer: Any, batches_done: int, epochs_done: int | None = None) -> None:
        """Find out the epochs done, and the epochs that the training ends after."""
        batches, max_steps = trainer.num_training_batches, trainer.max_steps
        epochs = trainer.max_epochs if (trainer.max_epochs or -1) > 0 else math.inf
        if math.isinf(batches) and max_steps > 0:
            # Data without length: all steps are one epoch.
            self._epoch, self._total = trainer.global_step / max_steps, 1.0
            return
        self._epoch = float(trainer.current_epoch if epochs_done is None else epochs_done)
        if 0 < batches < math.inf:
            accumulation = trainer.accumulate_grad_batches
            self._epoch += batches_done / batches
            if max_steps > 0:
                updates = max_steps / self._steps_of_one(trainer, batches_done)
                epochs = min(epochs, epochs_after(updates, batches, accumulation))
        # A training without limits, or with one in hours, has no total.
        self._total = 0.0 if math.isinf(epochs) else epochs

    @staticmethod
    def _steps_of_one(trainer: Any, batches_done: int) -> int:
        """How many steps Lightning counts where one is made: each optimizer has its own."""
        batches, accumulation = trainer.num_training_batches, trainer.accumulate_grad_batches
        updates_per_epoch = -(-batches // accumulation)
        # The last step of an epoch takes the batches that are left.
        is_last = batches_done == batches
        updates: int = updates_per_epoch if is_last else batches_done // accumulation
        updates += trainer.current_epoch * updates_per_epoch
        if updates and trainer.global_step:
            return max(1, round(int(trainer.global_step) / updates))
        # Before the first one; all of them step, unless Lightning itself makes the steps.
        is_automatic = trainer.lightning_module.automatic_optimization
        return 1 if is_automatic else max(1, len(trainer.optimizers))

    def _loss(self, trainer: Any, pl_module: Any, outputs: Any) -> Any:
        loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
        if self._monitor is None and loss is not None:
            if pl_module.automatic_optimization:
                # Lightning has divided it, so that the gradients of a step's batches add up.
                loss = loss * trainer.accumulate_grad_batches
            return loss
        known = trainer.callback_metrics
        return next((known[name] for name in self._metrics if name in known), None)
