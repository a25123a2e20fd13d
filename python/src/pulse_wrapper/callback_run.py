"""What the callbacks of all frameworks have in common: whose run it is, and who ends it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Callable

from .gpu_memory import peak_memory
from .run import Run
from .status_file import default_path
from .writer import StatusPath

_LOGGER = logging.getLogger("pulse_wrapper")


class CallbackRun:
    """The run that a callback reports to.

    It is the run of a `training` block around the framework, when there is one for the file: the
    block ends it then, since saving or evaluating may still fail. Otherwise it is the callback's
    own.
    """

    def __init__(
        self,
        path: StatusPath | Run | None,
        interval: float,
        enabled: bool | None = None,
        awaits_loss: bool = True,
        version: int | None = None,
        profile: str | None = None,
        dataset: str | None = None,
    ) -> None:
        #: The status file or the run to report to; the default file when it is None.
        self.target = path
        self._interval = interval
        self._enabled = enabled
        self._awaits_loss = awaits_loss
        self._version = version
        self._profile, self._dataset = profile, dataset
        self._has_warned = False
        self._has_missed = False
        self._run: Run | None = None
        #: Whether nobody else ends the run.
        self.is_own = False

    def __getstate__(self) -> dict[str, object]:
        # A copy in another process has a training of its own to report.
        return {**self.__dict__, "_run": None, "is_own": False}

    @property
    def run(self) -> Run:
        """The run to update; not active before the training has begun."""
        if self._run is None or not self._run.is_active:
            self._run = self._find()
            self.is_own = not self._run.is_active or self._run.is_left
        return self._run

    def begin(self, epoch: float, total_epochs: float, message: str | None = None) -> None:
        """Write that the training starts; again, when the framework starts it again."""
        run = self.run
        if run.is_left:
            # A loop before this one that nobody ended.
            run.done()
        if self._awaits_loss:
            run.await_loss()
        self.describe(
            lambda: {
                "profile": self._profile,
                "dataset": self._dataset,
                "gpu_memory_usage": peak_memory,
            }
        )
        run.start(epoch, total_epochs, message)

    def describe(self, tell: Callable[[], Mapping[str, Any]]) -> None:
        """Tell what PULSE v2 has a place for, as `Run.describe` takes it; nothing for v1.

        A framework of another version may lack what is asked for: that ends no training.
        """
        if self.run.version == 1:
            return
        try:
            self.run.describe(**tell())
        except Exception as error:
            if not self._has_missed:
                self._has_missed = True
                _LOGGER.warning("the details of the training can't be told: %r", error)

    def end(self, message: str, is_early: bool = False) -> None:
        """Write that the training has ended by itself."""
        run = self.run
        if self._awaits_loss and not run.has_loss:
            self.warn_of_no_loss("the training logged no loss")
        run.conclude(message, is_early)
        if self.is_own:
            run.done()

    def leave(self, message: str) -> None:
        """Write that a loop was left, and nobody can tell yet whether well."""
        run = self.run
        run.conclude(message, is_early=True)
        run.is_left = self.is_own

    def fail(self, error: BaseException) -> None:
        """Write why the training has ended; it may have failed before it began."""
        run = self.run
        if not run.has_started:
            run.start()
        run.fail(error)

    def warn_of_no_loss(self, text: str) -> None:
        """Warn, once, that the status has no loss to tell."""
        if not self._has_warned:
            self._has_warned = True
            _LOGGER.warning("%s: the status says 0 for it, and its curve has no points", text)

    def _find(self) -> Run:
        if isinstance(self.target, Run):
            return self.target
        path = self.target or default_path()
        own = self._run or Run(
            path, interval=self._interval, enabled=self._enabled, version=self._version
        )
        return Run.under_way(path) or own
