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
from .learning_rate import largest_rate
from .logged_loss import LoggedLoss
from .run import DEFAULT_INTERVAL, Run
from .schedule import epochs_after
from .writer import StatusPath

_LOGGER = logging.getLogger("pulse_wrapper")

#: Two ways to count epochs agree so far: a rounding apart.
_TOLERANCE = 1e-6

#: Logged values that have a field of their own, or that none is asked for.
_FIELDS = ("loss", "epoch", "step", "learning_rate", "total_flos")

#: A total that is told and not known: it takes the place of one that was.
_UNLIMITED = -1


class PulseCallback(TrainerCallback):  # type: ignore[misc]
    """Reports a training of the Trainer, from rank 0.

    The Trainer has no hook for failures. An uncaught exception, Ctrl-C, SIGTERM and the end of the
    process are seen all the same; put ``with pulse_wrapper.training("status.json"):`` around the
    script for failures before the training starts, after it, or in a notebook.

    Args:
        path: The status file, or the run of a `training` block. Unless given:
            ``PULSE_STATUS_FILE`` of the environment, or else ``status.json``.
        interval: Seconds between two updates that are written.
        profile: The named set of parameters, for PULSE v2. Unless given: ``run_name``.
        dataset: What it trains on, for PULSE v2.
        version: The version of PULSE to write; as `pulse_wrapper.training` chooses unless given.
    """

    def __init__(
        self,
        path: StatusPath | Run | None = None,
        *,
        interval: float = DEFAULT_INTERVAL,
        profile: str | None = None,
        dataset: str | None = None,
        version: int | None = None,
    ) -> None:
        # Each hook asks the trainer for the rank.
        self._job = CallbackRun(
            path, interval, enabled=True, version=version, profile=profile, dataset=dataset
        )
        self._has_profile = profile is not None
        # Batches of an epoch, while the Trainer counts epochs as they say.
        self._batches: int | None = None
        self._logged = LoggedLoss()

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Write ``running``. The Trainer calls it again when it retries with smaller batches."""
        if not state.is_world_process_zero:
            return
        if args.logging_nan_inf_filter:
            _LOGGER.info("logging_nan_inf_filter is on: the Trainer logs no loss that is NaN")
        self._batches = _batches(args, state, kwargs.get("train_dataloader"))
        self._logged = LoggedLoss()
        if not self._has_profile:
            self._job.describe(lambda: {"profile": _profile(args)})
        self._describe(args, state)
        self._job.begin(state.epoch or 0.0, self._total(args, state), _message(state))

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Report the step."""
        if state.is_world_process_zero:
            self._describe(args, state)
            self._job.run.update(
                state.epoch,
                message=_message(state),
                total_epochs=self._total(args, state),
                step=state.global_step,
            )

    def on_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Note the rate of the step, before the scheduler sets that of the next one."""
        if state.is_world_process_zero:
            self._job.describe(lambda: {"lr": largest_rate(kwargs.get("optimizer"))})

    def on_substep_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Show that a step goes on, when it accumulates the gradients of several slow batches."""
        if state.is_world_process_zero:
            self._job.run.update(message=_message(state), step=state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        """Report the loss: the mean since the last log.

        The last log of a training has none but `train_loss`, the mean of it all: better than none.
        """
        if not state.is_world_process_zero or not logs:
            return
        loss = self._logged.find(logs)
        known = (self._logged.name, *_FIELDS)
        metrics = {name: value for name, value in logs.items() if name not in known}
        self._job.describe(lambda: {"metrics": metrics})
        if loss is None:
            return
        if args.logging_nan_inf_filter and _hides_nan(args, logs, loss):
            self._job.run.report_problem(
                "loss is NaN", " (its gradient tells: logging_nan_inf_filter hides the loss)"
            )
        else:
            self._job.run.update(loss=loss, step=state.global_step)

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
        if self._logged.name in (None, "train_loss"):
            self._job.warn_of_no_loss(
                f"the Trainer logged no loss in {state.global_step} steps; "
                f"logging_steps is {args.logging_steps:g}"
            )
        is_early = state.global_step < state.max_steps
        place = f"step {state.global_step} of {state.max_steps}"
        message = f"Training stopped early at {place}" if is_early else "Training completed"
        self._job.end(message, is_early)

    def _describe(self, args: Any, state: Any) -> None:
        self._job.describe(
            lambda: {
                "steps_done": state.global_step,
                "total_steps": state.max_steps if state.max_steps > 0 else _UNLIMITED,
                "batch_size": _batch_size(args, state),
            }
        )

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


def _batch_size(args: Any, state: Any) -> int | None:
    """The samples of one update; `auto_find_batch_size` changes it in mid-run.

    A process's share is told by the state; older ones know it from the arguments alone.
    """
    share = getattr(state, "train_batch_size", None) or args.train_batch_size
    ranks = args.world_size
    parallelism = getattr(args, "parallelism_config", None)
    if parallelism is not None:
        # Ranks that share one model have the same samples.
        ranks //= parallelism.non_data_parallel_size
    size: int = share * args.gradient_accumulation_steps * ranks
    return size


def _profile(args: Any) -> str | None:
    """The name of the run; older ones say the folder of the output in its place."""
    return args.run_name if args.run_name != args.output_dir else None


def _message(state: Any) -> str:
    return f"Step {state.global_step} of {state.max_steps}"


def _hides_nan(args: Any, logs: Any, loss: Any) -> bool:
    """Whether a finite loss was logged in place of NaN."""
    gradient = logs.get("grad_norm")
    if gradient is None or math.isfinite(gradient):
        return False
    # With fp16 a gradient overflows now and then, and its step is left out; but a loss of nothing
    # but NaN is logged as 0.
    return not args.fp16 or loss == 0
