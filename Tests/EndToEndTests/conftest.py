"""Fixtures of the end-to-end tests: servers, status files, browsers."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nats_relay import Relay
from nats_server import NatsServer, nats_binary
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    expect,
    sync_playwright,
)
from processes import PulseServer, StatusFile
from prometheus_server import PrometheusServer
from proxies import HOST
from runs_page import RunsDirectory
from served_runs import Runs
from terminal import Piped, Terminal
from website import Site

# A run under nohup, or in the background of a shell, ignores these, and all that it starts would too.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

# Nobody's own archive is written by a test.
STATE = tempfile.TemporaryDirectory(prefix="pulse-state-", ignore_cleanup_errors=True)
os.environ["XDG_STATE_HOME"] = STATE.name

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")

expect.set_options(timeout=20_000)


def pytest_unconfigure() -> None:
    STATE.cleanup()


@pytest.fixture
def status_file(tmp_path: Path) -> StatusFile:
    """A status file that isn't there yet."""
    return StatusFile(tmp_path / "status.json")


@pytest.fixture
def serve(tmp_path: Path, status_file: StatusFile) -> Iterator[Callable[..., PulseServer]]:
    """Starts servers: `serve("--stale-after", "1s")`. Each must end with 0 on SIGTERM.

    They serve the status file, or what `--runs-dir` names.
    """
    servers: list[PulseServer] = []

    def start(*flags: str, port: int = 0) -> PulseServer:
        file = None if "--runs-dir" in flags else status_file.path
        server = PulseServer(file, *flags, log=tmp_path / "server.log", port=port)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(serve: Callable[..., PulseServer]) -> PulseServer:
    """One server with the defaults."""
    return serve()


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Callable[..., Runs]]:
    """Makes servers of one directory: `runs("--stale-after", "1s")`; each is to be started."""
    directory = tmp_path / "runs"
    directory.mkdir()
    made: list[Runs] = []

    def make(*flags: str) -> Runs:
        made.append(Runs(directory, tmp_path / "log", *flags))
        return made[-1]

    yield make
    for one in made:
        one.server.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[RunsDirectory]:
    """A directory of runs, without a server yet."""
    folder = RunsDirectory(tmp_path / "runs", tmp_path / "runs.log")
    yield folder
    if folder.server:
        folder.server.stop()


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[Callable[..., PrometheusServer]]:
    """Starts a Prometheus for a server."""
    started: list[PrometheusServer] = []

    def start(server: PulseServer, settings: dict[str, str] | None = None) -> PrometheusServer:
        one = PrometheusServer(tmp_path / "prometheus", server.port, settings or {})
        started.append(one)
        return one

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def site() -> Iterator[Site]:
    """A site of somebody else's, whose pages have another origin."""
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="module")
def modules(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page that can import the modules of `public`."""
    folder = tmp_path_factory.mktemp("modules")
    server = PulseServer(folder / "status.json", log=folder / "log")
    context = browser.new_context(locale="en-GB", timezone_id="UTC")
    page = context.new_page()
    page.goto(server.url)
    yield page
    context.close()
    server.stop()


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[NatsServer]:
    """A server of NATS that has no bucket yet."""
    server = NatsServer(tmp_path / "nats")
    yield server
    server.kill()


@pytest.fixture
def serve_key(tmp_path: Path) -> Iterator[Callable[..., PulseServer]]:
    """Starts servers of a key: `serve_key(nats.url)`. Each must end with 0 on SIGTERM."""
    servers: list[PulseServer] = []

    def start(url: str, *flags: str) -> PulseServer:
        log = tmp_path / f"pulse-{len(servers)}.log"
        server = PulseServer(None, "--source", url, *flags, log=log, binary=nats_binary())
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def relay(tmp_path: Path, status_file: StatusFile) -> Iterator[Callable[..., Relay]]:
    """Starts relays of the status file: `relay(nats.url)`."""
    relays: list[Relay] = []

    def start(url: str, *flags: str) -> Relay:
        log = tmp_path / f"relay-{len(relays)}.log"
        relays.append(Relay(status_file.path, url, *flags, log=log))
        return relays[-1]

    yield start
    for one in relays:
        if one.process.poll() is None:
            one.kill()


@pytest.fixture
def watch() -> Iterator[Callable[..., Terminal]]:
    """Starts `pulse watch` on terminals: `watch(url, columns=40, NO_COLOR="1")`."""
    terminals: list[Terminal] = []

    def start(*arguments: str, **options) -> Terminal:
        terminal = Terminal("watch", *arguments, **options)
        terminals.append(terminal)
        return terminal

    yield start
    for terminal in terminals:
        terminal.close()


@pytest.fixture
def pipe() -> Iterator[Callable[..., Piped]]:
    """Starts `pulse watch` with its output in pipes."""
    pipes: list[Piped] = []

    def start(*arguments: str) -> Piped:
        piped = Piped("watch", *arguments)
        pipes.append(piped)
        return piped

    yield start
    for piped in pipes:
        piped.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The one Playwright of a run: it allows no second one."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium without a window. It finds the proxies by their name."""
    names = f"--host-resolver-rules=MAP {HOST} 127.0.0.1"
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", names])
    yield browser
    browser.close()


@pytest.fixture
def contexts(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser profiles: `contexts(locale="ru-RU", color_scheme="dark")`.

    A script error or a violation of the page's security policy fails the test.
    """
    opened: list[BrowserContext] = []
    faults: list[str] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(**({"locale": "en-GB"} | options))
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.on(
            "console",
            lambda line: "Content Security Policy" in line.text and faults.append(line.text),
        )
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
    assert not faults


@pytest.fixture
def page(contexts: Callable[..., BrowserContext]) -> Page:
    """A page in a profile of its own: English, light, 1280 × 720."""
    return contexts().new_page()
