"""A client of the event stream: a raw socket, so that every byte and every chunk is seen."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import Optional

from processes import PATIENCE


@dataclass(frozen=True)
class Event:
    """One event block, as it was sent."""

    type: str
    data: bytes
    id: Optional[str]


class EventStream:
    """One connection to a stream. `ended` tells that the final chunk has come."""

    def __init__(self, port: int, *headers: str, path: str = "/events") -> None:
        self.ended = False
        self.head = b""
        self._chunked = b""
        self._text = b""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        fields = "".join(f"{header}\r\n" for header in headers)
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n"
        self._socket.sendall(request.encode())
        while b"\r\n\r\n" not in self._chunked:
            self._receive()
        self.head, _, self._chunked = self._chunked.partition(b"\r\n\r\n")

    def __enter__(self) -> EventStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def next(self) -> Event:
        """The next event that has data; waits for it."""
        while True:
            block, blank, rest = self._text.partition(b"\n\n")
            if not blank:
                assert self._unwrap(), "the stream ended while an event was waited for"
                continue
            self._text = rest
            fields = dict(line.split(b": ", 1) for line in block.split(b"\n"))
            if b"data" in fields:
                name = fields.get(b"id")
                return Event(
                    fields[b"event"].decode(), fields[b"data"], name.decode() if name else None
                )

    def next_of(self, type: str) -> Event:
        """The next event of this type; others are passed over."""
        while True:
            event = self.next()
            if event.type == type:
                return event

    def read_to_end(self) -> None:
        """Read until the final chunk or the end of the connection."""
        while self._unwrap():
            pass

    def _unwrap(self) -> bool:
        """Take one chunk off the transfer coding. False at the end of the stream."""
        while b"\r\n" not in self._chunked:
            if not self._receive():
                return False
        size_line, _, rest = self._chunked.partition(b"\r\n")
        size = int(size_line, 16)
        while len(rest) < size + 2:
            if not self._receive():
                return False
            rest = self._chunked.partition(b"\r\n")[2]
        self._text += rest[:size]
        self._chunked = rest[size + 2 :]
        self.ended = size == 0
        return not self.ended

    def _receive(self) -> bool:
        data = self._socket.recv(65_536)
        self._chunked += data
        self.received_at = time.monotonic()
        return bool(data)
