"""Which of the values that a framework logs is the loss of the training."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_WORDS = re.compile(r"[^a-z0-9]+")

#: Values of these words tell how good the model is on other data.
_EVALUATIONS = {"eval", "evaluation", "val", "valid", "validation", "test", "dev"}


class LoggedLoss:
    """Picks the loss out of what is logged: always the same value, once one was there.

    Example:
        >>> loss = LoggedLoss()
        >>> loss.find({"eval_loss": 3.0, "learning_rate": 0.1}) is None
        True
        >>> loss.find({"eval_loss": 3.0, "embedding_loss": 0.5})
        0.5
        >>> loss.find({"other_loss": 7.0, "epoch": 1.0}) is None
        True
        >>> loss.find({"loss": 0.25, "embedding_loss": 0.5})
        0.25
    """

    def __init__(self) -> None:
        #: The name of the value that is the loss; None before one was logged.
        self.name: str | None = None

    def find(self, logs: Mapping[str, Any]) -> Any:
        """Give the loss of the training; None when it isn't among `logs`."""
        for name in ("loss", self.name):
            if name is not None and name in logs:
                self.name = name
                return logs[name]
        if self.name is None:
            self.name = next(filter(_is_loss, logs), None)
        return logs.get(self.name) if self.name is not None else None


def is_evaluation(name: str) -> bool:
    """Whether a value of this name tells how good the model is on other data."""
    return bool(_EVALUATIONS.intersection(_WORDS.split(name.lower())))


def _is_loss(name: str) -> bool:
    return _WORDS.split(name.lower())[-1] == "loss" and not is_evaluation(name)
