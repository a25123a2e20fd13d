"""System calls that fail under a server, one at a time, until all have failed once."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from failing_server import survey, survives
from figures import Figure
from sizes import Sizes
from system_calls import sample


def system_calls(sizes: Sizes) -> list[Figure]:
    """`strace` fails the first call of a kind, the second, … up to the last that a short life of a
    server makes: start, four streams and requests, two new states, SIGTERM. Each time it must serve
    both states and end with 0, or refuse to start with a word; never tell an old state. The libraries
    may end it, where they can't go on: libdispatch (SIGILL) without its first descriptors, and
    libmicrohttpd (SIGABRT) when what no kernel refuses fails: `EPOLL_CTL_DEL`, and a write to an
    eventfd. Without a descriptor for signals libdispatch doesn't hear SIGTERM."""
    ends: Counter[str] = Counter()
    worse: list[str] = []
    with tempfile.TemporaryDirectory(prefix="pulse-stress-") as name:
        directory = Path(name)
        called = survey(directory)
        for call, highest in called.items():
            for number in sample(highest, sizes.every_call):
                life = directory / f"{call}-{number}"
                life.mkdir()
                try:
                    ends[survives(life, call, number)] += 1
                except AssertionError as error:
                    worse.append(str(error))
                    print(error, flush=True)
    # A life may make a call less often than the one that was counted.
    del ends["not reached"]
    figure = (
        f"{ends.total() + len(worse):,} calls of {len(called)} kinds: served on {ends['served']:,} "
        f"times, refused to start with a word {ends['refused to start']} times, worse "
        f"{len(worse)} times; ended by a library {ends['ended by a library']} times, "
        f"deaf to SIGTERM {ends['deaf to SIGTERM']} times"
    )
    return [Figure("system calls of a server fail, one each time", figure, not worse)]
