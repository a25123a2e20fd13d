"""A real server for a suite, and raw requests to it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from processes import PATIENCE, PulseServer, StatusFile

TOKEN = "0123456789abcdef-~"


@contextmanager
def serving(directory: Path, *flags: str, epoch: float | None = 1.5) -> Iterator[PulseServer]:
    """A server of a running training, or of none; it must end well."""
    directory.mkdir(exist_ok=True)
    file = StatusFile(directory / "status.json")
    if epoch is not None:
        file.running(epoch)
    server = PulseServer(file.path, *flags, log=directory / "server.log")
    try:
        yield server
    finally:
        server.stop()


def token_flags(directory: Path) -> list[str]:
    """The flags that guard a server with TOKEN."""
    directory.mkdir(exist_ok=True)
    (directory / "token").write_text(TOKEN + "\n")
    return ["--token-file", str(directory / "token")]


def exchange(port: int, sent: bytes) -> bytes:
    """Send these bytes; give all that comes until the server closes, which they have to bring about."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        answer = b""
        try:
            client.sendall(sent)
            while data := client.recv(65_536):
                answer += data
        except ConnectionError:
            # Closed with bytes of ours unread: what came before counts.
            pass
        return answer


def statuses(answer: bytes) -> list[int]:
    """The status of each answer in the bytes of a connection."""
    found = []
    while answer.startswith(b"HTTP/1."):
        head, _, rest = answer.partition(b"\r\n\r\n")
        found.append(int(head[9:12]))
        lines = head.lower().split(b"\r\n")
        lengths = [int(line[15:]) for line in lines if line.startswith(b"content-length:")]
        answer = rest[lengths[0] if lengths else 0 :]
    # What is no answer may not be there.
    return found + ([-1] if answer else [])
