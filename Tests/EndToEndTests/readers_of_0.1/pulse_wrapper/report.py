"""What a training has told of itself so far, and the status that follows from it."""

from __future__ import annotations

import logging
import math
from typing import Any

from .loss import LossRecord
from .message import bounded
from .status import TrainingStatus

_LOGGER = logging.getLogger("pulse_wrapper")


class Report:
    """Epoch, total, loss and message as last told: checked, and ready to become a status.

    Whatever a training tells, a status can be made of it. What makes no sense is left out and
    warned of once: it is no reason to end a training.
    """

    def __init__(self, epoch: Any, total_epochs: Any, message: str) -> None:
        self._has_warned = False
        #: The epochs done.
        self.epoch = self._count(epoch, last=0.0)
        #: The epochs planned; 0 when that is not known.
        self.total_epochs = self._count(total_epochs, last=0.0)
        self._message: str | None = message
        #: The step that the training is at.
        self.step = 0
        self.loss = LossRecord()

    def restart(self) -> None:
        """Forget the losses and steps of a training before."""
        self.step = 0
        self.loss = LossRecord()

    @property
    def is_complete(self) -> bool:
        """Whether all epochs planned are done."""
        return 0 < self.total_epochs <= self.epoch

    @property
    def place(self) -> str:
        """Where the training is, such as ``epoch 0.5 of 3``."""
        place = f"epoch {round(self.epoch, 2):g}"
        return f"{place} of {round(self.total_epochs, 2):g}" if self.total_epochs else place

    def take(self, epoch: Any, total_epochs: Any, message: str | None) -> None:
        """Take over what is given. A message holds until the next epoch is told."""
        if epoch is not None:
            self.epoch = self._count(epoch, last=self.epoch)
        if total_epochs is not None:
            self.total_epochs = self._count(total_epochs, last=self.total_epochs)
        if message is not None or epoch is not None:
            self._message = message

    def take_loss(self, loss: Any) -> None:
        """Take over the loss of the step."""
        self._guarded(lambda: self.loss.take(loss, self.step))

    def settle(self) -> None:
        """Read the loss, if it is still on an accelerator."""
        self._guarded(self.loss.settle)

    def complete(self, is_early: bool) -> None:
        """Put the epoch at the total; or, when it ended early, the total at the epoch."""
        if is_early or not self.total_epochs:
            self.total_epochs = self.epoch
        self.epoch = self.total_epochs

    def last_word(self) -> str:
        """Say of a training that ended by itself how it did."""
        # An update at the beginning of each epoch, the last one included, is common.
        if self.epoch >= self.total_epochs - 1:
            return "Training completed"
        return f"Training completed early: its last update was at {self.place}"

    def status(self, state: str, message: str | None = None) -> TrainingStatus:
        """Make the status of now. A loss that is not finite comes first in its message."""
        text = message or self._message or self.place.capitalize()
        if self.loss.problem is not None:
            text = f"{self.loss.problem}; {text}"
        return TrainingStatus.create(
            state, self.epoch, self.total_epochs, self.loss.value, bounded(text)
        )

    def warn(self, text: str) -> None:
        """Warn, the first time."""
        if not self._has_warned:
            self._has_warned = True
            _LOGGER.warning("%s (said once; the training goes on)", text)

    def _count(self, value: Any, last: float) -> float:
        """A number of epochs; the last one when this can't be one."""
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError) as error:
            self.warn(f"{value!r} is no number of epochs: {error}")
            return last
        if math.isfinite(number) and number >= 0:
            return number
        self.warn(f"{number} is no number of epochs")
        return last

    def _guarded(self, take: Any) -> None:
        # RuntimeError: what a tensor of several numbers raises, or a lost accelerator.
        try:
            take()
        except (TypeError, ValueError, OverflowError, RuntimeError) as error:
            self.warn(f"the loss is no number: {error}")
