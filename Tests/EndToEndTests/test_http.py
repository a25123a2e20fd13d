"""HTTP as a careful client sees it: methods, headers, queries, negotiation, errors."""

from __future__ import annotations

import http.client
import signal
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from processes import PATIENCE, PulseServer, StatusFile, wait_until
from reply import Reply, ask

RESOURCES = ["/", "/status", "/progress", "/history", "/metrics", "/livez", "/readyz"]
TOKEN = "0123456789abcdef-~"
ORIGIN = "https://panel.example.org"


@pytest.fixture
def running(serve: Callable[..., PulseServer], status_file: StatusFile) -> PulseServer:
    """A server of a job that runs."""
    status_file.running(1.0)
    return serve()


@pytest.fixture
def guarded(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> PulseServer:
    """A server that asks for a token, and lets the pages of one origin read."""
    (tmp_path / "token").write_text(TOKEN + "\n")
    status_file.running(1.0)
    return serve("--token-file", str(tmp_path / "token"), "--cors-origin", ORIGIN)


# Methods


@pytest.mark.parametrize("path", [*RESOURCES, "/nothing-here"])
def test_head_has_the_headers_of_get_and_no_body(running: PulseServer, path: str) -> None:
    get, head = ask(running, path), ask(running, path, "HEAD")
    assert head.status == get.status
    assert head.body == b""
    # A metrics page grows with each request: its counters are in it.
    volatile = {"content-length"} if path == "/metrics" else set()
    assert [line for line in head.stable() if line[0] not in volatile] == [
        line for line in get.stable() if line[0] not in volatile
    ]
    assert head.field("content-length") not in (None, "0")


def test_head_of_the_event_stream_is_as_the_stream_would_be(
    serve: Callable[..., PulseServer],
) -> None:
    server = serve("--max-streams", "1")
    head = ask(server, "/events", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.field("content-type") == "text/event-stream"
    # A stream has no length, and a HEAD's is that of the GET (RFC 9110 §8.6).
    assert head.field("content-length") is None
    with _stream(server):
        taken = ask(server, "/events", "HEAD")
        assert (taken.status, taken.field("retry-after")) == (503, "5")
        taken = ask(server, "/events")
        assert taken.field("retry-after") == "5"
        assert "all 1 event streams are taken" in taken.problem()["detail"]
        assert ask(server, "/status").status == 200


@pytest.mark.parametrize("origin", [ORIGIN, "https://elsewhere.example.org", None])
def test_options_answers_a_preflight(guarded: PulseServer, origin: str | None) -> None:
    reply = ask(guarded, "/status", "OPTIONS", headers={"Origin": origin} if origin else {})
    assert reply.status == 204
    assert reply.field("allow") == "GET, HEAD, OPTIONS"
    assert reply.field("access-control-allow-methods") == "GET, HEAD, OPTIONS"
    assert "If-None-Match" in (reply.field("access-control-allow-headers") or "")
    allowed = reply.field("access-control-allow-origin")
    assert allowed == (ORIGIN if origin == ORIGIN else None)
    # A 204 has no length (RFC 9110 §8.6).
    assert reply.field("content-length") is None


# Validators


@pytest.mark.parametrize("path", ["/", "/status", "/progress", "/history"])
def test_304_is_the_200_without_its_body(running: PulseServer, path: str) -> None:
    full = ask(running, path)
    tag = full.field("etag")
    assert tag is not None
    for condition in [tag, f"W/{tag}", f'"other", {tag}', "*"]:
        reply = ask(running, path, headers={"If-None-Match": condition})
        assert (reply.status, reply.body) == (304, b"")
        for field in ["etag", "cache-control", "vary", "pulse-source"]:
            assert reply.field(field) == full.field(field)
        # A length, if there is one, is that of the 200 (RFC 9110 §8.6): a 0 would truncate the
        # copy in a cache.
        assert reply.field("content-length") in (None, str(len(full.body)))
    assert ask(running, path, headers={"If-None-Match": '"other"'}).status == 200


def test_a_connection_goes_on_after_a_304(running: PulseServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
    connection.request("GET", "/status")
    first = Reply(connection.getresponse())
    own_socket = connection.sock
    for _ in range(3):
        connection.request("GET", "/status", headers={"If-None-Match": first.field("etag") or ""})
        assert Reply(connection.getresponse()).status == 304
        connection.request("HEAD", "/status")
        assert Reply(connection.getresponse()).status == 200
        connection.request("GET", "/status")
        assert Reply(connection.getresponse()).body == first.body
    assert connection.sock is own_socket
    connection.close()


# Queries


@pytest.mark.parametrize(
    "query", ["", "x", "x=1", "=", "&&", "a=b&c=%20&d=%C3%BC", "t=1+2", "token=x%41"]
)
@pytest.mark.parametrize("path", ["/status", "/progress", "/livez"])
def test_an_unknown_parameter_is_ignored(running: PulseServer, path: str, query: str) -> None:
    assert ask(running, f"{path}?{query}").body == ask(running, path).body


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("x=%", "x"),
        ("x=%4", "x"),
        ("x=%zz", "x"),
        ("good=1&bad=%G0&other=%", "bad"),
        ("x=%FF", "x"),
        ("x=%C3", "x"),
        ("x=%ED%A0%80", "x"),
        ("%zz=1", "%zz"),
        ("%22%FF=1", "%22%FF"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/status", "/events", "/nothing-here"])
def test_a_malformed_parameter_is_named(
    running: PulseServer, path: str, query: str, name: str
) -> None:
    reply = ask(running, f"{path}?{query}")
    assert reply.status == 400
    assert f"'{name}'" in reply.problem()["detail"]


def test_a_malformed_parameter_with_a_long_name_is_named_in_short(running: PulseServer) -> None:
    reply = ask(running, f"/status?{'n' * 5000}=%")
    assert reply.status == 400
    detail = reply.problem()["detail"]
    assert "nnnn" in detail
    assert len(detail) < 200


@pytest.mark.parametrize("token", ["", "short", "x" * 15, "0123456789abc%20def", "a" * 16 + "%22"])
def test_a_malformed_token_is_named(running: PulseServer, guarded: PulseServer, token: str) -> None:
    for server in [running, guarded]:
        reply = ask(server, f"/?token={token}")
        assert reply.status == 400
        assert "'token'" in reply.problem()["detail"]
        assert len(token) < 8 or token not in reply.body.decode()


def test_a_token_signs_in_however_it_is_escaped(guarded: PulseServer) -> None:
    for spelling in [TOKEN, TOKEN.replace("-", "%2D"), TOKEN.replace("~", "%7e")]:
        reply = ask(guarded, f"/?token={spelling}")
        assert (reply.status, reply.field("location")) == (303, "./")
        assert f"={TOKEN};" in (reply.field("set-cookie") or "")
    assert ask(guarded, "/?token=fedcba9876543210").status == 401


# Negotiation

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, TEXT),
        ("", TEXT),
        ("*/*", TEXT),
        ("text/plain", TEXT),
        ("application/openmetrics-text", OPENMETRICS),
        ("APPLICATION/OpenMetrics-Text", OPENMETRICS),
        ("application/*", OPENMETRICS),
        ("application/openmetrics-text;q=0", TEXT),
        ("application/openmetrics-text; q=0.000, */*", TEXT),
        ("application/openmetrics-text;q=0.4, text/plain;q=0.5", TEXT),
        ("application/openmetrics-text;q=0.5, text/plain;q=0.4", OPENMETRICS),
        ("text/plain;q=0.4, application/openmetrics-text ; q=0.5", OPENMETRICS),
        ("text/plain, application/openmetrics-text", TEXT),
        ("application/openmetrics-text, text/plain", OPENMETRICS),
        ("*/*, application/openmetrics-text", OPENMETRICS),
        ("text/plain;q=0, application/openmetrics-text;q=0.5, */*", OPENMETRICS),
        ("application/openmetrics-text-2", TEXT),
        ('x/y;a="application/openmetrics-text", text/plain', TEXT),
        ('x/y;a="\\", application/openmetrics-text, "', TEXT),
        ("application/openmetrics-text;version=0.0.1", TEXT),
        ("application/openmetrics-text;version=2.0.0, text/plain;q=0.1", TEXT),
        ('application/openmetrics-text;version="1.0.0"', OPENMETRICS),
        ("application/openmetrics-text;q=broken, text/plain;q=0.1", TEXT),
        ("application/json", TEXT),
        # Browsers, curl.
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", TEXT),
        # Prometheus 2.42.
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
            "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            OPENMETRICS,
        ),
        # Prometheus 2.49 and later, told to prefer the text format.
        (
            "text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,"
            "application/openmetrics-text;version=0.0.1;q=0.4,*/*;q=0.2",
            TEXT,
        ),
        # Prometheus 3.
        (
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
            "application/openmetrics-text;version=0.0.1;q=0.5,"
            "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
            "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            OPENMETRICS,
        ),
    ],
)
def test_metrics_come_in_the_format_that_is_asked_for(
    running: PulseServer, accept: str | None, expected: str
) -> None:
    reply = ask(running, "/metrics", headers={} if accept is None else {"Accept": accept})
    assert reply.field("content-type") == expected
    assert reply.field("vary") == "Accept"
    assert reply.body.endswith(b"\n# EOF\n") == (expected == OPENMETRICS)


# Errors


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/nothing-here", {"Authorization": f"Bearer {TOKEN}"}, 404),
        ("/status", {}, 401),
        ("/status?x=%", {}, 400),
        ("/livez", {}, 200),
        ("/readyz", {}, 200),
        ("/status", {"Authorization": f"Bearer {TOKEN}"}, 200),
    ],
)
def test_the_pages_of_an_allowed_origin_can_read_every_answer(
    guarded: PulseServer, path: str, headers: dict[str, str], status: int
) -> None:
    reply = ask(guarded, path, headers={"Origin": ORIGIN} | headers)
    assert reply.status == status
    assert reply.field("access-control-allow-origin") == ORIGIN
    assert "Origin" in (reply.field("vary") or "")
    stranger = ask(guarded, path, headers={"Origin": "https://elsewhere.example.org"} | headers)
    assert stranger.status == status
    assert stranger.field("access-control-allow-origin") is None
    assert "Origin" in (stranger.field("vary") or "")


def test_503_comes_with_the_reason_and_when_to_ask_again(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    status_file.raw(b'{"status": "running",}')
    server = serve()
    for path in ["/status", "/progress", "/history"]:
        reply = ask(server, path)
        assert reply.status == 503
        assert reply.field("retry-after") == "2"
        assert reply.field("pulse-source") == "invalid"
        assert "comma" in reply.problem()["detail"]


def test_a_server_that_stops_is_not_ready(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    status_file.running(1.0)
    server = serve()
    probe = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    probe.request("GET", "/readyz")
    assert Reply(probe.getresponse()).body == b"ok\n"
    # A client that doesn't read keeps the server waiting for its final chunk for a moment.
    with _stream(server, receive_buffer=4096):
        for step in range(40):
            message = str(step) * 20_000
            status_file.running(1.0 + step / 100, message=message)
            wait_until(partial(_serves, server, message), "the state is served")
        server.process.send_signal(signal.SIGTERM)
        statuses = []

        def is_stopping() -> bool:
            probe.request("GET", "/readyz")
            statuses.append(Reply(probe.getresponse()))
            return statuses[-1].status == 503

        wait_until(is_stopping, "the server says that it isn't ready")
        assert statuses[-1].field("retry-after") is not None
        assert "stopping" in statuses[-1].problem()["detail"]
        assert server.process.wait(PATIENCE) == 0
    probe.close()


def _serves(server: PulseServer, message: str) -> bool:
    return server.get("/status").json()["message"] == message


def _stream(server: PulseServer, receive_buffer: int | None = None) -> _OpenStream:
    return _OpenStream(server, receive_buffer)


class _OpenStream:
    """An event stream of which only the head is read."""

    def __init__(self, server: PulseServer, receive_buffer: int | None) -> None:
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", server.port))
        self.socket.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.socket.recv(256)
        assert head.startswith(b"HTTP/1.1 200 ")

    def __enter__(self) -> _OpenStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def test_an_error_counts_under_its_code(running: PulseServer) -> None:
    ask(running, "/status?x=%")
    ask(running, "/status", "POST", body=b"{}")
    ask(running, "/nothing-here")
    for sample in [
        'pulse_http_requests_total{route="status",code="400"}',
        'pulse_http_requests_total{route="status",code="405"}',
        'pulse_http_requests_total{route="other",code="404"}',
    ]:
        assert running.metric(sample) == 1


def test_a_file_that_stays_invalid_fails_at_each_look(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    status_file.raw(b"[]")
    server = serve("--poll-interval", "20ms")
    failed = 'pulse_source_errors_total{reason="not_an_object"}'
    wait_until(lambda: server.metric(failed) > 5, "looks have failed again and again")
    assert server.metric(failed) <= server.metric("pulse_source_reads_total")
