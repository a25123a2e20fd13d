"""What PULSE v2 tells beside the six fields of v1: `docs/PULSE-v2.md`."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import PulseError
from .status import TrainingStatus

#: The largest integer: what every reader's numbers hold exactly.
LARGEST_INTEGER = 2**53 - 1

#: Bytes of a string at most, in UTF-8.
STRING_LIMITS = {"profile": 256, "dataset": 256, "run": 64}

#: The smallest value of each integer.
INTEGERS = {
    "steps_done": 0,
    "total_steps": 0,
    "batch_size": 1,
    "gpu_memory_usage": 0,
    "attempt": 1,
}

METRICS_LIMIT = 64
METRIC_NAME = re.compile(r"[A-Za-z0-9_./@:-]{1,64}")


@dataclass(frozen=True)
class RunDetails:
    """The ten fields that v2 adds, checked; None for what isn't known.

    Example:
        >>> RunDetails(steps_done=310, lr=1.2e-5, metrics={"eval_loss": 0.5}).steps_done
        310
        >>> try:
        ...     RunDetails(batch_size=0)
        ... except PulseError as error:
        ...     print(error.reason, error.field)
        zero batch_size

    Raises:
        PulseError: with reason and field, when a type or a value is not PULSE v2.
    """

    #: The named set of parameters; at most 256 bytes.
    profile: str | None = None
    #: What it trains on, never a path with a secret; at most 256 bytes.
    dataset: str | None = None
    #: Optimizer updates since the run began, those before a resume included.
    steps_done: int | None = None
    #: Updates planned.
    total_steps: int | None = None
    #: The learning rate last used, of several parameter groups the largest. Finite, 0 or more.
    lr: float | None = None
    #: Samples in one update, over all ranks; 1 or more.
    batch_size: int | None = None
    #: Bytes: the peak of memory reserved on this process's device.
    gpu_memory_usage: int | None = None
    #: What else is measured: at most 64 finite numbers.
    metrics: Mapping[str, float] = field(default_factory=dict)
    #: Which run this is; at most 64 bytes.
    run: str | None = None
    #: Which attempt of it, from 1.
    attempt: int | None = None

    def __post_init__(self) -> None:
        for name, limit in STRING_LIMITS.items():
            _check_string(name, getattr(self, name), limit)
        for name, least in INTEGERS.items():
            _check_integer(name, getattr(self, name), least)
        if self.lr is not None:
            object.__setattr__(self, "lr", _number("lr", self.lr, may_be_negative=False))
        if len(self.metrics) > METRICS_LIMIT:
            raise PulseError(
                "too_many_metrics", f"there are over {METRICS_LIMIT} metrics", field="metrics"
            )
        for name in self.metrics:
            if not isinstance(name, str) or not METRIC_NAME.fullmatch(name):
                raise PulseError("invalid_name", f"{name!r} is no name", field="metrics")
        in_order = sorted(self.metrics.items())
        numbers_ = {name: _number("metrics", value) for name, value in in_order}
        object.__setattr__(self, "metrics", numbers_)


@dataclass(frozen=True)
class PulseDocument:
    """A document of PULSE v2: a state, and what is known beside it."""

    status: TrainingStatus
    details: RunDetails
    #: Whether the loss of the state was measured: it is null otherwise.
    has_loss: bool = True

    def to_dict(self) -> dict[str, Any]:
        """The seventeen fields in their order."""
        details = self.details
        return {
            "version": 2,
            **self.status.to_dict(),
            "loss": self.status.loss if self.has_loss else None,
            "profile": details.profile,
            "dataset": details.dataset,
            "steps_done": details.steps_done,
            "total_steps": details.total_steps,
            "lr": details.lr,
            "batch_size": details.batch_size,
            "gpu_memory_usage": details.gpu_memory_usage,
            "metrics": dict(details.metrics),
            "run": details.run,
            "attempt": details.attempt,
        }


def _check_string(name: str, value: object, limit: int) -> None:
    if value is None:
        return
    if not isinstance(value, str):
        raise PulseError("wrong_type", f"{name} is not a string", field=name)
    try:
        size = len(value.encode("utf-8"))
    except UnicodeEncodeError:
        raise PulseError(
            "lone_surrogate", f"{name} has half of a surrogate pair alone", field=name
        ) from None
    if size > limit:
        raise PulseError("too_long", f"{name} is over {limit} bytes", field=name)


def _check_integer(name: str, value: object, least: int) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise PulseError("wrong_type", f"{name} is not an integer", field=name)
    if value < 0:
        raise PulseError("negative", f"{name} is below 0", field=name)
    if value < least:
        raise PulseError("zero", f"{name} is 0", field=name)
    if value > LARGEST_INTEGER:
        raise PulseError("overflow", f"{name} is over 2^53 - 1", field=name)


def _number(name: str, value: object, *, may_be_negative: bool = True) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise PulseError("wrong_type", f"{name} is not a number", field=name)
    number = float(value)
    if not math.isfinite(number):
        raise PulseError("not_finite", f"{name} is not finite, which JSON is", field=name)
    if number < 0 and not may_be_negative:
        raise PulseError("negative", f"{name} is below 0", field=name)
    return number
