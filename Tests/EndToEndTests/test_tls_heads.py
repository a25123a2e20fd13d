"""TLS as clients send it: heads are judged as without."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from certificates import certify
from processes import PATIENCE, PulseServer, StatusFile
from tls_records import ASK, KEEP, RecordClient


@pytest.fixture
def secured(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> tuple[PulseServer, Path]:
    """A server with TLS, and its certificate."""
    certificate, key = certify(tmp_path, "localhost")
    status_file.running(1.0)
    server = serve("--tls-certificate", str(certificate), "--tls-key", str(key))
    return server, certificate


def exchange(server: PulseServer, certificate: Path, pieces: list[bytes]) -> bytes:
    """Send each piece as a record of its own; give all that the server answers."""
    context = ssl.create_default_context(cafile=str(certificate))
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as client,
    ):
        for piece in pieces:
            client.sendall(piece)
        answer = b""
        while data := client.recv(65536):
            answer += data
        return answer


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200),
        (b"GET /livez HTTP/1.1\r\nHost: localhost\n:\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\0\n", 400),
        (b"GET\0EVIL /status HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /livez?a b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: localhost\r\nCookie: " + b"a=b; " * 2000, 431),
    ],
)
def test_heads_are_judged_as_without_tls(
    secured: tuple[PulseServer, Path], head: bytes, status: int, size: int
) -> None:
    if status == 431 and size < 100:
        pytest.skip("ten thousand records")
    pieces = [head[start : start + size] for start in range(0, len(head), size)]
    answer = exchange(*secured, pieces)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert answer.count(b"\r\nDate: ") == 1


REQUEST = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("how", [KEEP, ASK])
@pytest.mark.parametrize("count", [1, 3])
def test_records_without_data_hold_up_no_request(
    secured: tuple[PulseServer, Path], how: int, count: int
) -> None:
    """RFC 8446 §4.6.3: a key may be changed at any time, also in the segment of a request."""
    client = RecordClient(secured[0].port)
    for half in (REQUEST[:20], REQUEST[20:]):
        for _ in range(count):
            client.update_key(how)
        client.write(half)
    client.flush()
    assert client.read_to_end().startswith(b"HTTP/1.1 200 ")
    client.close()


def test_a_client_that_sends_nothing_else_is_let_go(secured: tuple[PulseServer, Path]) -> None:
    client = RecordClient(secured[0].port)
    for _ in range(100):
        client.update_key(KEEP)
    client.flush()
    assert client.read_to_end() == b""
    client.close()
    assert exchange(*secured, [REQUEST]).startswith(b"HTTP/1.1 200 ")
