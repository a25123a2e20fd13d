"""Reading a status file: strict, bounded, and never in the way (Order 16.2-FINAL, block 3.2)."""

from __future__ import annotations

import logging
import os
import stat

from .decoder import decode
from .encoder import SIZE_LIMIT
from .errors import PulseError
from .status import TrainingStatus
from .writer import StatusPath

_LOGGER = logging.getLogger("pulse_wrapper")

#: A file that differs at each of so many reads is written in place, without end.
_ATTEMPTS = 3

#: Neither a pipe without a writer nor a terminal may hold the reader up.
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def read_status(path: StatusPath) -> TrainingStatus:
    """Read a status file strictly.

    Example:
        >>> try:
        ...     read_status("no-such-file.json")
        ... except PulseError as error:
        ...     print(error.reason)
        missing

    Raises:
        PulseError: with the reason of the document, or of the file: ``missing``,
            ``not_regular``, ``permission_denied``, ``too_large``, ``changing`` or ``io_error``.
    """
    try:
        for _ in range(_ATTEMPTS):
            document = _read_once(path)
            if document is not None:
                return decode(document)
    except OSError as error:
        raise _file_error(path, error) from error
    raise PulseError("changing", f"{os.fspath(path)} changes while it is read")


def safe_read_status(path: StatusPath, last: TrainingStatus | None = None) -> TrainingStatus | None:
    """Read a status file, or give back the last good state when that fails.

    It never raises on what the file holds: a broken document is logged, and `last` stays. That
    is the loop of a reader (Order 16.2-FINAL, block 3.2):

    Example:
        >>> status = None
        >>> status = safe_read_status("no-such-file.json", last=status)
        >>> status is None
        True
    """
    try:
        return read_status(path)
    except PulseError as error:
        # Before a job has begun there is no file: nothing to warn of.
        level = logging.DEBUG if error.reason == "missing" else logging.WARNING
        _LOGGER.log(level, "%s is not read (%s): %s", os.fspath(path), error.reason, error)
        return last


def _read_once(path: StatusPath) -> bytes | None:
    """The file's bytes; None when it changed meanwhile."""
    descriptor = os.open(path, _OPEN_FLAGS)
    with open(descriptor, "rb", buffering=0) as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise PulseError("not_regular", f"{os.fspath(path)} is not a regular file")
        if before.st_size > SIZE_LIMIT:
            raise PulseError("too_large", f"{os.fspath(path)} is over {SIZE_LIMIT} bytes")
        document = b""
        # One byte more than fits, so that growth shows.
        while len(document) <= SIZE_LIMIT:
            piece = file.read(SIZE_LIMIT + 1 - len(document))
            if not piece:
                break
            document += piece
        after = os.fstat(descriptor)
    # Not the ctime: a rename over this file changes it too, and leaves what it holds as it was.
    is_same = (before.st_size, before.st_mtime_ns) == (len(document), after.st_mtime_ns)
    return document if is_same else None


def _file_error(path: StatusPath, error: OSError) -> PulseError:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        reason = "missing"
    elif isinstance(error, PermissionError):
        reason = "permission_denied"
    elif isinstance(error, IsADirectoryError):
        reason = "not_regular"
    else:
        reason = "io_error"
    return PulseError(reason, f"{os.fspath(path)}: {error.strerror or error}")
