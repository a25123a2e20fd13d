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
        self._job = CallbackRun(path, interval)
        self._metrics = (monitor,) if monitor else ("train_loss", "loss")
        self._monitor = monitor
        self._epoch = self._total = 0.0

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        """Write ``running``: what comes before the first step may take long, too."""
        self._begin(trainer)

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Write where the training starts: now that a checkpoint is loaded, and the data known."""
        self._begin(trainer)

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

    def _begin(self, trainer: Any) -> None:
        if trainer.is_global_zero:
            self._locate(trainer, 0)
            self._job.begin(self._epoch, self._total)

    def _locate(self, trainer: Any, batches_done: int) -> None:
        """Find out the epochs done, and the epochs that the training ends after."""
        batches, max_steps = trainer.num_training_batches, trainer.max_steps
        epochs = trainer.max_epochs if (trainer.max_epochs or -1) > 0 else math.inf
        if math.isinf(batches) and max_steps > 0:
            # Data without length: all steps are one epoch.
            self._epoch, self._total = trainer.global_step / max_steps, 1.0
            return
        self._epoch = float(trainer.current_epoch)
        if 0 < batches < math.inf:
            accumulation = trainer.accumulate_grad_batches
            self._epoch += batches_done / batches
            if max_steps > 0:
                # Several optimizers make several steps of one.
                updates = trainer.current_epoch * -(-batches // accumulation)
                updates += batches_done // accumulation or (batches_done == batches)
                ratio = max(1, round(trainer.global_step / updates)) if updates else 1
                epochs = min(epochs, epochs_after(max_steps / ratio, batches, accumulation))
        # A training without limits, or with one in hours, has no total.
        self._total = 0.0 if math.isinf(epochs) else epochs

    def _loss(self, trainer: Any, pl_module: Any, outputs: Any) -> Any:
        loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
        if self._monitor is None and loss is not None:
            if pl_module.automatic_optimization:
                # Lightning has divided it, so that the gradients of a step's batches add up.
                loss = loss * trainer.accumulate_grad_batches
            return loss
        known = trainer.callback_metrics
        return next((known[name] for name in self._metrics if name in known), None)
