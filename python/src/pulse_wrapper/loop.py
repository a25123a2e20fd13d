"""A loop that reports itself, used as a progress bar is (Order 16.2-FINAL, block 3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Generic, TypeVar

from .callback_run import CallbackRun
from .run import DEFAULT_INTERVAL, Run
from .writer import StatusPath

Item = TypeVar("Item")

#: The outermost loops under way in this process.
_OUTER: list[Loop[Any]] = []


def wrap(
    iterable: Iterable[Item],
    path: StatusPath | Run | None = None,
    *,
    total: int | None = None,
    interval: float = DEFAULT_INTERVAL,
    enabled: bool | None = None,
) -> Loop[Item]:
    """Report a loop: its items are the epochs, and those of the first loop inside its batches.

    Use it as a progress bar: around what is iterated. The loss is given to either loop.

    Example:
        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "status.json")
        >>> for epoch in wrap(range(3), path):
        ...     batches = wrap([4, 3], path)
        ...     for batch in batches:
        ...         batches.loss = batch / (epoch + 1)
        >>> from pulse_wrapper import read_status
        >>> read_status(path).status, read_status(path).epoch, read_status(path).loss
        ('done', 3.0, 1.0)

    When the loop has run to its end, ``done`` is written. One that is left by `break` can't be told
    from one that raised: it is ``running`` until the process ends, or until the next loop. As a
    context manager, ``with wrap(…) as epochs:``, it is told at once how it ended.

    Args:
        iterable: What to iterate over. Without a length, and without `total`, there is no percent:
            an outer loop has no total, an inner one no fractions until it has run once.
        path: The status file, or the run of a `training` block. Unless given: that of the loop or
            block around it, or else as for `training`.
        total: How many items there are, when `iterable` has no length.
        interval: Seconds between two updates that are written.
        enabled: Whether this process writes at all, as for `training`.
    """
    return Loop(iterable, CallbackRun(path, interval, enabled, awaits_loss=False), total)


class Loop(Generic[Item]):
    """An iterable that reports where it is. `wrap` makes one."""

    def __init__(self, iterable: Iterable[Item], job: CallbackRun, total: int | None) -> None:
        self._iterable = iterable
        self._job = job
        self._total = total
        #: The loop around this one; None when it is the outermost.
        self._outer: Loop[Any] | None = None
        self._done = 0
        # Of an inner loop: only the first of an epoch is its batches, a later one validates.
        self._is_first = False
        # Of an outer loop: its inner loops of this epoch, the items of all, and the batches of an
        # epoch as one that ran to its end has shown.
        self._inner_loops = self._steps = 0
        self._batches: int | None = None
        self._loss: Any = None

    def __len__(self) -> int:
        if self._total is not None:
            return self._total
        return len(self._iterable)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Item]:
        self._begin()
        try:
            for item in self._iterable:
                if self._outer is not None:
                    self._outer._steps += 1
                yield item
                self._advance()
        except GeneratorExit:
            # The loop's body has ended it: by `break`, or by an exception that isn't seen here.
            if self._is_outermost:
                self._job.leave(f"The loop was left at {self._job.run.place}")
            raise
        except BaseException as error:
            if self._is_outermost:
                self._job.fail(error)
            raise
        else:
            self._end()
        finally:
            if self in _OUTER:
                _OUTER.remove(self)

    def __enter__(self) -> Loop[Item]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        run = self._job.run
        if error is not None and not (isinstance(error, SystemExit) and not error.code):
            # Inside another loop or a block it is theirs to tell: it may be caught before.
            if self._job.is_own:
                self._job.fail(error)
        elif run.is_left:
            run.done()

    @property
    def loss(self) -> Any:
        """The loss that was given last."""
        return self._loss

    @loss.setter
    def loss(self, loss: Any) -> None:
        self.update(loss)

    def update(self, loss: Any = None, message: str | None = None) -> None:
        """Tell the loss of this step, or a line for whoever watches.

        Args:
            loss: A number, or a tensor of one.
            message: The line; where the loop is unless given.
        """
        if loss is not None:
            self._loss = loss
        self._job.run.update(loss=loss, message=message, step=self._step)

    @property
    def _is_outermost(self) -> bool:
        return self._outer is None

    @property
    def _step(self) -> int:
        """The number of the step that is on, counted over all epochs from 1."""
        outer = self._outer or self
        return outer._steps or outer._done + 1

    def _begin(self) -> None:
        if self._job.target is None:
            self._job.target = Run.newest()
        run = self._job.run
        self._done = self._steps = self._inner_loops = 0
        self._outer = next((loop for loop in _OUTER if loop._job.run is run), None)
        if self._outer is not None:
            self._outer._inner_loops += 1
            self._is_first = self._outer._inner_loops == 1
            return
        _OUTER.append(self)
        total = _size(self)
        self._job.begin(0.0, float(total or 0), f"Epoch 1{_of(total)}")

    def _advance(self) -> None:
        """An item is done."""
        step = self._step
        self._done += 1
        outer = self._outer
        if outer is None:
            self._inner_loops = 0
            place = f"{self._done}{_of(_size(self))} epochs done"
            self._job.run.update(float(self._done), message=place, step=step)
            return
        size = _size(self) or (outer._batches if self._is_first else None)
        place = f"Epoch {outer._done + 1}{_of(_size(outer))}, step {self._done}{_of(size)}"
        part = min(self._done / size, 1.0) if size else 0.0
        epoch = outer._done + part if self._is_first else None
        self._job.run.update(epoch, message=place, step=step)

    def _end(self) -> None:
        """The iterable is exhausted."""
        if self._outer is None:
            self._job.end("Training completed")
        elif self._is_first:
            self._outer._batches = self._done


def _size(loop: Loop[Any]) -> int | None:
    try:
        return len(loop)
    except TypeError:
        return None


def _of(total: int | None) -> str:
    return "" if total is None else f" of {total}"
