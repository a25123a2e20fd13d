"""The PULSE v1 state of a training job (Order 16.2-FINAL, block 1)."""

from __future__ import annotations

import math
import numbers
import re
import time
from dataclasses import dataclass
from typing import Any

from .errors import PulseError

#: What a job can say it does.
STATES = ("idle", "running", "done", "error")

#: Half of a character, which UTF-8 can't spell.
_SURROGATE = re.compile("[\ud800-\udfff]")

#: The largest timestamp: what 64 bits hold, so that every reader can.
LATEST_TIMESTAMP = 2**63 - 1


def calculate_progress(epoch: float, total_epochs: float) -> float:
    """Progress in percent, 0 to 100; 0 when the total is not known (Order 16.2-FINAL, block 3.2).

    Example:
        >>> calculate_progress(2.5, 3.0)
        83.33333333333333
        >>> calculate_progress(1.0, 0.0)
        0.0
    """
    if not (total_epochs > 0 and epoch > 0):
        return 0.0
    if epoch >= total_epochs:
        return 100.0
    hundredfold = epoch * 100
    # Multiplied first, 2.5 of 3 rounds to 83.33333333333333; divided first, to …34.
    if math.isinf(hundredfold):
        return epoch / total_epochs * 100
    return min(hundredfold / total_epochs, 100.0)


@dataclass(frozen=True)
class TrainingStatus:
    """One state of a job: the six fields, and nothing else (Order 16.2-FINAL, block 1).

    A value of this class is always valid: types and values are checked when it is made. An
    integer is taken where a float is meant.

    Example:
        >>> status = TrainingStatus.create("running", epoch=2.5, total_epochs=3, loss=0.42)
        >>> sorted(status.to_dict())
        ['epoch', 'loss', 'message', 'status', 'timestamp', 'total_epochs']
        >>> round(status.calculate_progress(), 1)
        83.3
    """

    #: ``idle``, ``running``, ``done`` or ``error``.
    status: str
    #: Epochs done, with fractions. Finite, 0 or more.
    epoch: float
    #: Epochs planned; 0 when that is not known. Finite, 0 or more.
    total_epochs: float
    #: The newest loss. Finite.
    loss: float
    #: A line for whoever watches.
    message: str
    #: When this state was written: unix time in seconds, 0 or more.
    timestamp: int

    def __post_init__(self) -> None:
        if not isinstance(self.status, str):
            raise _wrong_type("status", "a string", self.status)
        if self.status not in STATES:
            raise PulseError(
                "unknown_status",
                f"status is {self.status!r}, not idle, running, done or error",
                field="status",
            )
        for field in ("epoch", "total_epochs", "loss"):
            object.__setattr__(self, field, _finite(field, getattr(self, field)))
        if not isinstance(self.message, str):
            raise _wrong_type("message", "a string", self.message)
        if not self.message.isascii() and _SURROGATE.search(self.message):
            raise PulseError(
                "lone_surrogate", "message has half of a surrogate pair alone", field="message"
            )
        object.__setattr__(self, "timestamp", _timestamp(self.timestamp))

    @classmethod
    def create(
        cls,
        status: str,
        epoch: float = 0.0,
        total_epochs: float = 0.0,
        loss: float = 0.0,
        message: str = "",
        timestamp: int | None = None,
    ) -> TrainingStatus:
        """Make a checked state; its time is now unless given.

        Raises:
            PulseError: with reason and field, when a type or a value is not PULSE v1.
        """
        now = int(time.time()) if timestamp is None else timestamp
        return cls(status, epoch, total_epochs, loss, message, now)

    def to_dict(self) -> dict[str, Any]:
        """The six fields in their order."""
        return {
            "status": self.status,
            "epoch": self.epoch,
            "total_epochs": self.total_epochs,
            "loss": self.loss,
            "message": self.message,
            "timestamp": self.timestamp,
        }

    def calculate_progress(self) -> float:
        """Progress in percent, 0 to 100; 0 when the total is not known."""
        return calculate_progress(self.epoch, self.total_epochs)


def _finite(field: str, value: object) -> float:
    """A number as a float: finite, and 0 or more unless it is the loss."""
    number = value if type(value) is float else _float(field, value)
    if not math.isfinite(number):
        name = "NaN" if math.isnan(number) else str(number)
        raise PulseError("not_finite", f"{field} is {name}, which JSON does not have", field=field)
    if number < 0 and field != "loss":
        raise PulseError("negative", f"{field} is below 0", field=field)
    return number


def _float(field: str, value: object) -> float:
    """What is no float yet, as one: an integer, or a number of NumPy's."""
    # True is an integer to Python, but no epoch.
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise _wrong_type(field, "a number", value)
    try:
        return float(value)
    except OverflowError:
        raise PulseError("overflow", f"{field} is too large for a double", field=field) from None


def _timestamp(value: object) -> int:
    # Looked at first: asking an abstract class costs more than all the rest.
    if type(value) is int:
        number = value
    elif isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise _wrong_type("timestamp", "an integer", value)
    else:
        number = int(value)
    if number < 0:
        raise PulseError("negative", "timestamp is below 0", field="timestamp")
    if number > LATEST_TIMESTAMP:
        raise PulseError("overflow", "timestamp is too large for 64 bits", field="timestamp")
    return number


def _wrong_type(field: str, expected: str, value: object) -> PulseError:
    return PulseError(
        "wrong_type", f"{field} is not {expected} but {type(value).__name__}", field=field
    )
