"""What the commands say to options for NATS that can't work."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from nats_server import nats_binary
from processes import PATIENCE, pulse_binary

URL = "nats://127.0.0.1:1/runs/gpu-1"


def pulse(
    *arguments: str, binary: str = "", directory: Path | None = None, **variables: str
) -> subprocess.CompletedProcess:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")} | variables
    return subprocess.run(
        [binary or nats_binary(), *arguments],
        env=environment, cwd=directory, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("status.json", "must begin with nats:// or tls://"),
        ("http://127.0.0.1/runs/gpu-1", "must begin with nats:// or tls://"),
        ("nats://127.0.0.1", "names no bucket"),
        ("nats://127.0.0.1/runs", "names no key"),
        ("nats://127.0.0.1/my.runs/gpu-1", "can't stand in a bucket's name"),
        ("nats://127.0.0.1/runs/gpu*", "can't stand in a key"),
        ("nats://127.0.0.1/runs/gpu..1", "no two in a row"),
        ("nats://127.0.0.1:99999/runs/gpu-1", "is no port"),
        ("nats://me:secret@127.0.0.1/runs/gpu-1", "--nats-credentials"),
    ],
)
@pytest.mark.parametrize("build", ["with NATS", "without"])
def test_a_wrong_address_is_a_usage_error(url: str, reason: str, build: str) -> None:
    binary = nats_binary() if build == "with NATS" else pulse_binary()
    for arguments in (
        ["serve", "--source", url],
        ["relay", "--to", url],
        ["run", "--to", url, "--", "true"],
    ):
        # A server takes all keys of a bucket.
        if (arguments[0], reason) == ("serve", "names no key"):
            continue
        result = pulse(*arguments, binary=binary)
        assert result.returncode == 64, result
        assert reason in result.stderr
        assert "secret" not in result.stderr


@pytest.mark.parametrize(("command", "variable"), [("serve", "PULSE_SOURCE"), ("run", "PULSE_TO")])
def test_a_password_in_a_variable_is_not_repeated(command: str, variable: str) -> None:
    """What a service says to its mistakes is in the journal, for long."""
    tail = ["--", "true"] if command == "run" else []
    result = pulse(command, *tail, **{variable: "nats://me:sec@ret@127.0.0.1/runs/gpu-1"})
    assert result.returncode == 64
    assert f"{variable}=nats://…@127.0.0.1/runs/gpu-1" in result.stderr
    assert "sec@" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["serve", "--source", URL, "--status-file", "x"], "two sources"),
        (["serve", "--source", URL, "-s", "x"], "two sources"),
        (["serve", "--nats-credentials", "x"], "go with --source"),
        (["run", "--nats-credentials", "x", "--", "true"], "go with --to"),
        (["relay"], "--to"),
        (["relay", "--to", URL, "--nats-ca", "x"], "are for tls://"),
        (["relay", "--to", URL, "--nats-certificate", "x"], "go together"),
        (["relay", "--to", URL, "--status-file", ""], "must not be empty"),
    ],
)
def test_options_that_do_not_go_together(arguments: list[str], reason: str) -> None:
    result = pulse(*arguments)
    assert result.returncode == 64, result
    assert reason in result.stderr


def test_two_sources_in_the_environment(tmp_path: Path) -> None:
    both = {"PULSE_STATUS_FILE": "x", "PULSE_SOURCE": URL}
    result = pulse("serve", **both)
    assert result.returncode == 64
    assert "two sources" in result.stderr
    assert f"PULSE_SOURCE={URL}" in result.stderr


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["serve", "--port", "0", "--source", URL], 1),
        (["relay", "--to", URL], 1),
        (["run", "--to", URL, "--", "touch", "started"], 125),
    ],
)
def test_a_build_without_nats_says_so(command: list[str], code: int, tmp_path: Path) -> None:
    result = pulse(*command, binary=pulse_binary(), directory=tmp_path)
    assert result.returncode == code
    assert "built without NATS" in result.stderr
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize(("build", "is_linked"), [(nats_binary, True), (pulse_binary, False)])
def test_only_a_build_with_nats_needs_its_library(
    build: Callable[[], str], is_linked: bool
) -> None:
    needed = subprocess.run(
        ["readelf", "--dynamic", build()], capture_output=True, text=True, check=True
    ).stdout
    assert "[libmicrohttpd.so" in needed
    assert ("libnats" in needed) == is_linked


@pytest.mark.parametrize(
    ("options", "content", "reason"),
    [
        (["--nats-credentials", "file"], None, "No such file"),
        (["--nats-credentials", "file"], "no credentials\n", "holds no credentials"),
        (["--nats-ca", "file"], "no certificate\n", "file: "),
        (["--nats-certificate", "file", "--nats-key", "file"], "no certificate\n", "file: "),
    ],
)
@pytest.mark.parametrize("command", ["serve", "relay", "run"])
def test_a_file_that_cannot_be_used_is_an_error_at_once(
    command: str, options: list[str], content: str | None, reason: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "file").write_text(content)
    url = URL if "--nats-credentials" in options else URL.replace("nats:", "tls:")
    target = ["--port", "0", "--source", url] if command == "serve" else ["--to", url]
    tail = ["--", "touch", "started"] if command == "run" else []
    result = pulse(command, *target, *options, *tail, directory=tmp_path)
    assert result.returncode == (125 if command == "run" else 1), result
    assert reason in result.stderr
    assert not (tmp_path / "started").exists()
