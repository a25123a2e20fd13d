"""The words of a status: why a training ended, and a line that every document can hold."""

from __future__ import annotations

#: Characters of a message: a line for whoever watches, not a traceback.
_LIMIT = 1000


def description(error: BaseException) -> str:
    """Say in one line what an exception is.

    Example:
        >>> description(RuntimeError("out of memory"))
        'RuntimeError: out of memory'
        >>> description(SystemExit(3))
        'Exited with code 3'
    """
    if isinstance(error, SystemExit):
        return f"Exited with code {error.code}"
    if isinstance(error, KeyboardInterrupt):
        return "Stopped by Ctrl-C (KeyboardInterrupt)"
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def bounded(text: str) -> str:
    """Make a message fit a document: without halves of surrogate pairs, and not too long.

    Example:
        >>> bounded("file \\udcff")
        'file ?'
        >>> len(bounded("long " * 1000))
        1000
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= _LIMIT else text[: _LIMIT - 1] + "…"
