"""`pulse serve` as a process: starting, refusing to start, ending, and what it does to a file."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.request
import urllib.error
from collections.abc import Callable
from pathlib import Path

import pulse_wrapper
import pytest
from event_stream import EventStream
from processes import PATIENCE, ROOT, PulseServer, StatusFile, free_port, pulse_binary, wait_until


def refused(*flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A start that must fail; the server would be ended by the timeout."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
    result = subprocess.run(
        [pulse_binary(), "serve", "--port", "0", *flags],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=clean | environment,
    )
    assert result.returncode != 0
    assert result.stdout == ""
    return result


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (["--port", "70000"], "70000"),
        (["--port", "http"], "http"),
        (["--poll-interval", "2"], "2"),
        (["--poll-interval", "0s"], "0s"),
        (["--stale-after=-5m"], "-5m"),
        (["--max-streams", "0"], "--max-streams"),
        (["--cors-origin", "example.org"], "example.org"),
        (["--cors-origin", "https://example.org:443"], "https://example.org:443"),
        (["--frame-ancestor", "example.org"], "write it like https://example.org"),
        (["--frame-ancestor", "https://a; script-src *"], "--frame-ancestor"),
        (["--allowed-host", "gpu1:8080"], "without scheme, port and path"),
        (["--allowed-host", "https://gpu1"], "without scheme, port and path"),
        (["--allowed-host", "gpu1/"], "without scheme, port and path"),
        (["--allowed-host", ""], "write the name alone"),
        (["--allowed-host", "*"], "name each host"),
        (["--allowed-host", "*.example.org"], "name each host"),
        (["--allowed-host", "gpu1", "--allowed-host", "a, b"], "'a, b'"),
        (["--log-level", "loud"], "loud"),
        (["--tls-key", "key.pem"], "--tls-certificate"),
        (["--status-file="], "--status-file"),
        (["--no-such-flag"], "--no-such-flag"),
        (["surplus"], "surplus"),
    ],
)
def test_an_invalid_value_is_an_error_that_names_it(flags: list[str], word: str) -> None:
    result = refused(*flags)
    assert result.returncode == 64
    assert word in result.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PULSE_PORT", "eighty"),
        ("PULSE_POLL_INTERVAL", "fast"),
        ("PULSE_NO_WATCH", "perhaps"),
        ("PULSE_ALLOWED_HOST", "gpu1,gpu1:8080"),
        ("PULSE_ALLOWED_HOST", "*.example.org"),
        ("PULSE_CORS_ORIGIN", "https://a,b"),
        ("PULSE_FRAME_ANCESTOR", "https://a,https://b/"),
    ],
)
def test_an_invalid_variable_is_an_error_too(variable: str, value: str) -> None:
    # `refused` gives a port, which would win over the variable.
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
    result = subprocess.run(
        [pulse_binary(), "serve"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=clean | {variable: value},
    )
    assert result.returncode == 64
    assert value in result.stderr


def test_flags_win_over_the_environment(tmp_path: Path) -> None:
    environment = os.environ | {"PULSE_PORT": "1", "PULSE_STATUS_FILE": str(tmp_path / "a.json")}
    process = subprocess.Popen(
        [pulse_binary(), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    process.terminate()
    process.wait(PATIENCE)
    process.stdout.close()
    assert f"serving {tmp_path}/a.json at http://127.0.0.1:" in line


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert result.returncode == 1
    return lines[0]


def test_a_port_in_use_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = one_line(refused("--port", str(port)))
    name = Path("/proc/self/comm").read_text().strip()
    assert line == (
        f"pulse: cannot listen on 127.0.0.1:{port}: Address already in use by {name} "
        f"(process {os.getpid()}): --port 0 picks a free one"
    )


def test_a_public_directory_that_cannot_be_served_is_one_clear_line(tmp_path: Path) -> None:
    assert "is not a directory" in one_line(refused("--public-dir", str(tmp_path / "none")))
    (tmp_path / "dangling").symlink_to("nowhere")
    assert "dangling" in one_line(refused("--public-dir", str(tmp_path)))


@pytest.mark.parametrize("kind", ["others", "large", "unreadable"])
def test_some_public_directory_here_ends_no_start(tmp_path: Path, kind: str) -> None:
    public = tmp_path / "public"
    public.mkdir()
    (public / "index.html").write_text("another site")
    if kind == "large":
        with (public / "video.mp4").open("wb") as file:
            file.truncate(1 << 30)
    elif kind == "unreadable":
        (public / "training-panel.js").write_text("//")
        (public / "gone").symlink_to("nowhere")
    process = subprocess.Popen(
        [pulse_binary(), "serve", "--port", "0", "--status-file", "s.json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split(" at ")[1].strip()
        with urllib.request.urlopen(url + "livez", timeout=PATIENCE) as answer:
            assert answer.status == 200
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(url, timeout=PATIENCE)
        assert error.value.code == 404
        error.value.close()
    finally:
        process.terminate()
        _, log = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert ("the panel in public is passed over" in log) == (kind == "unreadable")


def test_an_address_for_everyone_needs_a_token_or_a_word() -> None:
    assert "--allow-anonymous" in one_line(refused("--host", "0.0.0.0"))


def test_the_new_state_reaches_a_stream_long_before_the_poll(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    server = serve("--poll-interval", "1h")
    with EventStream(server.port) as stream:
        stream.next_of("progress")
        for epoch in range(1, 20):
            status_file.running(float(epoch), 20.0)
            assert json.loads(stream.next_of("status").data)["epoch"] == epoch


def test_without_inotify_the_new_state_comes_with_the_next_poll(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    server = serve("--no-watch", "--poll-interval", "200ms")
    with EventStream(server.port) as stream:
        stream.next_of("progress")
        for epoch in range(1, 5):
            status_file.running(float(epoch), 20.0)
            assert json.loads(stream.next_of("status").data)["epoch"] == epoch


def replace(path: Path, content: bytes) -> None:
    """At once: half of it would be broken in another way."""
    new = path.with_name("new")
    new.write_bytes(content)
    new.replace(path)


def break_empty(path: Path) -> None:
    replace(path, b"")


def break_huge(path: Path) -> None:
    replace(path, b" " * 10_000_000)


def break_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def break_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def break_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def break_nan(path: Path) -> None:
    replace(path, path.read_bytes().replace(b"0.5", b"NaN"))


def break_missing(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("damage", "source", "word"),
    [
        (break_empty, "invalid", "empty"),
        (break_huge, "invalid", "65536"),
        (break_nan, "invalid", "loss is NaN"),
        (break_directory, "unreadable", "not a regular file"),
        (break_fifo, "unreadable", "not a regular file"),
        (break_loop, "unreadable", "symbolic links"),
        (break_missing, "missing", "no such file"),
    ],
)
def test_a_broken_file_leaves_the_last_good_state_marked_and_recovers(
    serve: Callable[..., PulseServer],
    status_file: StatusFile,
    damage: Callable[[Path], None],
    source: str,
    word: str,
) -> None:
    status_file.running(1.0)
    server = serve("--poll-interval", "100ms")
    good = server.get("/status").body
    damage(status_file.path)
    wait_until(lambda: server.get("/progress").json()["source"] == source, f"it is {source}")
    answer = server.get("/status")
    assert answer.body == good
    assert answer.headers["pulse-source"] == source
    assert word in server.get("/progress").json()["source_error"]
    assert server.metric("pulse_source_valid") == 0
    if status_file.path.is_dir():
        status_file.path.rmdir()
    elif not status_file.path.is_file():
        status_file.path.unlink(missing_ok=True)
    status_file.running(2.0)
    wait_until(lambda: server.get("/status").json()["epoch"] == 2, "it has recovered")
    assert server.get("/progress").json()["source"] == "ok"
    log = server.log.read_text()
    assert log.count(f"source is {source}") == 1, "one line for the change, none for each poll"


def test_a_file_that_was_never_valid_gives_503_with_the_reason(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    status_file.raw(b'{"status": "running"')
    server = serve("--poll-interval", "100ms")
    answer = server.get("/status")
    assert answer.status == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "ends too early" in answer.json()["detail"]
    assert server.get("/livez").status == server.get("/readyz").status == 200
    status_file.running(1.0)
    wait_until(lambda: server.get("/status").status == 200, "it has recovered")


def test_a_thousand_replaces_are_never_seen_torn_or_mixed(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    # What the message says must fit the other fields: a mixed document would show.
    def check(document: bytes) -> int:
        status = json.loads(document)
        assert list(status) == [
            "status", "epoch", "total_epochs", "loss", "message", "timestamp",
        ]  # fmt: skip
        number = int(status["message"].split()[0])
        assert (status["epoch"], status["loss"]) == (number / 1000, number / 7)
        assert status["message"] == f"{number} " + "x" * (number % 997)
        return number

    def write(number: int) -> None:
        status_file.running(
            number / 1000, 1.0, loss=number / 7, message=f"{number} " + "x" * (number % 997)
        )

    write(0)
    server = serve()
    seen: list[int] = []
    faults: list[BaseException] = []
    with EventStream(server.port) as stream:

        def follow() -> None:
            try:
                while not seen or seen[-1] != 1000:
                    seen.append(check(stream.next_of("status").data))
            except BaseException as fault:  # noqa: BLE001  (it is shown below)
                faults.append(fault)

        follower = threading.Thread(target=follow)
        follower.start()
        for number in range(1, 1001):
            write(number)
            if number % 3 == 0:
                check(server.get("/status").body)
        follower.join(PATIENCE)
    assert not faults
    assert seen == sorted(seen)
    assert seen[-1] == 1000
    assert not list(status_file.path.parent.glob(".pulse-*")), "no temporary file is left"
    assert sum(server.metric(f'pulse_source_errors_total{{reason="{r}"}}') for r in REASONS) == 0


REASONS = sorted(pulse_wrapper.errors.DOCUMENT_REASONS | pulse_wrapper.errors.FILE_REASONS)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_hundred_streams_with_their_final_chunk(
    serve: Callable[..., PulseServer], status_file: StatusFile, number: signal.Signals
) -> None:
    status_file.running(1.0)
    server = serve()
    streams = [EventStream(server.port) for _ in range(100)]
    wait_until(lambda: server.metric("pulse_event_streams") == 100, "all are open")
    server.process.send_signal(number)
    for stream in streams:
        stream.read_to_end()
    assert all(stream.ended for stream in streams)
    assert server.process.wait(PATIENCE) == 0
    for stream in streams:
        stream.close()


def test_a_signal_ends_it_gracefully_from_the_moment_the_port_answers(
    status_file: StatusFile, tmp_path: Path
) -> None:
    status_file.running(1.0)
    log = tmp_path / "early.log"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
    codes = []
    for start in range(60):
        port = free_port()
        command = [pulse_binary(), "serve", "-s", str(status_file.path), "--port", str(port)]
        with log.open("ab") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        client = None
        while client is None and process.poll() is None:
            try:
                client = socket.create_connection(("127.0.0.1", port))
            except ConnectionRefusedError:
                continue
        process.send_signal(signal.SIGINT if start % 2 else signal.SIGTERM)
        codes.append(process.wait(PATIENCE))
        if client is not None:
            client.close()
    assert codes == [0] * len(codes), log.read_text()


def test_a_second_signal_ends_it_at_once(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    server = serve()
    # A client that never reads keeps its stream from ending.
    stuck = socket.socket()
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    stuck.connect(("127.0.0.1", server.port))
    stuck.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for number in range(200):
        status_file.running(number / 100, message="x" * 10_000)
        time.sleep(0.005)
    server.process.terminate()
    time.sleep(0.3)
    server.process.terminate()
    code = server.process.wait(PATIENCE)
    stuck.close()
    assert code in (-signal.SIGTERM, 0)
    # What the fixture checks is a graceful end, which this one is not meant to be.
    server.process.returncode = 0


def test_the_panel_is_served_from_its_directory(server: PulseServer) -> None:
    answer = server.get("/")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.body == (ROOT / "public" / "index.html").read_bytes()
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for path in ("/../Package.swift", "/%2e%2e/Package.swift", "/.gitignore", "/nothing"):
        assert server.get(path).status == 404


def test_promtool_finds_nothing_to_criticise(server: PulseServer, status_file: StatusFile) -> None:
    status_file.running(1.0)
    wait_until(lambda: server.metric("pulse_epoch") == 1, "the state is served")
    result = subprocess.run(
        ["promtool", "check", "metrics"],
        input=server.get("/metrics").body,
        capture_output=True,
        timeout=PATIENCE,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_a_start_that_fails_late_closes_no_descriptor_twice(tmp_path: Path) -> None:
    # In a larger process the second close would hit somebody else's descriptor.
    calls, library = tmp_path / "calls", tmp_path / "no_daemon.so"
    source = Path(__file__).with_name("no_daemon.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    trace = ["strace", "-f", "-qq", "-e", "trace=close", "-e", "status=failed"]
    trace += ["-E", f"LD_PRELOAD={library}", "-o", str(calls)]
    result = subprocess.run(
        [*trace, pulse_binary(), "serve", "--port", "0", "--public-dir", str(ROOT / "public")],
        capture_output=True,
        text=True,
        timeout=PATIENCE * 3,
    )
    assert result.returncode == 1
    assert "cannot start the HTTP daemon" in result.stderr
    assert "EBADF" not in calls.read_text()


def test_a_closed_stderr_and_a_hangup_stop_nothing(status_file: StatusFile) -> None:
    status_file.running(1.0)
    command = [pulse_binary(), "serve", "--port", "0", "--status-file", str(status_file.path)]
    process = subprocess.Popen(
        ["sh", "-c", 'exec "$0" "$@" 2>&- <&-', *command, "--poll-interval", "50ms"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().split()[-1]
        # The standard descriptors stay taken: else a client's socket would get the log.
        for number in (0, 2):
            assert os.readlink(f"/proc/{process.pid}/fd/{number}") == "/dev/null"
        process.send_signal(signal.SIGHUP)
        with EventStream(int(url.rstrip("/").rpartition(":")[2])) as stream:
            status_file.raw(b"{")
            while b'"source": "invalid"' not in stream.next_of("progress").data:
                pass
            status_file.running(2.0)
            assert json.loads(stream.next_of("status").data)["epoch"] == 2
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
        process.stdout.close()
