"""A callback for the Hugging Face Trainer, and for what is built on it, such as LLaMA-Factory.

from pulse_wrapper.transformers import PulseCallback
trainer = Trainer(..., callbacks=[PulseCallback("status.json")])
"""

from __future__ import annotations

import logging
import math
from typing import Any

from transformers import TrainerCallback

from .callback_run import CallbackRun
from .run import DEFAULT_INTERVAL, Run
from .schedule import epochs_after
from .writer import StatusPath

_LOGGER = logging.getLogger("pulse_wrapper")

#: Two ways to count epochs agree so far: a rounding apart.
_TOLERANCE = 1e-6


class PulseCallback(TrainerCallback):  # type: ignore[misc]
    """Reports a training of the Trainer, from rank 0.

    The Trainer has no hook for failures. An uncaught exception, Ctrl-C, SIGTERM and the end of the
    process are seen all the same; put ``with pulse_wrapper.training("status.json"):`` around the
    script for failures before the training starts, after it, or in a notebook.

    Args:
        path: The status file, or the run of a `training` block. Unless given:
            ``PULSE_STATUS_FILE`` of the environment, or else ``status.json``.
        interval: Seconds between two updates that are written.
    """

    def __init__(
        self, path: StatusPath | Run | None = None, *, interval: float = DEFAULT_INTERVAL
    ) -> None:
        # Each hook asks the trainer for the rank.
        self._job = CallbackRun(path, interval, enabled=True)
        # Batches of an epoch, while the Trainer counts epochs as they say.
        self._batches: int | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Write ``running``. The Trainer calls it again when it retries with smaller batches."""
        if not state.is_world_process_zero:
            return
        if args.logging_nan_inf_filter:
            _LOGGER.info("logging_nan_inf_filter is on: the Trainer logs no loss that is NaN")
        self._batches = _batches(args, state, kwargs.get("train_dataloader"))
        self._job.begin(state.epoch or 0.0, self._total(args, state), _message(state))

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Report the step."""
        if state.is_world_process_zero:
            self._job.run.update(
                state.epoch,
                message=_message(state),
                total_epochs=self._total(args, state),
                step=state.global_step,
            )

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        """Report the loss: the mean since the last log. The last log of a training has none."""
        if not state.is_world_process_zero or not logs or "loss" not in logs:
            return
        if args.logging_nan_inf_filter and _hides_nan(args, logs):
            self._job.run.report_problem(
                "loss is NaN", " (its gradient tells: logging_nan_inf_filter hides the loss)"
            )
        else:
            self._job.run.update(loss=logs["loss"], step=state.global_step)

    def on_prediction_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Show that an evaluation goes on: it may take longer than a live training is silent."""
        if state.is_world_process_zero:
            self._job.run.update(
                message=f"Evaluating at step {state.global_step}", step=state.global_step
            )

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Write ``done``, unless the loss or a signal says otherwise."""
        if not state.is_world_process_zero:
            return
        self.on_step_end(args, state, control)
        is_early = state.global_step < state.max_steps
        place = f"step {state.global_step} of {state.max_steps}"
        message = f"Training stopped early at {place}" if is_early else "Training completed"
        self._job.end(message, is_early)

    def _total(self, args: Any, state: Any) -> float:
        """The epochs that the training ends after.

        `state.num_train_epochs` is rounded up, and not known for data without length.
        """
        steps, epoch = state.global_step, state.epoch or 0.0
        if self._batches is not None:
            accumulation = args.gradient_accumulation_steps
            if abs(epochs_after(steps, self._batches, accumulation) - epoch) < _TOLERANCE:
                return epochs_after(state.max_steps, self._batches, accumulation)
            self._batches = None
        if steps and epoch:
            return float(round(epoch * state.max_steps / steps, 6))
        return 0.0 if args.max_steps > 0 else float(args.num_train_epochs)


def _batches(args: Any, state: Any, dataloader: Any) -> int | None:
    try:
        return len(dataloader) or None
    except TypeError:
        # Data without length: the Trainer takes all steps for one epoch.
        return state.max_steps * args.gradient_accumulation_steps or None


def _message(state: Any) -> str:
    return f"Step {state.global_step} of {state.max_steps}"


def _hides_nan(args: Any, logs: Any) -> bool:
    """Whether a finite loss was logged in place of NaN."""
    gradient = logs.get("grad_norm")
    if gradient is None or math.isfinite(gradient):
        return False
    # With fp16 a gradient overflows now and then, and its step is left out; but a loss of nothing
    # but NaN is logged as 0.
    return not args.fp16 or logs["loss"] == 0
