"""`pulse write`, `check` and `healthcheck`, and what all commands do with a bad command line."""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from certificates import certify
from processes import PATIENCE, PulseServer, StatusFile, pulse_binary


def pulse(
    *arguments: str, text: bytes | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
    result = subprocess.run(
        [pulse_binary(), *arguments],
        input=text,
        stdin=subprocess.DEVNULL if text is None else None,
        capture_output=True,
        timeout=PATIENCE,
        env=clean | environment,
    )
    return subprocess.CompletedProcess(
        result.args, result.returncode, result.stdout.decode(), result.stderr.decode()
    )


def test_a_shell_script_as_a_trainer(status_file: StatusFile) -> None:
    path = str(status_file.path)
    assert pulse("write", "idle", "-s", path).returncode == 0
    assert json.loads(status_file.path.read_bytes())["message"] == "Waiting to start..."
    arguments = ["--epoch", "1.5", "--total-epochs", "3", "--loss", "-0.25", "--message", "-5 %"]
    before = int(time.time())
    result = pulse("write", "running", "-s", path, *arguments)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    document = json.loads(status_file.path.read_bytes())
    assert before <= document.pop("timestamp") <= time.time()
    assert list(document.items()) == [
        ("status", "running"),
        ("epoch", 1.5),
        ("total_epochs", 3.0),
        ("loss", -0.25),
        ("message", "-5 %"),
    ]
    assert pulse("write", "error", PULSE_STATUS_FILE=path).returncode == 0
    assert json.loads(status_file.path.read_bytes())["message"] == "Training failed"
    assert os.listdir(status_file.path.parent) == [status_file.path.name]


def test_a_write_that_fails_says_why_and_leaves_the_file(
    status_file: StatusFile, tmp_path: Path
) -> None:
    status_file.running(1)
    before = status_file.path.read_bytes()
    refused = pulse("write", "running", "-s", str(status_file.path), "--loss", "nan")
    assert refused.returncode == 64 and "loss is NaN" in refused.stderr
    assert status_file.path.read_bytes() == before
    nowhere = pulse("write", "idle", "-s", str(tmp_path / "none" / "status.json"))
    assert nowhere.returncode == 1
    assert nowhere.stderr.startswith("pulse: ") and "no such file" in nowhere.stderr
    directory = pulse("write", "idle", "-s", str(tmp_path))
    assert directory.returncode == 1 and "not a regular file" in directory.stderr


def test_check_says_valid_or_what_is_wrong_and_where(status_file: StatusFile) -> None:
    path = str(status_file.path)
    status_file.running(1.5, message="\u202e\u009b漢")
    valid = pulse("check", path)
    assert valid.returncode == 0
    assert re.fullmatch(
        rf'{re.escape(path)}: valid PULSE v1: {{"status": "running", .*\\u202e\\u009b漢.*}}\n',
        valid.stdout,
    )
    status_file.document(loss=float("nan"))
    invalid = pulse("check", path)
    assert invalid.returncode == 1
    assert "loss is NaN, which JSON does not have (byte " in invalid.stdout
    assert re.search(r"\[reason=not_finite field=loss offset=\d+\]\n$", invalid.stdout)


def test_check_reads_standard_input(status_file: StatusFile) -> None:
    status_file.running(1)
    document = status_file.path.read_bytes()
    assert pulse("check", "-", text=document).stdout.startswith("-: valid PULSE v1: ")
    assert "the document is empty" in pulse("check", "-", text=b"").stdout
    assert "reason=too_large" in pulse("check", "-", text=b" " * 70_000).stdout
    # A pipe that a shell makes: `pulse check <(command)`.
    result = subprocess.run(
        ["bash", "-c", f"'{pulse_binary()}' check <(sleep 0.2; cat '{status_file.path}')"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert result.returncode == 0 and "valid PULSE v1" in result.stdout


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "no such file or directory"),
        ("directory", "is a directory"),
        ("pipe", "a pipe that nobody writes to"),
        ("huge", "reason=too_large"),
        ("device", "reason=too_large"),
        ("socket", "no such device or address"),
    ],
)
def test_check_waits_for_nothing(tmp_path: Path, kind: str, words: str) -> None:
    path = tmp_path / "status.json"
    listener = socket.socket(socket.AF_UNIX)
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(1 << 30)
    elif kind == "device":
        path = Path("/dev/zero")
    elif kind == "socket":
        listener.bind(str(path))
    result = pulse("check", str(path))
    listener.close()
    assert result.returncode == 1
    assert words in result.stdout + result.stderr
    assert len((result.stdout + result.stderr).splitlines()) == 1


def test_healthcheck_goes_where_the_server_is(server: PulseServer) -> None:
    port = str(server.port)
    for healthy in (
        pulse("healthcheck", "--port", port),
        pulse("healthcheck", PULSE_PORT=port),
        pulse("healthcheck", PULSE_PORT=port, PULSE_HOST="0.0.0.0"),
        pulse("healthcheck", "-p", port, PULSE_PORT="none"),
    ):
        assert (healthy.returncode, healthy.stdout) == (0, "ok\n"), healthy.stderr
    server.stop()
    dead = pulse("healthcheck", "--port", port)
    assert dead.returncode == 1
    assert dead.stderr == f"pulse: no healthy server on port {port}: connection refused\n"


def test_healthcheck_asks_a_server_with_tls(
    serve: Callable[..., PulseServer], tmp_path: Path
) -> None:
    """By the variables that the server itself has; whatever name is in its certificate."""
    certificate, key = map(str, certify(tmp_path, "pulse.example.org"))
    server = serve("--tls-certificate", certificate, "--tls-key", key)
    variables = {
        "PULSE_HOST": "0.0.0.0",
        "PULSE_PORT": str(server.port),
        "PULSE_TLS_CERTIFICATE": certificate,
        "PULSE_TLS_KEY": key,
    }
    healthy = pulse("healthcheck", **variables)
    assert (healthy.returncode, healthy.stdout) == (0, "ok\n"), healthy.stderr
    plain = pulse("healthcheck", "--port", str(server.port))
    assert plain.returncode == 1 and "the server speaks TLS: ask it by https" in plain.stderr
    server.stop()
    dead = pulse("healthcheck", **variables)
    assert dead.returncode == 1 and dead.stderr.endswith("connection refused\n")


def test_healthcheck_says_that_a_server_has_no_tls(server: PulseServer) -> None:
    result = pulse("healthcheck", "-p", str(server.port), "--tls-certificate", "c")
    assert result.returncode == 1
    assert result.stderr.endswith("the server speaks no TLS: ask it by http\n")


def drip(connection: socket.socket, head: bytes) -> None:
    """Answers, and goes on answering as long as somebody listens."""
    with connection:
        connection.recv(4096)
        try:
            connection.sendall(head)
            while True:
                connection.sendall(b"a")
                time.sleep(0.5)
        except OSError:
            pass


def test_healthcheck_waits_for_no_answer_without_end() -> None:
    """Neither in its head nor in its body; both at once, as either takes its time."""
    with ThreadPoolExecutor(2) as pool:
        heads = [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"]
        for port, result in pool.map(health_of_what_drips, heads):
            assert result.returncode == 1
            assert result.stderr.startswith(f"pulse: no healthy server on port {port}: ")


def health_of_what_drips(head: bytes) -> tuple[int, subprocess.CompletedProcess[str]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        thread = threading.Thread(target=lambda: drip(listener.accept()[0], head))
        thread.start()
        port = listener.getsockname()[1]
        result = pulse("healthcheck", "-p", str(port))
        thread.join()
    return port, result


def test_healthcheck_is_not_content_with_another_tls_server(tmp_path: Path) -> None:
    certificate, key = certify(tmp_path, "localhost")
    # It knows no /livez, and says 501.
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        other.socket = context.wrap_socket(other.socket, server_side=True)
        thread = threading.Thread(target=other.handle_request)
        thread.start()
        port = str(other.server_port)
        result = pulse("healthcheck", "-p", port, "--tls-certificate", str(certificate))
        thread.join()
    assert result.returncode == 1
    assert result.stderr == f"pulse: no healthy server on port {port}: it answers 501\n"


def test_a_wrong_variable_is_an_error_and_is_named() -> None:
    for command in ("serve", "healthcheck", "doctor"):
        result = pulse(command, PULSE_PORT="abc")
        assert result.returncode == 64
        assert "pulse: set in the environment: PULSE_PORT=abc\n" in result.stderr
        assert "'abc' is invalid for '--port <port>'" in result.stderr


SERVICE_LINK = "tcp://10.0.0.7:80"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("serve --public-dir /none", 1),
        ("serve --public-dir /none --log-format json", 1),
        ("run --status-file {file} -- true", 0),
        ("healthcheck --host 192.0.2.1", 1),
    ],
)
def test_a_service_link_is_no_port(tmp_path: Path, command: str, code: int) -> None:
    arguments = command.format(file=tmp_path / "status.json").split()
    result = pulse(
        *arguments,
        PULSE_PORT=SERVICE_LINK,
        PULSE_PORT_80_TCP=SERVICE_LINK,
        PULSE_SERVICE_HOST="10.0.0.7",
        PULSE_SERVICE_PORT="80",
    )
    assert result.returncode == code, result.stderr
    line = result.stderr.splitlines()[0]
    assert f"PULSE_PORT={SERVICE_LINK} in the environment is ignored" in line
    if "json" in command:
        assert json.loads(line)["level"] == "warning"


@pytest.mark.parametrize(
    ("command", "code"),
    [("serve --public-dir /none", 1), ("run --status-file {file} -- true", 0)],
)
def test_the_name_of_a_docker_link_is_no_runs_name(
    tmp_path: Path, command: str, code: int
) -> None:
    arguments = command.format(file=tmp_path / "status.json").split()
    result = pulse(*arguments, PULSE_NAME="/web/pulse")
    assert result.returncode == code, result.stderr
    assert "PULSE_NAME=/web/pulse in the environment is ignored" in result.stderr
    assert pulse("serve", "--public-dir", "/none", PULSE_NAME="a/b").returncode == 64


def test_a_source_of_sound_is_none_of_a_status() -> None:
    result = pulse("serve", "--public-dir", "/none", PULSE_SOURCE="alsa_input.pci-0000")
    assert result.returncode == 1
    assert "PULSE_SOURCE=alsa_input.pci-0000 in the environment is ignored" in result.stderr
    key = pulse("serve", "--public-dir", "/none", PULSE_SOURCE="nats://h")
    assert key.returncode == 64 and "it names no bucket" in key.stderr


@pytest.mark.parametrize(
    "command",
    [
        "write idle --status-file {}",
        "write idle -s{}",
        "serve --status-file={}",
        "serve --public-dir {}",
        "serve --token-file {}",
        "serve --tls-certificate {} --tls-key {}",
        "serve --on-transition {}",
        "relay --to nats://h/b/k --status-file {}",
        "relay --to nats://h/b/k --nats-credentials {}",
        "run --trainer-log {} -- true",
        "run -- ls {}",
        "watch {}",
        "watch http://h --token-file {}",
        "check {}",
        "doctor --status-file {}",
        "healthcheck --tls-certificate {}",
    ],
)
def test_a_path_that_is_not_utf_8_is_refused(tmp_path: Path, command: str) -> None:
    words = [os.fsencode(word).replace(b"{}", b"caf\xe9.json") for word in command.split()]
    result = subprocess.run(
        [os.fsencode(pulse_binary()), *words], capture_output=True, cwd=tmp_path, timeout=PATIENCE
    )
    assert result.returncode == 64
    assert b"caf\\xe9.json' is not UTF-8" in result.stderr and result.stdout == b""
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("write idle", "PULSE_STATUS_FILE"),
        ("serve", "PULSE_STATUS_FILE"),
        ("serve", "PULSE_PUBLIC_DIR"),
        ("serve", "PULSE_TOKEN_FILE"),
        ("doctor", "PULSE_STATUS_FILE"),
        ("run -- true", "PULSE_TRAINER_LOG"),
        ("healthcheck", "PULSE_TLS_CERTIFICATE"),
    ],
)
def test_nor_is_one_from_the_environment_taken(tmp_path: Path, command: str, name: str) -> None:
    result = subprocess.run(
        [pulse_binary(), *command.split()],
        capture_output=True,
        cwd=tmp_path,
        timeout=PATIENCE,
        env={os.fsencode(name): b"caf\xe9.json"},
    )
    assert result.returncode == 64
    assert name.encode() + b"='caf\\xe9.json' is not UTF-8" in result.stderr
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "command", ["", "serve", "watch f", "write idle -s f", "check f", "doctor", "healthcheck"]
)
def test_help_and_version(command: str) -> None:
    arguments = command.split()
    shown = pulse(*arguments, "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "USAGE: pulse" in shown.stdout
    version = pulse("--version")
    assert version.returncode == 0 and re.fullmatch(r"\d+\.\d+\.\d+\n", version.stdout)
    surplus = pulse(*arguments, "--no-such-option")
    assert surplus.returncode == 64 and "--no-such-option" in surplus.stderr
    assert surplus.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["serve", "--stale-after", "5"], "it lacks a unit, as in 5s, 5m or 5h"),
        (["serve", "--stale-after", "0s"], "such as 500ms, 2s, 1.5m, 1h or 30d; from 1ms to a year"),
        (["run", "--linger", "soon", "--", "true"], "a number and a unit, such as 500ms"),
        (["watch", "x", "--poll-interval", "1w"], "a number and a unit, such as 500ms"),
        (["serve", "--port", "99999"], "a whole number from 0 to 65535"),
        (["doctor", "--port", "http"], "a whole number from 0 to 65535"),
        (["healthcheck", "--port=-1"], "a whole number from 0 to 65535"),
        (["serve", "--max-streams", "0"], "a whole number of 1 or more"),
        (["serve", "--max-runs", "many"], "a whole number of 1 or more"),
        (["serve", "--keep-runs=-1"], "a whole number of 0 or more"),
        (["write", "running", "-s", "x", "--epoch", "two"], "a number, such as 3 or 1.5"),
        (["run", "--total-epochs", "x", "--", "true"], "a number, such as 3 or 1.5"),
        (["serv"], "there is no command 'serv': did you mean 'pulse serve'?"),
        (["wacth", "x"], "did you mean 'pulse watch'?"),
        (["health"], "did you mean 'pulse healthcheck'?"),
        (["Run", "--", "true"], "did you mean 'pulse run'?"),
    ],
)
def test_a_mistyped_command_line_says_what_would_be_right(arguments: list[str], says: str) -> None:
    result = pulse(*arguments)
    assert result.returncode == 64
    assert says in result.stderr


@pytest.mark.parametrize("name", ["x", "status.json", "training", "s" * 5000])
def test_what_is_like_no_command_is_not_guessed(name: str) -> None:
    result = pulse(name)
    assert result.returncode == 64
    assert "did you mean 'pulse" not in result.stderr


def test_the_help_names_the_defaults() -> None:
    text = " ".join(pulse("serve", "--help").stdout.split())
    for default in ["8080", "2s", "5m", "15s", "10000", "1000", "127.0.0.1"]:
        assert f"(default: {default})" in text
