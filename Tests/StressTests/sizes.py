"""How much of everything: what must hold, and what fits into seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    #: Atomic replaces, and torn writes in place among them.
    replaces: int
    torn: int
    #: Writers killed between their temporary file and the rename, of each language.
    kills: int
    #: Streams, and for how many seconds they get an event each.
    streams: int
    seconds: int
    #: Whether a state is due though some have not got the last, and times and memory have limits.
    is_timed: bool
    #: How often as many clients are killed.
    cycles: int
    #: Stops of a server with as many streams.
    stops: int
    #: Servers killed.
    restarts: int
    #: Servers with an archive killed.
    archive_kills: int
    #: Clients that connect to a server with 256 descriptors.
    connects: int
    #: Connections of each kind of slow client, and for how many seconds.
    slow: int
    slow_seconds: int
    #: Whether every system call of a server fails once, or two of each kind.
    every_call: bool


FULL = Sizes(
    replaces=100_000, torn=10_000, kills=1_000, streams=10_000, seconds=600, is_timed=True, cycles=50, stops=200,
    restarts=100, archive_kills=1_000, connects=1_000, slow=1_000, slow_seconds=30, every_call=True,
)  # fmt: skip

#: For `make test`.
SMALL = Sizes(
    replaces=1_000, torn=100, kills=20, streams=500, seconds=5, is_timed=False, cycles=2, stops=3,
    restarts=3, archive_kills=25, connects=600, slow=100, slow_seconds=4, every_call=False,
)  # fmt: skip
