"""`pulse watch` and the servers it meets: others, old ones, full ones, secret ones."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from certificates import certify
from processes import PATIENCE, PulseServer, StatusFile, pulse_binary
from stub_server import StubServer, stream, update
from terminal import SHOW_CURSOR, Piped, Terminal


def watched(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [pulse_binary(), "watch", *arguments, "--until", "done"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def test_the_last_event_is_named_when_it_reconnects(pipe: Callable[..., Piped]) -> None:
    first = stream("retry: 10\n\n", update("boot-7"))
    with StubServer(first, stream(update("boot-8", "done", 3.0))) as stub:
        process = pipe(stub.url, "--until", "done")
        assert process.end()[0] == 0
    assert "Last-Event-ID" not in stub.requests[0]
    assert "\r\nLast-Event-ID: boot-7\r\n" in stub.requests[1]
    assert "\r\nAccept: text/event-stream\r\n" in stub.requests[0]


@pytest.mark.parametrize("code", [403, 404])
def test_a_server_of_version_1_alone_is_watched_as_ever(
    code: int, pipe: Callable[..., Piped]
) -> None:
    # An older one, or one behind a proxy that lets through what it knew.
    refusal = b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % code
    with StubServer(stream(update("a-1", "done", 3.0)), other=refusal) as stub:
        ended, output, _ = pipe(stub.url, "--until", "done").end()
    assert ended == 0 and "from a stub" in output


def test_nothing_new_after_a_reconnect_keeps_what_is_known(watch: Callable[..., Terminal]) -> None:
    with StubServer(stream(update("boot-7")), stream(": nothing\n\n"), hold=True) as stub:
        terminal = watch(stub.url)
        terminal.wait_for("running", "33.3 %", "from a stub")
        stub.held[0].shutdown(socket.SHUT_RDWR)
        terminal.wait_for("unreachable", "the server has ended the stream")
        stub.wait_for_requests(2)
        terminal.wait_for("running", "33.3 %", "from a stub")


def test_a_server_that_is_full_is_tried_again(pipe: Callable[..., Piped]) -> None:
    body = b'{"detail": "all 5 event streams are taken"}'
    full = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: %d\r\n\r\n%s" % (
        len(body),
        body,
    )
    with StubServer(full, stream(update("a-1", "done", 3.0))) as stub:
        process = pipe(stub.url, "--until", "done")
        assert "all 5 event streams are taken" in process.line("unreachable")
        assert process.end()[0] == 0


@pytest.mark.parametrize("field", ["9223372036854776", "99999999999999999999"])
def test_no_server_can_ask_for_a_wait_without_end(
    watch: Callable[..., Terminal], field: str
) -> None:
    head = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: %s\r\n\r\n"
    with StubServer(head % field.encode()) as stub:
        terminal = watch(stub.url)
        terminal.wait_for("unreachable", "the server answers 503", "next try in 300 s")
        terminal.signal(signal.SIGINT)
        assert terminal.end() == -signal.SIGINT
    assert terminal.raw.rstrip().endswith(SHOW_CURSOR)


def test_the_time_that_a_stream_asks_for_is_kept(watch: Callable[..., Terminal]) -> None:
    with StubServer(stream("retry: 9223372036854775806\n\n", update("a-1"))) as stub:
        watch(stub.url).wait_for("unreachable", "next try in 300 s")
    # From the first wait on.
    with StubServer(stream("retry: 30000\n\n", update("a-1"))) as stub:
        watch(stub.url).wait_for("unreachable", "next try in 30 s")


def test_a_date_to_come_back_at(watch: Callable[..., Terminal]) -> None:
    full = (
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
        b"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        b"Retry-After: Sun, 06 Nov 1994 08:50:37 GMT\r\n\r\n"
    )
    with StubServer(full) as stub:
        watch(stub.url).wait_for("unreachable", "next try in 60 s")


def test_the_type_of_a_stream_may_have_a_blank(pipe: Callable[..., Piped]) -> None:
    answer = stream(update("a-1", "done", 3.0)).replace(
        b"text/event-stream", b"text/event-stream ;charset=utf-8"
    )
    with StubServer(answer) as stub:
        assert pipe(stub.url, "--until", "done").end()[0] == 0


def test_a_document_is_one_line_without_control_characters(pipe: Callable[..., Piped]) -> None:
    strange = (
        'event: progress\ndata: {"liveness": "live", "eta_seconds": null, "source": "ok",\n'
        'data: "source_error": "\x1b[2J\x07"}\n\n'
        'event: status\ndata: {"status": "running", "epoch": 1.0, "total_epochs": 3.0,\n'
        'data: "loss": 0.5, "message": "\x7f\x9b31m", "timestamp": 1700000000}\n\n'
    )
    with StubServer(stream(strange, update("a-2", "done", 3.0))) as stub:
        code, output, _ = pipe(stub.url, "--json", "--until", "done").end()
    assert code == 0
    lines = output.splitlines()
    assert [list(json.loads(line))[0] for line in lines] == [
        *("liveness", "status"),
        *("status", "liveness"),
    ]
    assert "\\u001b[2J\\u0007" in lines[0] and "\\u007f\\u009b31m" in lines[1]
    assert all(character.isprintable() for line in lines for character in line)


@pytest.mark.parametrize("is_encrypted", [False, True])
@pytest.mark.parametrize(
    "framing", ["Content-Length: 100000", "Transfer-Encoding: chunked", "X: until the end"]
)
def test_a_stream_that_is_cut_off(
    pipe: Callable[..., Piped], tmp_path: Path, framing: str, is_encrypted: bool
) -> None:
    body = update("a-1").encode()
    if "chunked" in framing:
        body = b"%x\r\n%s\r\n" % (len(body), body)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{framing}\r\n\r\n"
    pair = certify(tmp_path, "localhost") if is_encrypted else None
    with StubServer(head.encode() + body, certificate=pair) as stub:
        trust = ["--tls-authority", str(pair[0])] if pair else []
        line = pipe(stub.url, *trust).line("unreachable")
    # Without any framing a plain connection has no other end than this.
    whole = "X:" in framing and not is_encrypted
    assert ("the server has ended the stream" if whole else "the answer was cut off") in line


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_a_short_answer_makes_no_server_healthy(tmp_path: Path, is_encrypted: bool) -> None:
    pair = certify(tmp_path, "localhost") if is_encrypted else None
    head = b"HTTP/1.1 200 OK\r\nServer: Pulse\r\nContent-Length: 3\r\n\r\n"
    for body, code in ((b"ok\n", 0), (b"ok", 1)):
        with StubServer(head + body, path="/livez", certificate=pair) as stub:
            port = stub.url.rpartition(":")[2]
            flags = ["--tls-certificate", "x"] if is_encrypted else []
            command = [pulse_binary(), "healthcheck", "--port", port, *flags]
            result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        assert result.returncode == code, result.stderr
    assert "the answer was cut off" in result.stderr


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>", "is no Pulse server"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "is no Pulse server"),
        (b"HTTP/1.1 301 Moved\r\nLocation: https://x/\r\n\r\n", "has moved to https://x/"),
        (b"HTTP/1.1 401 Unauthorized\r\n\r\n", "needs a token: give --token-file"),
        (b"HTTP/1.1 421 Misdirected Request\r\n\r\n", "--allowed-host 127.0.0.1"),
    ],
)
def test_what_can_not_be_watched_ends_with_2(answer: bytes, words: str) -> None:
    with StubServer(answer) as stub:
        result = watched(stub.url)
    assert result.returncode == 2
    assert words in result.stderr


def test_who_speaks_no_http_is_named(pipe: Callable[..., Piped]) -> None:
    with StubServer(b"SSH-2.0-OpenSSH_9.2\r\n") as stub:
        process = pipe(stub.url)
        assert "the answer is not HTTP" in process.line("unreachable")


def test_a_token(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> None:
    status_file.done()
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("0123456789abcdef\n")
    wrong.write_text("fedcba9876543210\n")
    server = serve("--token-file", str(right))
    assert watched(server.url, "--token-file", str(right)).returncode == 0
    refused = watched(server.url, "--token-file", str(wrong))
    assert refused.returncode == 2 and "refuses the token" in refused.stderr
    without = watched(server.url)
    assert without.returncode == 2 and "needs a token" in without.stderr
    missing = watched(server.url, "--token-file", str(tmp_path / "none"))
    assert missing.returncode == 1 and "none" in missing.stderr


def test_https(
    serve: Callable[..., PulseServer],
    status_file: StatusFile,
    tmp_path: Path,
    pipe: Callable[..., Piped],
) -> None:
    status_file.done()
    certificate, key = certify(tmp_path, "localhost")
    server = serve("--tls-certificate", str(certificate), "--tls-key", str(key))
    url = f"https://localhost:{server.port}"
    assert watched(url, "--tls-authority", str(certificate)).returncode == 0
    # Nobody vouches for it.
    assert "certificate" in pipe(url).line("unreachable").lower()
    # It is another's.
    other = pipe(f"https://127.0.0.1:{server.port}", "--tls-authority", str(certificate))
    assert "certificate" in other.line("unreachable").lower()
    # The wrong protocol, both ways.
    plain = pipe(f"http://localhost:{server.port}")
    plain.line("unreachable")
