"""What a training has told of itself that only PULSE v2 has a place for."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from .details import (
    INTEGERS,
    LARGEST_INTEGER,
    METRICS_LIMIT,
    STRING_LIMITS,
    RunDetails,
)
from .logged_loss import is_evaluation

_NO_NAME = re.compile(r"[^A-Za-z0-9_./@:-]")
_NAME_LIMIT = 64


class KnownDetails:
    """The newest value of each field, made fit for a document.

    Frameworks call "unlimited" -1, infinity, `sys.maxsize` or None: that is not known. Values may
    still be on an accelerator, or be functions that tell them: they are read for a document that
    gets written, and for no other.

    Example:
        >>> known = KnownDetails()
        >>> known.take({"steps_done": 3, "total_steps": -1, "metrics": {"acc %": 0.5, "f1": None}})
        >>> details, problems = known.settle()
        >>> details.steps_done, details.total_steps, dict(details.metrics), problems
        (3, None, {'acc__': 0.5}, [])
    """

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._metrics: dict[str, Any] = {}
        # A run keeps its first names.
        self._names: set[str] = set()

    def take(self, values: Mapping[str, Any]) -> None:
        """Take over what is given; metrics stand until they have been written once."""
        for name, value in values.items():
            if name == "metrics":
                self._metrics.update(value or {})
            elif value is not None:
                self._values[name] = value

    @property
    def has_evaluation(self) -> bool:
        """Whether an evaluation's metrics wait to be written."""
        return any(is_evaluation(str(name)) for name in self._metrics)

    def settle(self) -> tuple[RunDetails, list[str]]:
        """Read all values. Gives them, and what is wrong with a metric, such as ``acc is NaN``."""
        values: dict[str, Any] = {}
        for name, value in self._values.items():
            known = _read(value)
            if name in INTEGERS:
                values[name] = _integer(known, INTEGERS[name])
            elif name in STRING_LIMITS:
                values[name] = _bounded(known, STRING_LIMITS[name])
            else:
                rate = _float(known)
                is_rate = rate is not None and math.isfinite(rate) and rate >= 0
                values[name] = rate if is_rate else None
        metrics: dict[str, float] = {}
        problems: list[str] = []
        for key, value in self._metrics.items():
            name = _NO_NAME.sub("_", str(key))[:_NAME_LIMIT]
            number = _float(_read(value))
            if not name or number is None:
                continue
            if not math.isfinite(number):
                problems.append(f"{name} is {'NaN' if math.isnan(number) else number}")
                continue
            if len(self._names) < METRICS_LIMIT:
                self._names.add(name)
            if name in self._names:
                metrics[name] = number
        return RunDetails(**values, metrics=metrics), problems

    def forget_metrics(self) -> None:
        """A metric stands in the documents that report it anew, and in no other."""
        self._metrics.clear()


def _read(value: Any) -> Any:
    if not callable(value):
        return value
    try:
        return value()
    except Exception:  # Of a framework that has changed; what it can't tell isn't known.
        return None


def _float(value: Any) -> float | None:
    """A number, or a tensor or a text of one; None for anything else."""
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    # RuntimeError: what a tensor of several numbers raises, or a lost accelerator.
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return None


def _integer(value: Any, least: int) -> int | None:
    number = _float(value)
    if number is None or not number.is_integer() or not least <= number <= LARGEST_INTEGER:
        return None
    return int(value)


def _bounded(value: Any, limit: int) -> str | None:
    """A text of so many bytes at most, without half a character at its end."""
    if value is None:
        return None
    text = str(value).encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")
    return text or None
