"""The addresses that a server listens on."""

from __future__ import annotations

import subprocess
import urllib.request
from collections.abc import Callable

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
