"""Thousands of event streams in one process, each checked byte by byte: `stream_readers.c`."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from server import ROOT, Server


@dataclass(frozen=True)
class Reading:
    """What the streams got since the reading before."""

    streams: int
    #: Streams that got a first state, so far.
    opened: int
    #: Streams that ended with their final chunk, and without it.
    complete: int
    cut: int
    #: States after the first of each stream.
    events: int
    #: Ids that were not the next, and things that may not be in a stream at all.
    gaps: int
    bad: int
    #: From the moment before a state was written to the moment when a reader had it.
    p50_ms: float
    p99_ms: float
    worst_ms: float
    #: The same of the reader that had it last.
    last_reader_p99_ms: float

    def followed_by(self, later: Reading) -> Reading:
        """Both as one; of the times, which can't be added, the worse."""
        return replace(
            later,
            p50_ms=max(self.p50_ms, later.p50_ms),
            p99_ms=max(self.p99_ms, later.p99_ms),
            worst_ms=max(self.worst_ms, later.worst_ms),
            last_reader_p99_ms=max(self.last_reader_p99_ms, later.last_reader_p99_ms),
            complete=self.complete + later.complete,
            cut=self.cut + later.cut,
            events=self.events + later.events,
            gaps=self.gaps + later.gaps,
            bad=self.bad + later.bad,
        )


@cache
def program() -> Path:
    """The compiled program; made anew when its source is newer."""
    source = Path(__file__).with_name("stream_readers.c")
    header = ROOT / "benchmarks" / "load" / "common.h"
    binary = ROOT / ".build" / "stress" / "stream_readers"
    binary.parent.mkdir(parents=True, exist_ok=True)
    newest = max(source.stat().st_mtime, header.stat().st_mtime)
    if not binary.exists() or binary.stat().st_mtime < newest:
        flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-std=gnu17"]
        subprocess.run(["cc", *flags, "-o", str(binary), str(source)], check=True)
    return binary


class Readers:
    """Streams that are open when this is made, and are read until the end."""

    def __init__(self, server: Server, count: int, closing: str = "fin") -> None:
        self.process = subprocess.Popen(
            [program(), str(server.port), str(count), closing],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        opened = self._line()
        assert opened == f"{count} open", f"of {count} streams: {opened!r}"

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def read(self) -> Reading:
        """What was read since the last time."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return Reading(**json.loads(self._line()))

    def read_until(self, events: int) -> Reading:
        """What was read until so many states were, or for half a minute."""
        deadline = time.monotonic() + 30
        reading = self.read()
        while reading.events < events and time.monotonic() < deadline:
            time.sleep(0.01)
            reading = reading.followed_by(self.read())
        return reading

    def to_the_end(self) -> Reading:
        """What was read until all streams had ended, or for a minute."""
        assert self.process.stdin is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=60)
        # At the end of its input it ends as well.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        reading = Reading(**json.loads(self._line()))
        self.process.wait()
        return reading

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
