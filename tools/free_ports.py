"""Ports for servers that have to be told theirs, or that are to come back on the one they had."""

from __future__ import annotations

import itertools
import os
import socket

#: Below the range that the kernel gives from to whoever asks for any port (ip_local_port_range's
#: default, ip(7)): no other server and no connection gets one of these in the meantime.
_FIRST, _LAST = 20_000, 32_768

_numbers = itertools.count()


def free_ports(count: int = 1) -> list[int]:
    """So many ports of loopback that nobody has.

    A process gives none of them twice, and processes beside each other begin at different ones.
    """
    found: list[int] = []
    while len(found) < count:
        number = os.getpid() * 499 + next(_numbers)
        port = _FIRST + number % (_LAST - _FIRST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
    return found
