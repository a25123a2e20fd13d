"""One training's life in its status file: started, updated, ended (Order 16.2-FINAL, block 3.1)."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from time import monotonic
from types import TracebackType
from typing import Any

from .guard import GUARD
from .message import description
from .rank import Rank
from .report import Report
from .status_file import StatusFile
from .stop_signal import StopSignal
from .writer import StatusPath

#: Seconds between two updates that are written: often enough to be seen to move, and no load.
DEFAULT_INTERVAL = 0.5

#: Seconds that a signal handler waits for a write of another thread.
_PATIENCE = 2.0


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
        version: int | None = None,
    ) -> None:
        self._made_with = (path, total_epochs, epoch, message, interval, enabled, version)
        self._file = StatusFile(path, version)
        #: Whether the training is under way: started, and not ended.
        self.is_active = False
        #: Whether its loop was left and nobody is there to end it: the end of the process is.
        self.is_left = False
        self._report = Report(epoch, total_epochs, message)
        self._interval = interval
        self._rank = Rank(known=None if enabled is None else 0 if enabled else 1)
        self._lock = threading.RLock()
        self._process = 0
        self._next_write = 0.0
        self._conclusion: str | None = None
        self._is_early = False
        self._signal = StopSignal()
        self._has_failed = False

    @staticmethod
    def under_way(path: StatusPath) -> Run | None:
        """The run of this process that reports to the file just now."""
        runs = (run for run in GUARD.runs if isinstance(run, Run))
        return next((run for run in runs if run._file.is_at(path)), None)

    @staticmethod
    def newest() -> Run | None:
        """The run of this process that began last, of those under way."""
        return next((run for run in reversed(GUARD.runs) if isinstance(run, Run)), None)

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
        """Begin, or begin again: ``running`` is written at once.

        With an epoch it is a training that counts by itself, such as a framework's. In a block
        with a total these are parts of one: an epoch of 0 is where the part before has ended.
        """
        with self._lock:
            follows = self._conclusion is not None
            self._process = os.getpid()
            self.is_active = True
            self.is_left = False
            self._conclusion = None
            self._signal.forget()
            self._has_failed = self._is_early = False
            if epoch is None or total_epochs is None:
                self._report.restart()
                self._report.take(epoch, total_epochs, message)
            else:
                self._report.begin(epoch, total_epochs, follows)
                self._report.take(None, None, message)
            if self._rank.is_first:
                GUARD.watch(self)
                self._report.loss.go_on_from(self._file.loss_before(self._report.epoch))
            self._write("running")

    def await_loss(self) -> None:
        """Say in the message that no loss has been logged, until one is."""
        self._report.awaits_loss = True

    @property
    def path(self) -> StatusPath:
        """The status file."""
        return self._file.path

    @property
    def version(self) -> int:
        """The version of PULSE that is written."""
        return self._file.version

    @property
    def place(self) -> str:
        """Where the training is, such as ``epoch 0.5 of 3``."""
        return self._report.place

    @property
    def has_loss(self) -> bool:
        """Whether this training has told of a loss."""
        return self._report.loss.is_known

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

    def describe(
        self,
        *,
        profile: str | None = None,
        dataset: str | None = None,
        steps_done: Any = None,
        total_steps: Any = None,
        lr: Any = None,
        batch_size: Any = None,
        gpu_memory_usage: Any = None,
        metrics: Mapping[str, Any] | None = None,
        run: str | None = None,
        attempt: int | None = None,
    ) -> None:
        """Tell what PULSE v2 has a place for; a file of v1 stays as it is.

        Each holds until it is told anew, but for metrics, which stand in one document. What can't
        be, such as a total of -1, is not known. A number may be a tensor or a function that gives
        it: it is read when it gets written, which `update` decides. An evaluation's metrics are
        written at once.

        Args:
            profile: The named set of parameters.
            dataset: What it trains on.
            steps_done: Optimizer updates since the run began, those before a resume included.
            total_steps: Updates planned.
            lr: The learning rate last used, of several parameter groups the largest.
            batch_size: Samples in one update, over all ranks.
            gpu_memory_usage: Bytes: the peak of memory reserved on this process's device.
            metrics: What else is measured, by name.
            run: Which run this is, the same for all its attempts.
            attempt: Which attempt of it, from 1.
        """
        if self.version == 1:
            return
        told = {
            "profile": profile,
            "dataset": dataset,
            "steps_done": steps_done,
            "total_steps": total_steps,
            "lr": lr,
            "batch_size": batch_size,
            "gpu_memory_usage": gpu_memory_usage,
            "metrics": metrics,
            "run": run,
            "attempt": attempt,
        }
        with self._lock:
            self._report.details.take(told)
            if metrics and self._report.details.has_evaluation:
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
            self._conclusion, self._is_early = self._report.conclude(message), is_early
            self._write("running")

    def done(self, message: str | None = None) -> None:
        """End well: ``done``, with the epoch at the total.

        It is ``error`` all the same when the newest loss is not finite, or when a signal has
        stopped the training before its last epoch. Under ``pulse run`` it is ``running`` at the
        last epoch: only the end of the process tells whether all went well.
        """
        with self._lock:
            if not self.is_active:
                return
            report = self._report
            report.settle()
            if self._signal.reason is not None and not report.is_complete:
                self._end("error", self._signal.reason)
            elif report.loss.problem is not None:
                self._end("error", "the training ended with it")
            else:
                message = message or self._conclusion or report.last_word()
                report.complete(self._is_early)
                self._signal.forget()
                self._end("running" if self._file.is_supervised else "done", message)

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
            signal = self._signal.reason
            if signal is not None:
                is_its_effect = isinstance(reason, (str, SystemExit, KeyboardInterrupt))
                text = signal if is_its_effect else f"{signal}, then {text}"
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
                self._signal.come(reason)
                self._write("error", reason)
            finally:
                self._lock.release()

    def leave(self) -> None:
        """The process ends before the run did."""
        if self.is_left:
            self.done()
        else:
            self.fail("The process ended before the training did")

    @property
    def has_started(self) -> bool:
        """Whether the training has ever been under way."""
        return self._process != 0

    @property
    def _is_of_this_process(self) -> bool:
        # Processes forked from this one inherit the run and its handlers, maybe a lock that nobody
        # holds, but not the training.
        return os.getpid() == self._process

    def _end(self, state: str, message: str) -> None:
        self._write(state, message)
        self.is_active = False
        self._has_failed = state == "error"
        GUARD.release(self)

    def _write(self, state: str, message: str | None = None) -> None:
        if not self._is_of_this_process or not self._rank.is_first:
            return
        with GUARD.writing():
            if state == "running":
                # Asked here, where no signal comes between the question and the write.
                if not self.is_active or self._signal.is_fresh:
                    return
                self._report.settle()
            self._file.write(self._report, state, message)
            self._next_write = monotonic() + self._interval
