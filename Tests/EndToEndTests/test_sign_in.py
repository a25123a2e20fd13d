"""Two guarded servers on one host, and one browser: cookies know no ports (RFC 6265 §8.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from panel import Panel
from playwright.sync_api import BrowserContext, expect
from processes import PulseServer, StatusFile

TOKENS = ["0123456789abcdef", "fedcba9876543210"]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[list[PulseServer]]:
    servers = []
    for number, token in enumerate(TOKENS):
        place = tmp_path / str(number)
        place.mkdir()
        (place / "token").write_text(token + "\n")
        StatusFile(place / "status.json").running(1.0 + number, message=f"run {number}")
        servers.append(
            PulseServer(
                place / "status.json", "--token-file", str(place / "token"), log=place / "log"
            )
        )
    yield servers
    for server in servers:
        server.stop()


def test_signing_in_at_one_signs_out_of_no_other(
    two: list[PulseServer], contexts: Callable[..., BrowserContext]
) -> None:
    context = contexts()
    pages = []
    for server, token in zip(two, TOKENS, strict=True):
        page = context.new_page()
        assert page.goto(f"{server.url}/").status == 401
        page.goto(f"{server.url}/?token={token}")
        # The token is in the address no more.
        expect(page).to_have_url(f"{server.url}/")
        pages.append(page)
    for number, page in enumerate(pages):
        assert page.reload().status == 200
        panel = Panel(page)
        panel.expect(message=f"run {number}")
        # Its stream is let in as well.
        StatusFile(Path(two[number].log.parent) / "status.json").running(2.5, message="later")
        panel.expect(message="later")
    # The browser sends both cookies to either: what a proxy with a name of its own keeps apart.
    cookies = context.cookies()
    assert len({cookie["name"] for cookie in cookies}) == 2
    assert sorted(cookie["value"] for cookie in cookies) == sorted(TOKENS)
    for page in pages:
        sent = page.evaluate("() => document.cookie")
        assert sent == "", "no script reads them"


def test_a_new_token_signs_in_over_the_old_one(
    two: list[PulseServer], contexts: Callable[..., BrowserContext]
) -> None:
    """A server that was started anew with another token, on the port of the old one."""
    page = contexts().new_page()
    page.goto(f"{two[0].url}/?token={TOKENS[0]}")
    # The other's token is no token here, and takes nothing away.
    assert page.goto(f"{two[0].url}/?token={TOKENS[1]}").status == 200
    assert page.goto(f"{two[1].url}/").status == 401
    page.goto(f"{two[1].url}/?token={TOKENS[1]}")
    assert page.goto(f"{two[0].url}/").status == 200
    assert page.goto(f"{two[1].url}/").status == 200
