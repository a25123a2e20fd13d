"""Atomic writes, and one function for each step of a job's life (Order 16.2-FINAL, block 2)."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from typing import Union

from .encoder import encode
from .errors import PulseError
from .status import TrainingStatus

#: Where a status file is.
StatusPath = Union[str, "os.PathLike[str]"]


def write_idle_status(path: StatusPath, message: str = "Waiting to start...") -> None:
    """Write that a job is about to start (Order 16.2-FINAL, block 2.2).

    Example:
        >>> write_idle_status("status.json")  # doctest: +SKIP
    """
    write_status(path, TrainingStatus.create("idle", message=message))


def write_running_status(
    path: StatusPath, epoch: float, total_epochs: float, loss: float, message: str
) -> None:
    """Write that a job runs: `epoch` of `total_epochs` are done, with fractions.

    Order 16.2-FINAL, block 2.2. Before the start the epoch is 0 (block 3.1).

    Example:
        >>> write_running_status("status.json", 2.5, 3.0, 0.42, "step 250")  # doctest: +SKIP
    """
    write_status(path, TrainingStatus.create("running", epoch, total_epochs, loss, message))


def write_done_status(
    path: StatusPath,
    epoch: float,
    total_epochs: float,
    loss: float,
    message: str = "Training completed",
) -> None:
    """Write that a job has ended well, with `epoch` at `total_epochs`.

    Order 16.2-FINAL, block 2.2.

    Example:
        >>> write_done_status("status.json", 3.0, 3.0, 0.31)  # doctest: +SKIP
    """
    write_status(path, TrainingStatus.create("done", epoch, total_epochs, loss, message))


def write_error_status(
    path: StatusPath, epoch: float, total_epochs: float, loss: float, message: str
) -> None:
    """Write that a job has failed, and why (Order 16.2-FINAL, block 2.2).

    Example:
        >>> write_error_status("status.json", 1.2, 3.0, 0.9, "out of memory")  # doctest: +SKIP
    """
    write_status(path, TrainingStatus.create("error", epoch, total_epochs, loss, message))


def write_status(path: StatusPath, status: TrainingStatus) -> None:
    """Replace the status file in one step: a reader sees the old document or the new one.

    A temporary file in the same directory is written, flushed and fsynced, and renamed over the
    target (Order 16.2-FINAL, block 2.1). The mode of an existing target is kept. A symbolic link
    stays one: the file that it names is replaced.

    Raises:
        PulseError: when no document can hold the state, or the target is not a regular file.
        OSError: when the file can't be written. The target is as it was then.
    """
    document = encode(status)
    target, mode = _target(os.fspath(path))
    directory = os.path.dirname(target) or os.curdir
    with tempfile.NamedTemporaryFile(
        "wb", dir=directory, prefix=".pulse-", suffix=".tmp", delete=False
    ) as temporary:
        # The file itself: each method that the wrapper lends is wrapped anew.
        name, file = temporary.name, temporary.file
        try:
            _set_mode(name, mode)
            file.write(document)
            file.flush()
            os.fsync(file.fileno())
            temporary.close()
            os.replace(name, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    _sync_directory(directory)


def _target(path: str) -> tuple[str, int | None]:
    """The file to replace, and its permissions; None for them when there is no file yet."""
    try:
        existing = os.lstat(path).st_mode
        if stat.S_ISLNK(existing):
            path = os.path.realpath(path)
            existing = os.lstat(path).st_mode
    except FileNotFoundError:
        return path, None
    if not stat.S_ISREG(existing):
        # A rename would put a file in place of a pipe or a device.
        raise PulseError("not_regular", f"{path} is not a regular file")
    return path, stat.S_IMODE(existing)


def _set_mode(path: str, mode: int | None) -> None:
    """Give a temporary file, which only its owner can read, the permissions of the target."""
    if mode is not None:
        os.chmod(path, mode)
        return
    # A file system without modes refuses, and needs none.
    with contextlib.suppress(PermissionError):
        os.chmod(path, 0o666 & ~_umask())


def _umask() -> int:
    """This process's umask. Linux tells it; elsewhere it must be set to be seen."""
    with contextlib.suppress(OSError), open("/proc/self/status", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync_directory(directory: str) -> None:
    """Make the rename itself durable.

    An error here is none of the write: the document is in place for every reader, and a file
    system that can't sync a directory says so each time.
    """
    try:
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        pass
