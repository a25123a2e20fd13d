"""The addresses that a server listens on."""

from __future__ import annotations

import re
import socket
import subprocess
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from processes import PATIENCE, PulseServer, StatusFile, pulse_binary


def test_localhost_is_both_loopback_addresses(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    status_file.running(1.0)
    server = serve("--host", "localhost")
    for host in ["127.0.0.1", "[::1]", "localhost"]:
        with urllib.request.urlopen(
            f"http://{host}:{server.port}/status", timeout=PATIENCE
        ) as reply:
            assert b'"epoch": 1.0' in reply.read()
    for host in ["127.0.0.1", "::1", "localhost"]:
        command = [
            pulse_binary(),
            "healthcheck",
            "--host",
            host,
            "--port",
            str(server.port),
        ]
        assert subprocess.run(command, timeout=PATIENCE).returncode == 0


def test_localhost_is_taken_when_one_of_its_addresses_is(
    serve: Callable[..., PulseServer],
) -> None:
    first = serve("--host", "::1")
    second = subprocess.run(
        [pulse_binary(), "serve", "--host", "localhost", "--port", str(first.port)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert second.returncode == 1
    assert f"cannot listen on [::1]:{first.port}: Address already in use" in second.stderr


def test_heads_are_judged_on_every_address_at_once(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    status_file.running(1.0)
    server = serve("--host", "localhost")

    def ask(number: int) -> list[bytes]:
        """The status lines for sound heads in small pieces, and a malformed one at the end."""
        heads = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n" * 5
        heads += b"GET /livez HTTP/1.1\r\nHost: localhost\r\nA : b\r\n\r\n"
        address = ("127.0.0.1", "::1")[number % 2]
        with socket.create_connection((address, server.port), timeout=PATIENCE) as client:
            for start in range(0, len(heads), 7):
                client.sendall(heads[start : start + 7])
            answer = b""
            while data := client.recv(65536):
                answer += data
        return re.findall(rb"HTTP/1.1 (\d+) ", answer)

    # More sockets than a table of them begins with.
    with ThreadPoolExecutor(150) as pool:
        replies = list(pool.map(ask, range(600)))
    assert {tuple(reply) for reply in replies} == {(b"200",) * 5 + (b"400",)}


@pytest.mark.parametrize("host", ["127.lan.invalid", "localhost.invalid"])
def test_a_name_that_looks_like_loopback_is_judged_by_its_addresses(host: str) -> None:
    started = subprocess.run(
        [pulse_binary(), "serve", "--host", host, "--port", "0"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert started.returncode == 1
    assert f"no local address is called {host}" in started.stderr
