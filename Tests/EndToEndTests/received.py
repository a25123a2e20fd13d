"""What a test reads from a connection, piece by piece."""

from __future__ import annotations

import socket


def receive(client: socket.socket, part: bytes) -> bytes:
    """All that comes, up to a part of it, which must come."""
    received = b""
    while part not in received:
        more = client.recv(65536)
        assert more, f"it ends without {part!r}: {received!r}"
        received += more
    return received
