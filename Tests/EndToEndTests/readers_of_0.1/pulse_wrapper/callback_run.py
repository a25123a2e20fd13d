"""What the callbacks of all frameworks have in common: whose run it is, and who ends it."""

from __future__ import annotations

from .run import Run, default_path
from .writer import StatusPath


class CallbackRun:
    """The run that a callback reports to.

    It is the run of a `training` block around the framework, when there is one for the file: the
    block ends it then, since saving or evaluating may still fail. Otherwise it is the callback's
    own.
    """

    def __init__(
        self, path: StatusPath | Run | None, interval: float, enabled: bool | None = None
    ) -> None:
        self._target = path
        self._interval = interval
        self._enabled = enabled
        self._run: Run | None = None
        self._is_own = False

    def __getstate__(self) -> dict[str, object]:
        # A copy in another process has a training of its own to report.
        return {**self.__dict__, "_run": None, "_is_own": False}

    @property
    def run(self) -> Run:
        """The run to update; not active before the training has begun."""
        if self._run is None or not self._run.is_active:
            self._run = self._find()
            self._is_own = not self._run.is_active
        return self._run

    def begin(self, epoch: float, total_epochs: float, message: str | None = None) -> None:
        """Write that the training starts; again, when the framework starts it again."""
        self.run.start(epoch, total_epochs, message)

    def end(self, message: str, is_early: bool = False) -> None:
        """Write that the training has ended by itself."""
        run = self.run
        run.conclude(message, is_early)
        if self._is_own:
            run.done()

    def fail(self, error: BaseException) -> None:
        """Write why the training has ended; it may have failed before it began."""
        run = self.run
        if not run.has_started:
            run.start()
        run.fail(error)

    def _find(self) -> Run:
        if isinstance(self._target, Run):
            return self._target
        path = self._target or default_path()
        own = self._run or Run(path, interval=self._interval, enabled=self._enabled)
        return Run.under_way(path) or own
