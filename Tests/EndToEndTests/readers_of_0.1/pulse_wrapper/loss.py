"""The loss of a training as a status can tell it: always finite, and never silent about NaN."""

from __future__ import annotations

import math
import numbers
from typing import Any


class LossRecord:
    """The newest finite loss, and what is wrong with the newest one.

    PULSE v1 has no NaN, and a number that stays as it was would look healthy just when a training
    diverges. So the last finite loss stays, and the problem goes to the front of the message.

    Example:
        >>> record = LossRecord()
        >>> record.take(0.7, step=11)
        >>> record.take(float("nan"), step=12)
        >>> record.value, record.problem
        (0.7, 'loss is NaN at step 12')
        >>> record.take(0.6, step=13)
        >>> record.value, record.problem
        (0.6, None)
    """

    def __init__(self) -> None:
        #: The last finite loss; 0 before the first, since a status needs one.
        self.value = 0.0
        #: Such as ``loss is NaN at step 12``, with the first step of it; None when all is well.
        self.problem: str | None = None
        self._pending: Any = None
        self._pending_step = 0

    def take(self, loss: Any, step: int) -> None:
        """Remember the loss of a step.

        An array or a tensor is only kept: to read it makes a training wait for its accelerator,
        and that is worth it for a loss that gets written, not for each step's. `settle` reads it.
        """
        if isinstance(loss, numbers.Real):
            self._pending = None
            self._judge(float(loss), step)
        else:
            # Without its graph, which would hold the whole step's memory.
            self._pending = loss.detach() if hasattr(loss, "detach") else loss
            self._pending_step = step

    def settle(self) -> None:
        """Read what was taken last."""
        if self._pending is not None:
            loss, self._pending = self._pending, None
            self._judge(float(loss), self._pending_step)

    def forget_pending(self) -> None:
        """Leave the last one unread: after a failure its accelerator may never answer."""
        self._pending = None

    def report(self, problem: str, step: int, detail: str = "") -> None:
        """Note that `problem`, such as ``loss is NaN``, has come to light at this step."""
        if self.problem is None or not self.problem.startswith(f"{problem} at step "):
            self.problem = f"{problem} at step {step}{detail}"

    def _judge(self, loss: float, step: int) -> None:
        if math.isfinite(loss):
            self.value, self.problem = loss, None
        else:
            self.report("loss is NaN" if math.isnan(loss) else f"loss is {loss}", step)
