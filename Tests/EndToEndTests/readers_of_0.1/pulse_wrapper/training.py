"""The context manager for loops of one's own (Order 16.2-FINAL, block 3.1)."""

from __future__ import annotations

from .run import DEFAULT_INTERVAL, Run
from .writer import StatusPath


def training(
    path: StatusPath | None = None,
    total_epochs: float = 0.0,
    *,
    epoch: float = 0.0,
    message: str = "Training started",
    interval: float = DEFAULT_INTERVAL,
    enabled: bool | None = None,
) -> Run:
    """Report a training as long as a `with` block lasts.

    Leaving the block normally writes ``done``. An exception, Ctrl-C, `sys.exit` with a code or
    SIGTERM writes ``error`` with the reason, and goes on as it would without the block.

    Example:
        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "status.json")
        >>> with training(path, total_epochs=3) as run:
        ...     for step in range(6):
        ...         run.update(epoch=(step + 1) / 2, loss=1 / (step + 1))
        >>> from pulse_wrapper import read_status
        >>> read_status(path).status, read_status(path).epoch
        ('done', 3.0)

    Args:
        path: The status file. Unless given: ``PULSE_STATUS_FILE`` of the environment, which
            ``pulse run`` sets, or else ``status.json``.
        total_epochs: Epochs planned; 0 when that is not known.
        epoch: Where the training starts, after a resume from a checkpoint.
        message: What stands there until the first update.
        interval: Seconds between two updates that are written.
        enabled: Whether this process writes at all. Unless given: when it is rank 0, as torchrun
            and accelerate number the processes of a training in ``RANK``.
    """
    return Run(path, total_epochs, epoch, message, interval, enabled)
