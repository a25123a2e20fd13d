"""What the world does to a server process: signals, closed descriptors, limits, killed clients."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from processes import ROOT, PulseServer, free_port, pulse_binary, pulse_wrapper, wait_until
from received import receive

#: Every server that a test has started.
started: list[subprocess.Popen] = []

REQUEST = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"


def start(directory: Path, *flags: str, **options: object) -> tuple[subprocess.Popen, int]:
    """A server on a free port with its streams as `options` say; and the port."""
    pulse_wrapper.write_running_status(str(directory / "status.json"), 1, 2, 0.5, "half way")
    process = subprocess.Popen(
        [pulse_binary(), "serve", "--status-file", str(directory / "status.json"), "--port", "0"]
        + list(flags),
        stdout=subprocess.PIPE,
        text=True,
        cwd=directory,
        **options,
    )
    started.append(process)
    assert process.stdout is not None
    match = re.search(r":(\d+)/$", process.stdout.readline().rstrip())
    assert match, "no URL"
    return process, int(match[1])


@pytest.fixture(autouse=True)
def no_server_outlives_its_test() -> Iterator[None]:
    yield
    while started:
        process = started.pop()
        if process.poll() is None:
            process.kill()
            process.wait()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def open_stream(port: int) -> socket.socket:
    """A stream whose first state has arrived."""
    client = connect(port)
    client.sendall(REQUEST % b"/events")
    receive(client, b"event: progress")
    return client


def drain(client: socket.socket) -> bytes:
    received = b""
    while part := client.recv(65536):
        received += part
    return received


def fine(port: int) -> bool:
    try:
        with connect(port) as client:
            client.sendall(REQUEST % b"/livez")
            return bool(receive(client, b"\r\n\r\nok\n"))
    except (AssertionError, OSError):
        return False


def end(process: subprocess.Popen) -> int:
    process.terminate()
    return process.wait(timeout=20)


def descriptors(process: subprocess.Popen) -> int:
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def test_sigterm_with_100_streams_ends_each_with_its_final_chunk(tmp_path: Path) -> None:
    process, port = start(tmp_path)
    clients = [open_stream(port) for _ in range(100)]
    assert end(process) == 0
    assert all(drain(client).endswith(b"0\r\n\r\n") for client in clients)


def test_a_second_signal_ends_the_server_at_once(tmp_path: Path) -> None:
    # On a busy machine the server may have ended by itself before the second one comes.
    for _ in range(10):
        if (code := code_after_two_signals(tmp_path)) != 0:
            break
    assert code == -signal.SIGTERM


def code_after_two_signals(directory: Path) -> int:
    """How a server ends whose stream is stuck."""
    process, port = start(directory)
    # A stream that is stuck in a write would be waited for.
    stuck = socket.socket()
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stuck.connect(("127.0.0.1", port))
    stuck.sendall(REQUEST % b"/events")
    reader = open_stream(port)
    for number in range(60):
        pulse_wrapper.write_running_status(
            str(directory / "status.json"), number, 60, 0.5, f"{number} " + "x" * 50_000
        )
        receive(reader, b'"message": "%d ' % number)
    with connect(port) as probe:
        assert not stopping(probe)
        process.terminate()
        wait_until(lambda: process.poll() is not None or stopping(probe), "the server is stopping")
    process.terminate()
    code = process.wait(timeout=20)
    for client in (stuck, reader):
        client.close()
    return code


def stopping(probe: socket.socket) -> bool:
    try:
        probe.sendall(REQUEST % b"/readyz")
        return b"503" in probe.recv(65536).split(b"\r\n")[0]
    except OSError:
        return False


def test_sighup_changes_nothing(tmp_path: Path) -> None:
    process, port = start(tmp_path)
    process.send_signal(signal.SIGHUP)
    assert fine(port)
    assert end(process) == 0


@pytest.mark.parametrize("where", ["closed", "/dev/full", "a closed pipe", "a full pipe"])
def test_a_log_that_can_not_be_written_stops_nothing(tmp_path: Path, where: str) -> None:
    if where == "closed":
        options: dict = {"preexec_fn": lambda: os.close(2)}
    elif where == "/dev/full":
        options = {"stderr": os.open("/dev/full", os.O_WRONLY)}
    else:
        reading, writing = os.pipe()
        if where == "a full pipe":
            os.set_blocking(writing, False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    os.write(writing, b" " * 4096)
            os.set_blocking(writing, True)
        else:
            os.close(reading)
        options = {"stderr": writing}
    process, port = start(tmp_path, "--log-level", "debug", **options)
    client = open_stream(port)
    for content in ("[1]", "{}", "x"):
        (tmp_path / "status.json").write_text(content)
        received = receive(client, b"event: progress")
        # Nothing but events: a log line went to no client.
        assert b"warning" not in received and b"info" not in received
    assert fine(port)
    assert end(process) == 0


def test_a_killed_server_can_start_again_at_once(tmp_path: Path) -> None:
    process, port = start(tmp_path, "--port", str(free_port()))
    client = open_stream(port)
    process.kill()
    process.wait()
    again = PulseServer(tmp_path / "status.json", log=tmp_path / "log", port=port)
    assert again.get("/status").status == 200
    again.process.terminate()
    assert again.process.wait(timeout=20) == 0
    client.close()


def test_killed_clients_leave_no_descriptor_behind(tmp_path: Path) -> None:
    process, port = start(tmp_path, "--heartbeat-interval", "100ms")
    # What is opened only when it is needed is open after this.
    for _ in range(2):
        open_stream(port).close()
        pulse_wrapper.write_done_status(str(tmp_path / "status.json"), 2, 2, 0.5)
    time.sleep(0.5)
    baseline = descriptors(process)
    for _ in range(3):
        clients = [open_stream(port) for _ in range(100)]
        for client in clients:
            # An RST instead of a FIN, as from a machine that crashed and came back.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
        wait_until(lambda: descriptors(process) <= baseline, "all descriptors are back")
    assert end(process) == 0


def test_few_descriptors_and_many_clients(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as errors:
        process, port = start(
            tmp_path,
            stderr=errors,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256)),
        )
    clients = []
    for _ in range(600):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
        clients.append(client)
    before = cpu_seconds(process)
    time.sleep(2)
    # A server that spins would have used nearly all of the time.
    assert cpu_seconds(process) - before < 0.5
    for client in clients:
        client.close()
    wait_until(lambda: fine(port), "there is room again")
    assert end(process) == 0
    assert len(log.read_text().splitlines()) < 10


@pytest.mark.parametrize("limit", [4, 8, 16, 63])
def test_too_few_descriptors_are_one_clear_line(tmp_path: Path, limit: int) -> None:
    refusal = subprocess.run(
        ["prlimit", f"--nofile={limit}:{limit}", pulse_binary(), "serve", "--port", "0"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=20,
    )
    assert refusal.returncode == 1
    assert refusal.stderr == (
        f"pulse: a server needs 64 open files at least, and this process may have {limit}: "
        "see ulimit -n\n"
    )


def test_too_few_for_the_server_beside_a_command_start_neither(tmp_path: Path) -> None:
    command = [pulse_binary(), "run", "--serve", "--port", "0", "--", "touch", "started"]
    refusal = subprocess.run(
        ["prlimit", "--nofile=32:32", *command],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=20,
    )
    assert refusal.returncode == 125
    assert refusal.stderr == (
        "pulse: a server needs 64 open files at least, and this process may have 32: "
        "see ulimit -n\n"
    )
    assert not list(tmp_path.iterdir())


def test_the_fewest_descriptors_do(tmp_path: Path) -> None:
    process, port = start(
        tmp_path, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    )
    streams = [open_stream(port) for _ in range(8)]
    pulse_wrapper.write_running_status(str(tmp_path / "status.json"), 2, 2, 0.5, "news")
    for stream in streams:
        receive(stream, b'"message": "news"')
    assert fine(port)
    assert end(process) == 0


def cpu_seconds(process: subprocess.Popen) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("call", ["inotify_init1", "inotify_add_watch"])
def test_without_inotify_the_poll_carries_on(tmp_path: Path, call: str) -> None:
    pulse_wrapper.write_running_status(str(tmp_path / "status.json"), 1, 2, 0.5, "first")
    trace = ["strace", "-f", "-qq", "-e", f"trace={call}", "-e", f"inject={call}:error=ENOSPC"]
    process = subprocess.Popen(
        [*trace, "-o", str(tmp_path / "trace"), pulse_binary(), "serve", "--port", "0"]
        + ["--status-file", str(tmp_path / "status.json"), "--poll-interval", "100ms"],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    port = int(process.stdout.readline().rsplit(":", 1)[1].strip("/\n"))
    client = open_stream(port)
    pulse_wrapper.write_running_status(str(tmp_path / "status.json"), 2, 2, 0.5, "second")
    receive(client, b'"message": "second"')
    assert "INJECTED" in (tmp_path / "trace").read_text()
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=20)


def test_stops_in_a_connect_storm_never_abort(tmp_path: Path) -> None:
    for _ in range(int(os.environ.get("PULSE_STOPS", "10"))):
        process, port = start(tmp_path)
        calm = Event()

        def storm(port: int = port, calm: Event = calm) -> None:
            while not calm.is_set():
                try:
                    with connect(port) as client:
                        client.sendall(REQUEST % b"/events")
                        client.recv(200)
                except OSError:
                    pass

        threads = [Thread(target=storm) for _ in range(3)]
        clients = [open_stream(port) for _ in range(20)]
        for thread in threads:
            thread.start()
        for number in range(5):
            pulse_wrapper.write_running_status(str(tmp_path / "status.json"), number, 5, 0.5, "")
        assert end(process) == 0
        calm.set()
        assert all(drain(client).endswith(b"0\r\n\r\n") for client in clients)
        for thread in threads:
            thread.join()


def test_tls_speaks_1_2_and_later_and_keeps_the_cookie_to_itself(tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        + ["-nodes", "-days", "1", "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost"]
        + ["-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    (tmp_path / "token").write_text("correct-horse-battery-staple\n")
    flags = ["--tls-certificate", str(certificate), "--tls-key", str(key)]
    flags += ["--token-file", str(tmp_path / "token"), "--public-dir", str(ROOT / "public")]
    process, port = start(tmp_path, *flags)
    context = ssl.create_default_context(cafile=str(certificate))
    with context.wrap_socket(connect(port), server_hostname="localhost") as client:
        client.sendall(REQUEST % b"/?token=correct-horse-battery-staple")
        answer = client.recv(65536)
        assert b"Set-Cookie: " in answer and b"; Secure\r\n" in answer
        client.sendall(
            b"GET /events HTTP/1.1\r\nHost: localhost\r\n"
            b"Authorization: Bearer correct-horse-battery-staple\r\n\r\n"
        )
        receive(client, b"event: progress")
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
            old.set_ciphers("ALL:@SECLEVEL=0")
            old.minimum_version = old.maximum_version = version
            with pytest.raises((ssl.SSLError, OSError)):
                old.wrap_socket(connect(port))
        # Plain HTTP on the port of HTTPS is nobody's trouble.
        with connect(port) as plain:
            plain.sendall(REQUEST % b"/livez")
            drain(plain)
        process.terminate()
        assert drain(client).endswith(b"0\r\n\r\n")
    assert process.wait(timeout=20) == 0
