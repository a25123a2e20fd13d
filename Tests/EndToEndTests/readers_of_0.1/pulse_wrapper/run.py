"""One training's life in its status file: started, updated, ended (Order 16.2-FINAL, block 3.1)."""

from __future__ import annotations

import os
import threading
from time import monotonic
from types import TracebackType
from typing import Any

from .guard import GUARD
from .message import description
from .report import Report
from .writer import StatusPath, write_status

#: Seconds between two updates that are written: often enough to be seen to move, and no load.
DEFAULT_INTERVAL = 0.5

#: Seconds that a training may still report steps after a signal and count as ending: what is
#: commonly given between SIGTERM and SIGKILL.
_GRACE = 30.0

#: Seconds that a signal handler waits for a write of another thread.
_PATIENCE = 2.0


def default_path() -> str:
    """The status file where none is named: the one that ``pulse run`` tells its child."""
    return os.environ.get("PULSE_STATUS_FILE") or "status.json"


class Run:
    """A training that is reported. `training` makes one; the callbacks of frameworks share it.

    No method of it raises for what goes wrong with the status file: that is warned of once, and
    the training goes on. All of them can be called from any thread.
    """

    def __init__(
        self,
        path: StatusPath | None = None,
        total_epochs: float = 0.0,
        epoch: float = 0.0,
        message: str = "Training started",
        interval: float = DEFAULT_INTERVAL,
        enabled: bool | None = None,
    ) -> None:
        self._made_with = (path, total_epochs, epoch, message, interval, enabled)
        #: The status file.
        self.path = path or default_path()
        #: Whether the training is under way: started, and not ended.
        self.is_active = False
        self._report = Report(epoch, total_epochs, message)
        self._interval = interval
        self._is_enabled = os.environ.get("RANK", "0") == "0" if enabled is None else enabled
        self._lock = threading.RLock()
        self._process = 0
        self._next_write = 0.0
        self._conclusion: str | None = None
        self._is_early = False
        self._signal: str | None = None
        self._signal_time = 0.0
        self._has_failed = False

    @staticmethod
    def under_way(path: StatusPath) -> Run | None:
        """The run of this process that reports to the file just now."""
        file = os.path.realpath(os.fspath(path))
        for run in GUARD.runs:
            if isinstance(run, Run) and os.path.realpath(os.fspath(run.path)) == file:
                return run
        return None

    def __reduce__(self) -> tuple[Any, ...]:
        # Frameworks copy callbacks into other processes: a run begins anew there.
        return (Run, self._made_with)

    def __enter__(self) -> Run:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None or (isinstance(error, SystemExit) and not error.code):
            self.done()
        else:
            self.fail(error)

    def start(
        self,
        epoch: float | None = None,
        total_epochs: float | None = None,
        message: str | None = None,
    ) -> None:
        """Begin, or begin again: ``running`` is written at once."""
        with self._lock:
            self._process = os.getpid()
            self.is_active = True
            self._conclusion = self._signal = None
            self._has_failed = self._is_early = False
            self._report.restart()
            self._report.take(epoch, total_epochs, message)
            if self._is_enabled:
                GUARD.watch(self)
            self._write("running")

    def update(
        self,
        epoch: float | None = None,
        loss: Any = None,
        message: str | None = None,
        *,
        total_epochs: float | None = None,
        step: int | None = None,
    ) -> None:
        """Tell how far the training is. Call it as often as you like: few calls write.

        Args:
            epoch: Epochs done, with fractions.
            loss: A number, or a tensor of one. When it is not finite, the last finite one stays
                in the status, and the message begins with ``loss is NaN`` and the step.
            message: A line for whoever watches; one with the epoch unless given.
            total_epochs: The epochs planned, when that has changed.
            step: The step's number; unless given, the calls are counted.
        """
        with self._lock:
            report = self._report
            report.step = report.step + 1 if step is None else step
            report.take(epoch, total_epochs, message)
            was_well = report.loss.problem is None
            if loss is not None:
                report.take_loss(loss)
            has_become_ill = was_well and report.loss.problem is not None
            if has_become_ill or monotonic() >= self._next_write:
                self._write("running")

    def report_problem(self, problem: str, detail: str) -> None:
        """Put ``loss is NaN`` before the message, when something else than the loss shows it."""
        with self._lock:
            was_well = self._report.loss.problem is None
            self._report.loss.report(problem, self._report.step, detail)
            if was_well:
                self._write("running")

    def conclude(self, message: str, is_early: bool = False) -> None:
        """Say what `done` is to say at the end of the job, when only its training has ended.

        Args:
            message: The line for whoever watches.
            is_early: Whether it ended before the last epoch, and well: the epochs done are all
                that there were to do then.
        """
        with self._lock:
            self._conclusion, self._is_early = message, is_early
            self._report.take(None, None, message)
            self._write("running")

    def done(self, message: str | None = None) -> None:
        """End well: ``done``, with the epoch at the total.

        It is ``error`` all the same when the newest loss is not finite, or when a signal has
        stopped the training before its last epoch.
        """
        with self._lock:
            if not self.is_active:
                return
            report = self._report
            report.settle()
            if self._signal is not None and not report.is_complete:
                self._end("error", self._signal)
            elif report.loss.problem is not None:
                self._end("error", "the training ended with it")
            else:
                message = message or self._conclusion or report.last_word()
                report.complete(self._is_early)
                self._end("done", message)

    def fail(self, reason: str | BaseException) -> None:
        """End with ``error``: an exception, or the reason in words. It may follow on `done`."""
        if not self._is_of_this_process:
            return
        with self._lock:
            # The first reason counts: what follows on a failure is often its effect.
            if self._has_failed:
                return
            # To ask an accelerator for a loss after a failure may take for ever.
            self._report.loss.forget_pending()
            text = reason if isinstance(reason, str) else description(reason)
            if self._signal is not None:
                is_its_effect = isinstance(reason, (str, SystemExit, KeyboardInterrupt))
                text = self._signal if is_its_effect else f"{self._signal}, then {text}"
            self._end("error", text)

    def interrupt(self, reason: str) -> None:
        """Write ``error`` for a signal, whose handlers may end the process at once.

        The run stays active: a training that outlives the signal is running again.
        """
        if not self._is_of_this_process:
            return
        # A handler may not wait for ever for a thread whose write hangs.
        if self._lock.acquire(timeout=_PATIENCE):
            try:
                self._signal, self._signal_time = reason, monotonic()
                self._write("error", reason)
            finally:
                self._lock.release()

    @property
    def has_started(self) -> bool:
        """Whether the training has ever been under way."""
        return self._process != 0

    @property
    def _is_of_this_process(self) -> bool:
        # Processes forked from this one inherit the run and its handlers, maybe a lock that nobody
        # holds, but not the training.
        return os.getpid() == self._process

    @property
    def _is_stopping(self) -> bool:
        """Whether a signal has come so lately that its ``error`` should stand."""
        if self._signal is not None and monotonic() >= self._signal_time + _GRACE:
            # It has outlived the signal: it runs.
            self._signal = None
        return self._signal is not None

    def _end(self, state: str, message: str) -> None:
        self._write(state, message)
        self.is_active = False
        self._has_failed = state == "error"
        GUARD.release(self)

    def _write(self, state: str, message: str | None = None) -> None:
        if not self._is_enabled or not self._is_of_this_process:
            return
        with GUARD.writing():
            if state == "running":
                # Asked here, where no signal comes between the question and the write.
                if not self.is_active or self._is_stopping:
                    return
                self._report.settle()
            try:
                write_status(self.path, self._report.status(state, message))
            except (OSError, ValueError) as error:
                self._report.warn(f"{os.fspath(self.path)} can't be written: {error}")
            self._next_write = monotonic() + self._interval
