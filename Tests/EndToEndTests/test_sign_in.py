"""Signing in by a page; and two guarded servers on one host: cookies know no ports (RFC 6265 §8.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from panel import Panel
from playwright.sync_api import BrowserContext, expect
from processes import PulseServer, StatusFile
from reply import ask

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


@pytest.fixture
def guarded(two: list[PulseServer]) -> PulseServer:
    return two[0]


def test_a_browser_without_the_token_gets_a_page_to_sign_in(
    guarded: PulseServer, contexts: Callable[..., BrowserContext]
) -> None:
    """Without any script; three wrong tokens are wrong tokens, whatever they look like."""
    page = contexts(java_script_enabled=False).new_page()
    assert page.goto(f"{guarded.url}/").status == 401
    field = page.get_by_label("Token")
    expect(page.get_by_role("alert")).to_have_count(0)
    for wrong in ["short", "fedcba9876543210", "no token at all; & %"]:
        field.fill(wrong)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_have_text("Wrong token")
        expect(field).to_have_attribute("aria-invalid", "true")
        assert wrong not in page.content()
    field.fill(TOKENS[0])
    field.press("Enter")
    expect(page).to_have_url(f"{guarded.url}/")
    assert page.reload().status == 200


def test_the_page_to_sign_in_is_accessible_and_speaks_russian(
    guarded: PulseServer, contexts: Callable[..., BrowserContext]
) -> None:
    page = contexts(locale="ru-RU").new_page()
    page.goto(f"{guarded.url}/?token=wrong")
    expect(page.get_by_role("alert")).to_have_text("Неверный токен")
    assert Axe().run(page).violations_count == 0
    field = page.get_by_label("Токен")
    expect(field).to_be_focused()
    # Its style is let in by the policy, which names its hash.
    assert field.evaluate("e => getComputedStyle(e.form).display") == "grid"


def test_signing_in_leads_from_any_address_to_the_page(
    guarded: PulseServer, contexts: Callable[..., BrowserContext]
) -> None:
    page = contexts().new_page()
    assert page.goto(f"{guarded.url}/runs/any/status").status == 401
    page.get_by_label("Token").fill(TOKENS[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{guarded.url}/")
    expect(page.locator("training-panel")).to_have_count(1)


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/*", "text/html;q=0"])
@pytest.mark.parametrize("path", ["/", "/status", "/?token=wrong"])
def test_who_asks_for_no_page_gets_the_problem(
    guarded: PulseServer, accept: str | None, path: str
) -> None:
    reply = ask(guarded, path, headers={"accept": accept} if accept else None)
    assert reply.status == (400 if "?" in path else 401)
    assert reply.field("content-type") == "application/problem+json"


def test_the_page_to_sign_in_is_a_401_like_any_other(guarded: PulseServer) -> None:
    reply = ask(guarded, "/", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert reply.status == 401
    assert reply.field("www-authenticate") == 'Bearer realm="pulse"'
    assert reply.field("cache-control") == "no-store"
    assert "script" not in reply.body.decode()
    policy = reply.field("content-security-policy")
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'self'" in policy
