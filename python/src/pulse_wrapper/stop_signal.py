"""The signal that asks a training to stop."""

from __future__ import annotations

from time import monotonic

#: Seconds that a training may still report steps after a signal and count as ending: what is
#: commonly given between SIGTERM and SIGKILL.
_GRACE = 30.0


class StopSignal:
    """What a signal has made the reason of an error, as long as it stands."""

    def __init__(self) -> None:
        #: Why the training stops; ``None`` when nobody has asked it to.
        self.reason: str | None = None
        self._time = 0.0

    def come(self, reason: str) -> None:
        """A signal has come."""
        self.reason, self._time = reason, monotonic()

    def forget(self) -> None:
        """The training has outrun it, or begins anew."""
        self.reason = None

    @property
    def is_fresh(self) -> bool:
        """Whether one has come so lately that its ``error`` should stand.

        A training that has outlived it runs.
        """
        if self.reason is not None and monotonic() >= self._time + _GRACE:
            self.forget()
        return self.reason is not None
