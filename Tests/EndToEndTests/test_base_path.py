"""Pulse below a path: by `--base-path`, and behind proxies that pass the path on or cut it off."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from panel import Panel
from playwright.sync_api import Browser, Page, expect
from processes import PATIENCE, PulseServer, StatusFile, pulse_binary, wait_until
from proxies import HOST, PassingCaddy, PassingNginx, PrefixedCaddy, PrefixedNginx, Proxy
from reply import ask
from runs_page import RunsDirectory, RunsPage

TOKEN = "0123456789abcdef"
BASE = "/team/pulse"
PAGE = {"accept": "text/html"}


@pytest.fixture
def below(serve: Callable[..., PulseServer], status_file: StatusFile) -> PulseServer:
    """A server below a path; its `url` has it."""
    status_file.running(1.0)
    server = serve("--base-path", BASE)
    assert server.url == f"http://127.0.0.1:{server.port}{BASE}"
    return server


def test_all_is_below_it_and_nothing_is_elsewhere(below: PulseServer) -> None:
    paths = ["/status", "/progress", "/history", "/v2/status", "/runs", "/about", "/metrics"]
    paths += ["/livez", "/readyz", "/", "/index.html", "/panel/words.js", "/openapi.json"]
    for path in paths:
        assert ask(below, BASE + path).status == 200, path
        reply = ask(below, path)
        assert reply.status == 404, path
        assert f"below {BASE}/" in reply.body.decode()
    # Neither a longer name, nor the path twice, nor another spelling.
    for path in ["er/status", BASE + "/status", "//status"]:
        assert ask(below, BASE + path).status == 404, path
    assert ask(below, "/%74eam/pulse/status").status == 200, "an escape means the same"


def test_the_path_without_its_slash_leads_to_the_page(below: PulseServer) -> None:
    for query in ["", "?compare=a,b&run=x%20y", "?a&b="]:
        reply = ask(below, BASE + query)
        assert (reply.status, reply.field("location")) == (308, f"{BASE}/{query}")
    assert ask(below, f"{BASE}?a=%").status == 400


def test_errors_and_redirects_name_paths_that_are_there(
    below: PulseServer, serve: Callable[..., PulseServer], tmp_path: Path
) -> None:
    for run in ["nobody", "@"]:
        assert f"{BASE}/runs" in ask(below, f"{BASE}/runs/{run}").body.decode()
    (tmp_path / "empty").mkdir()
    bare = serve("--base-path", BASE, "--public-dir", str(tmp_path / "empty"))
    assert f"{BASE}/status" in ask(bare, f"{BASE}/").body.decode()


def test_signing_in_stays_below_it(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> None:
    status_file.running(1.0)
    (tmp_path / "token").write_text(TOKEN + "\n")
    server = serve("--base-path", BASE, "--token-file", str(tmp_path / "token"))
    for path in [BASE, f"{BASE}/", f"{BASE}/runs/x/status", "/elsewhere/at/all"]:
        reply = ask(server, path, headers=PAGE)
        assert reply.status == 401
        assert f'<form action="{BASE}/">' in reply.body.decode()
    for path in [BASE, f"{BASE}/", f"{BASE}/index.html"]:
        reply = ask(server, f"{path}?token={TOKEN}")
        assert (reply.status, reply.field("location")) == (303, f"{BASE}/")
        assert f"; Path={BASE};" in reply.field("set-cookie")
    # Probes have no token, and no other way in.
    assert ask(server, f"{BASE}/livez").status == 200
    assert ask(server, "/livez").status == 401


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [pulse_binary(), *arguments],
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        env=os.environ | environment,
    )


def test_the_other_commands_find_it(below: PulseServer, status_file: StatusFile) -> None:
    port = ["--port", str(below.port)]
    lost = command("healthcheck", *port)
    assert lost.returncode == 1
    assert "--base-path" in lost.stderr
    for base in [BASE, f"{BASE}/"]:
        assert command("healthcheck", *port, "--base-path", base).returncode == 0
    assert command("healthcheck", *port, PULSE_BASE_PATH=BASE).returncode == 0
    told = command(
        "doctor", "--status-file", str(status_file.path), *port, "--observe", "10ms",
        PULSE_BASE_PATH=BASE,
    )  # fmt: skip
    assert f"A Pulse server is listening on 127.0.0.1:{below.port}" in told.stdout
    status_file.done()
    seen = command("watch", below.url, "--until", "done")
    assert seen.returncode == 0, seen.stderr


@pytest.mark.parametrize("base", ["/", "", "/pulse/", "/a.b-c_d~e@f:g+h,i=j"])
def test_these_are_paths(serve: Callable[..., PulseServer], base: str) -> None:
    server = serve("--base-path", base)
    assert server.url == f"http://127.0.0.1:{server.port}{base.rstrip('/')}"
    assert server.get("/livez").status == 200


@pytest.mark.parametrize(
    ("base", "advice"),
    [
        ("pulse", "write it like /pulse"),
        ("pulse/", "write it like /pulse"),
        ("//", "write it like /pulse"),
        ("/a//b", "write it like /a/b"),
        ("/a/../b", "write it like /a/b"),
        ("/pulse/.", "write it like /pulse"),
        ("/%2e", "write it like /pulse"),
        ("/a b", "write it like /pulse"),
        ("/tränen", "write it like /pulse"),
        ("/a;b", "write it like /pulse"),
        ("/a\\b", "write it like /pulse"),
        ("/run?x=1", "write it like /run"),
        ("/run#x", "write it like /run"),
        ("https://example.org/train/", "write it like /train"),
        ("/" + 300 * "a", "256 bytes"),
    ],
)
def test_these_are_none(base: str, advice: str) -> None:
    for refused in [
        command("serve", "--base-path", base),
        command("serve", PULSE_BASE_PATH=base),
        command("healthcheck", "--base-path", base),
    ]:
        assert refused.returncode == 64
        assert advice in refused.stderr
        assert "--base-path" in refused.stderr


# Behind proxies, in Chromium.

KINDS = [PrefixedNginx, PassingNginx, PrefixedCaddy, PassingCaddy]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> type[Proxy]:
    return request.param


@pytest.fixture
def behind(kind: type[Proxy], tmp_path: Path) -> Iterator[Callable[[PulseServer], Proxy]]:
    """Puts the proxy before a server."""
    proxies = []

    def put(server: PulseServer) -> Proxy:
        proxies.append(kind(tmp_path / "proxy", server.port))
        return proxies[-1]

    yield put
    for proxy in proxies:
        proxy.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    yield page
    context.close()


def test_the_panel_is_live_behind_a_proxy(
    serve: Callable[..., PulseServer],
    status_file: StatusFile,
    kind: type[Proxy],
    behind: Callable[[PulseServer], Proxy],
    page: Page,
) -> None:
    status_file.running(1.0, message="first")
    # No heartbeat pushes an event on.
    server = serve("--allowed-host", HOST, "--heartbeat-interval", "1h", *kind.flags)
    proxy = behind(server)
    wrong = []
    page.on("response", lambda reply: reply.status < 400 or wrong.append(reply.url))
    # The path as people type it.
    page.goto(f"{proxy.url}{proxy.prefix.rstrip('/')}")
    expect(page).to_have_url(f"{proxy.url}{proxy.prefix}")
    panel = Panel(page)
    panel.expect(message="first")
    wait_until(lambda: server.metric("pulse_event_streams") == 1, "its stream is open")
    status_file.running(2.0, message="second")
    panel.expect(message="second")
    assert wrong == []


def test_many_runs_behind_a_proxy(
    kind: type[Proxy], behind: Callable[[PulseServer], Proxy], page: Page, tmp_path: Path
) -> None:
    """Signing in by the page, the table, its changes, the comparison and an opened run."""
    (tmp_path / "token").write_text(TOKEN + "\n")
    folder = RunsDirectory(tmp_path / "runs", tmp_path / "log")
    folder.sweep(["bert", "gpt"])
    folder.serve("--allowed-host", HOST, "--token-file", str(tmp_path / "token"), *kind.flags)
    try:
        proxy = behind(folder.server)
        home = f"{proxy.url}{proxy.prefix}"
        assert page.goto(f"{home}runs/bert/status").status == 401
        for wrong in ["short", "fedcba9876543210", "a b"]:
            page.get_by_label("Token").fill(wrong)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("alert")).to_have_text("Wrong token")
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(home)
        path = kind.prefix.rstrip("/") if kind.flags else "/"
        assert [cookie["path"] for cookie in page.context.cookies()] == [path]
        table = RunsPage(page)
        table.expect_names("bert", "gpt")
        folder.write("gpt", epoch=2.0, message="later")
        expect(table.cell("gpt", "sub")).to_contain_text("later")
        for name in ["bert", "gpt"]:
            table.box(name).check()
            expect(table.curve(name)).to_have_count(1)
        # The view stands in the address, and survives a reload there.
        assert page.url.startswith(f"{home}?compare=")
        page.reload()
        expect(table.part("plot").locator("path.curve")).to_have_count(2)
        table.row("gpt").locator("[part=name]").click()
        expect(page.locator("training-panel article")).to_have_attribute("data-verdict", "running")
    finally:
        folder.server.stop()
