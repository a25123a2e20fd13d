"""Pulse behind nginx and behind Caddy, by the deployed configurations."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from event_stream import EventStream
from panel import Panel
from playwright.sync_api import Browser, Page, expect
from processes import PATIENCE, PulseServer, StatusFile, wait_until
from proxies import HOST, Apache, ApacheBrotli, Caddy, HoldingNginx, Nginx, PrefixedNginx, Proxy
from runs_page import RunsDirectory, RunsPage

#: More than the six connections that a browser opens to a host over HTTP/1.1.
STREAMS = 12


@pytest.fixture
def server(serve: Callable[..., PulseServer], status_file: StatusFile) -> PulseServer:
    """Pulse as docs/DEPLOYMENT.md starts it behind a proxy.

    Heartbeats are rare: an event that comes can't have been pushed on by one.
    """
    status_file.running(1.0)
    return serve("--allowed-host", HOST, "--heartbeat-interval", "1h")


@pytest.fixture(params=[Nginx, Caddy], ids=lambda kind: kind.name)
def proxy(request: pytest.FixtureRequest, server: PulseServer, tmp_path: Path) -> Iterator[Proxy]:
    """Each proxy in turn."""
    proxy = request.param(tmp_path / "proxy", server.port)
    yield proxy
    proxy.stop()


class CurlStream:
    """An event stream through curl: its lines as they come."""

    def __init__(self, proxy: Proxy, *flags: str) -> None:
        self.process = subprocess.Popen(
            proxy.curl_command("/events", *flags), stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.lines = self.process.stdout

    def __enter__(self) -> CurlStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.lines.close()

    def next(self, event: str) -> dict:
        """The data of the next event of a type; curl gives up when none comes."""
        while (line := self.lines.readline()) != f"event: {event}\n":
            assert line, f"no event {event} has come"
        return json.loads(self.lines.readline().removeprefix("data: "))


@pytest.fixture
def page(proxy: Proxy, browser: Browser) -> Iterator[Page]:
    """A page that takes the proxy's certificate."""
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    yield page
    context.close()


# curl


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_an_event_arrives_when_it_happens(
    proxy: Proxy, status_file: StatusFile, version: str
) -> None:
    with CurlStream(proxy, version) as stream:
        assert stream.next("status")["epoch"] == 1.0
        # Each comes before the next is written: nobody waits for a buffer to fill.
        for epoch in [1.25, 1.5, 1.75]:
            status_file.running(epoch)
            assert stream.next("status")["epoch"] == epoch
            assert stream.next("progress")["epoch"] == epoch


def test_a_compressor_does_not_hold_the_stream_back(proxy: Proxy, status_file: StatusFile) -> None:
    with CurlStream(proxy, "--compressed") as stream:
        assert stream.next("status")["epoch"] == 1.0
        status_file.running(1.5)
        assert stream.next("status")["epoch"] == 1.5


def test_it_speaks_http_2(proxy: Proxy) -> None:
    told = proxy.curl("/status", "--http2", "--write-out", "\n%{http_version} %{content_type}")
    body, told = told.rsplit("\n", 1)
    assert json.loads(body)["status"] == "running"
    assert told == "2 application/json"


@pytest.mark.parametrize("kind", [Nginx, Caddy], ids=lambda kind: kind.name)
def test_a_client_that_leaves_is_missed(
    serve: Callable[..., PulseServer], tmp_path: Path, kind: type[Proxy]
) -> None:
    server = serve("--allowed-host", HOST, "--heartbeat-interval", "100ms")
    proxy = kind(tmp_path / "proxy", server.port)
    try:
        with CurlStream(proxy) as stream:
            stream.next("heartbeat")
            assert server.metric("pulse_event_streams") == 1
        wait_until(lambda: server.metric("pulse_event_streams") == 0, "its stream is closed")
    finally:
        proxy.stop()


def test_a_stream_ends_well_when_the_server_does(proxy: Proxy, server: PulseServer) -> None:
    with CurlStream(proxy, "--http2") as stream:
        stream.next("progress")
        server.stop()
        assert stream.lines.read() in ("", "\n")
        assert stream.process.wait(PATIENCE) == 0


@pytest.mark.parametrize("path", ["/status", "/progress", "/history", "/", "/openapi.json"])
@pytest.mark.parametrize("flags", [[], ["--header", "Accept-Encoding: gzip"]], ids=["", "gzip"])
def test_a_tag_lasts(proxy: Proxy, server: PulseServer, path: str, flags: list[str]) -> None:
    """Compressed or not, it is one that Pulse answers with 304."""

    def ask(*more: str) -> tuple[str, str]:
        told = proxy.curl(
            path,
            "--output",
            "/dev/null",
            "--write-out",
            "%{http_code}\n%header{etag}",
            *flags,
            *more,
        )
        code, tag = told.split("\n")
        return code, tag

    code, tag = ask()
    assert code == "200"
    assert server.get(path).headers["etag"] in tag
    code, again = ask("--header", f"If-None-Match: {tag}")
    assert (code, again.removeprefix("W/")) == ("304", tag.removeprefix("W/"))
    assert ask("--header", 'If-None-Match: "other"')[0] == "200"


@pytest.mark.parametrize(
    ("kind", "coding", "suffix"), [(Apache, "gzip", "-gzip"), (ApacheBrotli, "br", "-br")]
)
def test_a_tag_that_apache_has_marked_lasts(
    server: PulseServer, tmp_path: Path, kind: type[Apache], coding: str, suffix: str
) -> None:
    proxy = kind(tmp_path / "apache", server.port)
    told = ["--output", "/dev/null", "--write-out", "%{http_code}\n%header{etag}"]
    told += ["--header", f"Accept-Encoding: {coding}"]
    try:
        for path in ["/openapi.json", "/training-panel.js", "/", "/status"]:
            code, tag = proxy.curl(path, *told).split("\n")
            own = server.get(path).headers["etag"]
            assert (code, tag) == ("200", own[:-1] + suffix + '"')
            for field in [tag, f"W/{tag}", f'"other", {tag}']:
                again = proxy.curl(path, *told, "--header", f"If-None-Match: {field}")
                assert again.split("\n")[0] == "304"
            again = proxy.curl(path, *told, "--header", f'If-None-Match: "other{suffix}"')
            assert again.split("\n")[0] == "200"
    finally:
        proxy.stop()


def test_a_new_state_ends_the_tag(
    proxy: Proxy, server: PulseServer, status_file: StatusFile
) -> None:
    tag = server.get("/status").headers["etag"]
    status_file.running(2.0)
    wait_until(lambda: server.get("/status").headers["etag"] != tag, "the new state is served")
    told = proxy.curl("/status", "--header", f"If-None-Match: {tag}", "--include", "--http1.1")
    assert told.startswith("HTTP/1.1 200 ")
    assert '"epoch": 2.0' in told


def test_what_is_large_is_compressed_and_whole(
    proxy: Proxy, server: PulseServer, status_file: StatusFile
) -> None:
    for step in range(60):
        status_file.running(1 + step / 100)
        wait_until(
            lambda: server.get("/history").json()["epoch"][-1:] == [1 + step / 100],  # noqa: B023
            "it is in the history",
        )
    told = proxy.curl(
        "/history", "--compressed", "--write-out", "\n%header{content-encoding} %{size_download}"
    )
    body, told = told.rsplit("\n", 1)
    encoding, size = told.split()
    assert encoding == "gzip"
    assert body.encode() == server.get("/history").body
    assert int(size) < len(body) / 2


def test_errors_come_through(proxy: Proxy) -> None:
    told = proxy.curl("/status?x=%", "--include", "--http1.1").lower()
    assert told.startswith("http/1.1 400 ")
    assert "content-type: application/problem+json" in told
    assert "'x'" in told
    told = proxy.curl("/status", "--request", "DELETE", "--include", "--http1.1").lower()
    assert told.startswith("http/1.1 405 ")
    assert "allow: get, head" in told


@pytest.mark.parametrize("path", ["/status", "/events", "/"])
def test_head_comes_through(proxy: Proxy, path: str) -> None:
    for version in ["--http1.1", "--http2"]:
        told = proxy.curl(path, "--head", version, "--write-out", "%{http_code}")
        assert told.endswith("200")


def test_only_its_own_name_gets_in(proxy: Proxy) -> None:
    """The name of the documented setting; another one, sent past the proxy's name, is refused."""
    code = ["--output", "/dev/null", "--write-out", "%{http_code}"]
    assert proxy.curl("/status", *code) == "200"
    told = proxy.curl("/status", "--header", "Host: rebound.example.net", *code)
    # nginx hands the request on, and Pulse refuses it. Caddy has no site of that name, and answers
    # with nothing.
    if proxy.name == "nginx":
        assert told == "421"
    else:
        assert proxy.curl("/status", "--header", "Host: rebound.example.net") == ""


def test_without_the_documented_setting_the_name_is_refused(
    serve: Callable[..., PulseServer], tmp_path: Path
) -> None:
    for kind in [Nginx, Caddy]:
        proxy = kind(tmp_path / kind.name, serve().port)
        try:
            told = proxy.curl("/status", "--include", "--http1.1")
            assert told.startswith("HTTP/1.1 421 ")
            assert "--allowed-host" in told
        finally:
            proxy.stop()


def test_a_token_signs_in_through_it(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("0123456789abcdef\n")
    status_file.running(1.0)
    server = serve("--allowed-host", HOST, "--token-file", str(tmp_path / "token"))
    for kind in [Nginx, Caddy]:
        proxy = kind(tmp_path / kind.name, server.port)
        try:
            jar = ["--cookie", str(tmp_path / "jar"), "--cookie-jar", str(tmp_path / "jar")]
            code = ["--output", "/dev/null", "--write-out", "%{http_code} %header{location}"]
            assert proxy.curl("/status", *code) == "401 "
            assert proxy.curl("/?token=0123456789abcdef", *jar, *code) == "303 ./"
            assert proxy.curl("/status", *jar, *code) == "200 "
        finally:
            proxy.stop()
            (tmp_path / "jar").unlink()


def test_a_browser_signs_in_below_a_path(
    serve: Callable[..., PulseServer],
    status_file: StatusFile,
    tmp_path: Path,
    browser: Browser,
) -> None:
    (tmp_path / "token").write_text("0123456789abcdef\n")
    status_file.running(1.0, message="half past one")
    server = serve("--allowed-host", HOST, "--token-file", str(tmp_path / "token"))
    proxy = PrefixedNginx(tmp_path / "nginx", server.port)
    context = browser.new_context(ignore_https_errors=True)
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        for name in ["", "index.html"]:
            page.goto(f"{proxy.url}{proxy.prefix}{name}?token=0123456789abcdef")
            assert page.url == proxy.url + proxy.prefix
            page.get_by_text("half past one").first.wait_for()
    finally:
        context.close()
        proxy.stop()


def test_plain_http_leads_to_https(server: PulseServer, tmp_path: Path) -> None:
    proxy = Nginx(tmp_path / "nginx", server.port)
    try:
        told = subprocess.run(
            ["curl", "--silent", "--output", "/dev/null", "--header", f"Host: {HOST}"]
            + ["--write-out", "%{http_code} %{redirect_url}"]
            + [f"http://127.0.0.1:{proxy.http_port}/status"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        assert told == f"301 https://{HOST}/status"
    finally:
        proxy.stop()


# Chromium

OPEN_STREAMS = """
async count => {
    window.seen = Array.from({length: count}, () => []);
    window.sources = window.seen.map(list => {
        const source = new EventSource('/events');
        source.addEventListener('status', event => list.push(JSON.parse(event.data).epoch));
        return source;
    });
}
"""


def streams_that_saw(page: Page, epoch: float) -> int:
    return page.evaluate("epoch => window.seen.filter(list => list.includes(epoch)).length", epoch)


def test_the_panel_follows_the_job(proxy: Proxy, page: Page, status_file: StatusFile) -> None:
    page.goto(proxy.url + "/")
    page.get_by_text("training").first.wait_for()
    status_file.running(2.0, message="half past two")
    page.get_by_text("half past two").first.wait_for()


def test_behind_a_proxy_that_buffers_the_panel_polls_and_says_so(
    server: PulseServer, page: Page, status_file: StatusFile, tmp_path: Path
) -> None:
    proxy = HoldingNginx(tmp_path / "holding", server.port)
    try:
        page.goto(proxy.url + "/")
        panel = Panel(page)
        panel.expect(message="training")
        status_file.running(2.0, message="half past two")
        panel.expect(message="half past two", connection="Polling")
        expect(panel.part("hint")).to_contain_text("a proxy seems to hold the event stream back")
        panel.expect_current()
    finally:
        proxy.stop()


def test_behind_a_proxy_that_buffers_the_table_polls(page: Page, tmp_path: Path) -> None:
    folder = RunsDirectory(tmp_path / "runs", tmp_path / "log")
    folder.sweep(["bert"])
    server = folder.serve("--allowed-host", HOST, "--heartbeat-interval", "1h")
    proxy = HoldingNginx(tmp_path / "holding", server.port)
    try:
        page.goto(proxy.url + "/")
        table = RunsPage(page)
        expect(table.cell("bert", "sub")).to_contain_text("message of bert")
        folder.write("bert", epoch=2.0, message="later")
        expect(table.cell("bert", "sub")).to_contain_text("later")
        expect(table.part("connection")).to_have_text("Polling")
    finally:
        proxy.stop()
        server.stop()


def test_http_2_lifts_the_limit_of_six_connections(
    proxy: Proxy, page: Page, server: PulseServer, status_file: StatusFile
) -> None:
    page.goto(proxy.url + "/openapi.json")
    page.evaluate(OPEN_STREAMS, STREAMS)
    wait_until(lambda: streams_that_saw(page, 1.0) == STREAMS, "every stream is open")
    status_file.running(2.0)
    wait_until(lambda: streams_that_saw(page, 2.0) == STREAMS, "every stream has the news")
    assert server.metric("pulse_event_streams") == STREAMS
    # And there is room for a request beside them.
    answer = page.evaluate("async () => (await fetch('/progress')).json()")
    assert answer["epoch"] == 2.0
    hop = "performance.getEntriesByType('resource').find(e => e.name.endsWith('/progress'))"
    assert page.evaluate(f"{hop}.nextHopProtocol") == "h2"


def test_the_limit_is_there_without_a_proxy(
    page: Page, server: PulseServer, status_file: StatusFile
) -> None:
    """What the proxies lift: over HTTP/1.1 the seventh stream waits."""
    page.goto(server.url + "/openapi.json")
    page.evaluate(OPEN_STREAMS, STREAMS)
    wait_until(lambda: streams_that_saw(page, 1.0) == 6, "six streams are open")
    status_file.running(2.0)
    wait_until(lambda: streams_that_saw(page, 2.0) == 6, "they have the news")
    assert server.metric("pulse_event_streams") == 6


def test_a_script_sees_304(proxy: Proxy, page: Page) -> None:
    page.goto(proxy.url + "/openapi.json")
    codes = page.evaluate(
        """async () => {
            const first = await fetch('/status', {cache: 'no-store'});
            const headers = {'If-None-Match': first.headers.get('ETag')};
            const second = await fetch('/status', {cache: 'no-store', headers});
            return [first.status, second.status, first.headers.get('Pulse-Source')];
        }"""
    )
    assert codes == [200, 304, "ok"]


def test_the_other_streams_of_the_server_are_untouched(proxy: Proxy, server: PulseServer) -> None:
    """A client on loopback needs no proxy, and no name."""
    with CurlStream(proxy) as behind, EventStream(server.port) as direct:
        assert json.loads(direct.next_of("status").data) == behind.next("status")
