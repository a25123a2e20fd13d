"""System calls that fail: SQLite's way, the first, the second, … until none fails, through strace."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

#: What each call can fail with in the world.
ERRORS = {
    "accept4": "EMFILE",
    "bind": "EADDRINUSE",
    "chmod": "EPERM",
    "clone3": "EAGAIN",
    "close": "EIO",
    "epoll_create1": "EMFILE",
    "epoll_ctl": "ENOMEM",
    "epoll_pwait": "EINTR",
    "eventfd2": "EMFILE",
    "fchmod": "EPERM",
    "fcntl": "EINVAL",
    "fstat": "EIO",
    "fsync": "EIO",
    "getsockname": "ENOBUFS",
    "inotify_add_watch": "ENOSPC",
    "inotify_init1": "EMFILE",
    "ioctl": "EIO",
    "listen": "EADDRINUSE",
    "lseek": "EIO",
    "lstat": "EACCES",
    "newfstatat": "EACCES",
    "openat": "EMFILE",
    "poll": "ENOMEM",
    "ppoll": "ENOMEM",
    "read": "EIO",
    "readlink": "EACCES",
    "recvfrom": "ECONNRESET",
    "rename": "EIO",
    "sendmsg": "EPIPE",
    "sendto": "EPIPE",
    "setsockopt": "ENOBUFS",
    "shutdown": "ENOTCONN",
    "signalfd4": "EMFILE",
    "socket": "EMFILE",
    "stat": "EACCES",
    "timerfd_create": "EMFILE",
    "timerfd_settime": "EINVAL",
    "unlink": "EIO",
    "write": "ENOSPC",
    "writev": "EPIPE",
}

#: What SQLite calls on a file, and how each can fail.
ARCHIVE_ERRORS = {
    "fallocate": "ENOSPC",
    "fchmod": "EPERM",
    "fcntl": "EACCES",
    "fdatasync": "EIO",
    "fstat": "EIO",
    "fsync": "EIO",
    "ftruncate": "EIO",
    "mmap": "ENOMEM",
    "newfstatat": "EACCES",
    "openat": "EMFILE",
    "pread64": "EIO",
    "pwrite64": "ENOSPC",
    "unlink": "EIO",
}

#: Those that change something: a process is killed at these.
ARCHIVE_WRITES = ["fdatasync", "fsync", "ftruncate", "openat", "pwrite64", "unlink"]


def tracing(trace: Path, *calls: str) -> list[str]:
    """A wrapper that logs these calls of a command and its threads; the command keeps its id."""
    return [*_stracing(trace, *calls), "--seccomp-bpf"]


def _stracing(trace: Path, *calls: str) -> list[str]:
    names = ",".join(calls or ERRORS)
    return ["strace", "-D", "-f", "-qq", "-o", str(trace), "-e", f"trace={names}"]


def failing(trace: Path, call: str, number: int, error: str | None = None) -> list[str]:
    """A wrapper that fails one call of each thread: the `number`th of its kind, from 1."""
    inject = f"inject={call}:error={error or ERRORS[call]}:when={number}"
    return [*tracing(trace, call), "-e", inject]


def killing(trace: Path, call: str, number: int) -> list[str]:
    """A wrapper that kills a command at a call of one of its threads: the `number`th of its kind.

    Without --seccomp-bpf: beside a choice of calls strace 6.1 fails calls then, but sends no signals.
    """
    return [*_stracing(trace, call), "-e", f"inject={call}:signal=KILL:when={number}"]


def failures(trace: Path) -> list[str]:
    """The calls that were failed, as the log has them; none when it didn't come so far."""
    return [line for line in whole_lines(trace) if "(INJECTED)" in line]


def whole_lines(trace: Path) -> Iterator[str]:
    """The lines of a log, those put together again that another thread's call stands between."""
    begun: dict[str, str] = {}
    for line in trace.read_text(errors="replace").splitlines():
        thread = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            begun[thread] = line.removesuffix("<unfinished ...>")
            continue
        if match := re.match(r"\d+ +<\.\.\. \w+ resumed>", line):
            line = begun.pop(thread, "") + line[match.end() :]
        yield line


def calls(trace: Path, after: str = "") -> Iterator[tuple[str, int]]:
    """Each call in a log, as its kind and its number in its thread: those after a text appears."""
    numbers: Counter[tuple[str, str]] = Counter()
    is_wanted = not after
    for line in trace.read_text(errors="replace").splitlines():
        match = re.match(r"(\d+) +(\w+)\(", line)
        if match is None:
            continue
        numbers[match[1], match[2]] += 1
        is_wanted = is_wanted or after in line
        if is_wanted:
            yield match[2], numbers[match[1], match[2]]


def most(trace: Path) -> dict[str, int]:
    """How often each kind was called, by the thread that called it most."""
    highest: dict[str, int] = {}
    for call, number in calls(trace):
        highest[call] = max(number, highest.get(call, 0))
    return highest


def sample(highest: int, all_of_them: bool) -> Sequence[int]:
    """The numbers to fail: all, or a few from one end to the other."""
    if all_of_them:
        return range(1, highest + 1)
    return sorted({highest, (highest + 1) // 2} - {0})
