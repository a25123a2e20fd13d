"""What ends a process past every hook of a framework: signals, uncaught exceptions, plain exits.

There is one guard for a process, since signal handlers and hooks are the process's own. It stands
while a run is under way, and leaves everything as it was after the last one.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any, Callable, Protocol

#: Signals that ask a process to end. Ctrl-C is none of them: Python makes an exception of it.
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Guarded(Protocol):
    """A run whose status must not outlive it as ``running``."""

    def interrupt(self, reason: str) -> None:
        """The process was told to end."""

    def fail(self, reason: str | BaseException) -> None:
        """The process ends before the run did."""


class _Link:
    """One signal handler in a chain: it tells the guard, then goes on to the handler before it."""

    def __init__(self, guard: Guard, number: int) -> None:
        self._guard = guard
        self.number = number
        self.previous = signal.getsignal(number)

    def install(self) -> None:
        signal.signal(self.number, self)

    def remove(self) -> bool:
        """Put the handler before it back; False when another one has come on top."""
        is_on_top = self._is_on_top
        if is_on_top:
            signal.signal(self.number, self.previous)
        return is_on_top

    @property
    def _is_on_top(self) -> bool:
        return signal.getsignal(self.number) is self

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._guard.is_writing:
            # In the middle of a write that this signal interrupted: its file would replace ours.
            self._guard.held_back = lambda: self(number, None)
            return
        self._guard.deliver(number)
        if callable(self.previous):
            self.previous(number, frame)
        elif self._is_on_top:
            # The default action, which ends the process by this very signal. A handler that was
            # put over this one and calls it has decided otherwise.
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)


class Guard:
    """Tells the runs under way when the process is about to end."""

    def __init__(self) -> None:
        #: The runs under way.
        self.runs: list[Guarded] = []
        self._links: list[_Link] = []
        # Set while the hook is in the chain, even under others that came later.
        self._previous_hook: Callable[..., Any] | None = None
        #: The signal that came during a write.
        self.held_back: Callable[[], None] | None = None
        #: Whether the main thread, where handlers run, writes a status.
        self.is_writing = False

    def watch(self, run: Guarded) -> None:
        """Tell this run of the process's end; safe to repeat, when others changed the handlers."""
        if run not in self.runs:
            self.runs.append(run)
        if len(self.runs) == 1:
            atexit.register(self._at_exit)
        if self._previous_hook is None:
            self._previous_hook = sys.excepthook
            sys.excepthook = self._on_exception
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._install(number)

    def release(self, run: Guarded) -> None:
        """The run has ended by itself."""
        if run not in self.runs:
            return
        self.runs.remove(run)
        if self.runs:
            return
        atexit.unregister(self._at_exit)
        if sys.excepthook == self._on_exception and self._previous_hook is not None:
            sys.excepthook, self._previous_hook = self._previous_hook, None
        if threading.current_thread() is threading.main_thread():
            # The newest first: it stands on the one before.
            stuck = [link for link in reversed(self._links) if not link.remove()]
            self._links = stuck[::-1]

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold signals back during a write; one that came is taken up after it."""
        if threading.current_thread() is not threading.main_thread() or self.is_writing:
            yield
            return
        try:
            self.is_writing = True
            yield
        finally:
            self.is_writing = False
            held_back, self.held_back = self.held_back, None
            if held_back:
                held_back()

    def deliver(self, number: int) -> None:
        """Tell every run of a signal."""
        for run in list(self.runs):
            run.interrupt(f"Stopped by {signal.Signals(number).name}")

    def _install(self, number: int) -> None:
        current = signal.getsignal(number)
        # None is a handler that Python doesn't know, and can't call. Who ignores a signal, as
        # nohup does, isn't ended by it.
        if current is not None and current != signal.SIG_IGN and not isinstance(current, _Link):
            link = _Link(self, number)
            link.install()
            self._links.append(link)

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        for run in list(self.runs):
            run.fail(error)
        (self._previous_hook or sys.__excepthook__)(kind, error, trace)

    def _at_exit(self) -> None:
        for run in list(self.runs):
            run.fail("The process ended before the training did")


#: The guard of this process.
GUARD = Guard()
