"""The file that a training reports to: where it is, what it holds, and who sees its end."""

from __future__ import annotations

import contextlib
import os

from .errors import PulseError
from .reader import read_status
from .report import Report
from .writer import StatusPath, write_status


def default_path() -> str:
    """The status file where none is named: the one that ``pulse run`` tells its child."""
    return os.environ.get("PULSE_STATUS_FILE") or "status.json"


def chosen_version(version: int | None) -> int:
    """The version of PULSE to write: the one that is asked for, or ``PULSE_VERSION``, or 1."""
    asked = os.environ.get("PULSE_VERSION") or "1" if version is None else str(version)
    if asked not in ("1", "2"):
        raise ValueError(f"PULSE has the versions 1 and 2, and not {asked}")
    return int(asked)


class StatusFile:
    """A status file of one version, which one training writes at a time."""

    def __init__(self, path: StatusPath | None, version: int | None) -> None:
        #: The version of PULSE that is written.
        self.version = chosen_version(version)
        #: Where it is.
        self.path = path or default_path()

    def is_at(self, path: StatusPath) -> bool:
        """Whether a path means this file, however it is written."""
        return os.path.realpath(os.fspath(self.path)) == os.path.realpath(os.fspath(path))

    @property
    def is_supervised(self) -> bool:
        """Whether this is the status file of a ``pulse run``, which sees the process end."""
        supervised = os.environ.get("PULSE_STATUS_FILE")
        return os.environ.get("PULSE_SUPERVISED") == "1" and bool(
            supervised and self.is_at(supervised)
        )

    def loss_before(self, epoch: float) -> float:
        """The loss that a killed process of this training has left; 0 when it has left none.

        Who goes on where the file stands is the same attempt to every reader (docs/PULSE-v1.md §4),
        and a 0 after a loss would be one that was measured.

        Args:
            epoch: Where the training goes on.
        """
        with contextlib.suppress(OSError, PulseError):
            last = read_status(self.path)
            if last.status == "running" and 0 < last.epoch <= epoch:
                return last.loss
        return 0.0

    def write(self, report: Report, state: str, message: str | None) -> None:
        """Write what a training has told. What goes wrong is warned of once."""
        try:
            if self.version == 1:
                write_status(self.path, report.status(state, message))
            else:
                write_status(self.path, report.document(state, message))
                report.details.forget_metrics()
        except (OSError, ValueError) as error:
            report.warn(f"{os.fspath(self.path)} can't be written: {error}")
