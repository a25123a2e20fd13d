"""The fields of every answer, by the rules of the RFCs: every route with every status."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime

import pytest
from processes import PulseServer, StatusFile
from reply import Reply, ask

TOKEN = "0123456789abcdef-~"
ORIGIN = "https://panel.example.org"
PATHS = ["/", "/training-panel.js", "/openapi.json", "/status", "/progress", "/history"]
PATHS += ["/events", "/metrics", "/livez", "/readyz", "/about", "/nothing-here"]
PATHS += ["/runs", "/runs/events", "/runs/{id}", "/runs/{id}/history.csv", "/runs/{id}/events"]
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "DELETE", "TRACE"]

#: What may be sent with a request, to bring its statuses about.
REQUESTS: list[tuple[str, dict[str, str]]] = [
    ("", {}),
    ("", {"If-None-Match": "*"}),
    ("", {"If-Match": '"another"'}),
    ("", {"Host": "example.net"}),
    ("", {"Host": "user@localhost"}),
    ("?x=%", {}),
    ("?token=" + TOKEN, {}),
    ("?" + "x" * 20_000, {}),
    ("", {"X-Long": "x" * 20_000}),
]
SENDERS = [{}, {"Authorization": "Bearer wrong-wrong-wrong"}, {"Authorization": f"Bearer {TOKEN}"}]

#: What the library answers by itself before a request reaches Pulse.
OF_THE_LIBRARY = {413, 414, 431}
TOKEN_CHARACTERS = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"


def elements(value: str | None) -> list[str]:
    """The elements of a list (RFC 9110 §5.6.1)."""
    return [element.strip() for element in (value or "").split(",") if element.strip()]


def check(reply: Reply, method: str) -> None:
    """Fail unless the fields are as the RFCs want them for this status."""
    names = [name for name, _ in reply.lines]
    lists = {"vary", "access-control-expose-headers"}
    assert len([n for n in names if n not in lists]) == len({n for n in names if n not in lists})
    assert parsedate_to_datetime(reply.field("date") or "")  # RFC 9110 §6.6.1
    directives = elements(reply.field("cache-control"))
    if reply.status in OF_THE_LIBRARY:
        assert reply.field("connection") == "close"
        return
    if method != "OPTIONS":
        # No answer may be used without asking: each says so itself (RFC 9111 §5.2.2).
        assert directives in (["no-cache"], ["no-store"])
        assert (reply.field("etag") is not None) <= (directives == ["no-cache"])
    if reply.status >= 400:
        assert directives == ["no-store"]
        if method != "HEAD":
            reply.problem()
    for name in elements(reply.field("vary")):
        assert re.fullmatch(TOKEN_CHARACTERS, name)
        assert name in ("Accept", "Origin")
    # RFC 9110 §15.5.6: a 405 must have it, and what it lists must work.
    assert reply.field("allow") is not None or reply.status != 405
    assert (reply.field("www-authenticate") is not None) == (reply.status == 401)
    assert (reply.field("location") is not None) == (reply.status in (303, 308))
    assert (reply.field("retry-after") is not None) == (reply.status == 503)
    if reply.status == 401:
        challenge = reply.field("www-authenticate") or ""
        parameter = rf'{TOKEN_CHARACTERS}="[^"\\]*"'
        assert re.fullmatch(rf"Bearer {parameter}(, {parameter})*", challenge)
    if reply.status == 204:
        assert reply.field("content-length") is None  # RFC 9110 §8.6
        assert elements(reply.field("allow"))
    if method == "HEAD" or reply.status in (204, 304):
        assert reply.body == b""
    elif reply.body:
        assert reply.field("content-type")
    if reply.status == 304:
        assert reply.field("etag")  # RFC 9110 §15.4.5


@pytest.fixture(params=PATHS)
def path(request: pytest.FixtureRequest, status_file: StatusFile) -> str:
    """A path, with the one run where a run is to be named: a file's is called as its folder."""
    return request.param.replace("{id}", status_file.path.parent.name)


@pytest.fixture(params=["open", "guarded", "named origin", "any origin"])
def server(
    request: pytest.FixtureRequest, serve: Callable[..., PulseServer], status_file: StatusFile
) -> PulseServer:
    """A server of each kind that differs in its fields."""
    status_file.running(1.0)
    token = status_file.path.with_name("token")
    token.write_text(TOKEN + "\n")
    flags = {
        "open": [],
        "guarded": ["--token-file", str(token)],
        "named origin": ["--cors-origin", ORIGIN, "--token-file", str(token)],
        "any origin": ["--cors-origin", "*"],
    }
    return serve(*flags[request.param])


def replies(server: PulseServer, path: str) -> Iterator[tuple[str, dict[str, str], Reply]]:
    """Each request of a path with its answer."""
    for method in METHODS:
        for query, headers in REQUESTS:
            for sender in SENDERS:
                fields = {"Origin": ORIGIN} | headers | sender
                yield method, fields, ask(server, path + query, method, headers=fields)


def test_every_answer_has_the_fields_that_it_must_have(server: PulseServer, path: str) -> None:
    seen = set()
    for method, _, reply in replies(server, path):
        check(reply, method)
        seen.add(reply.status)
    assert {204, 400, 405, 414, 431} <= seen
    assert (421 in seen) == (path not in ("/livez", "/readyz"))
    assert (404 in seen) == (path == "/nothing-here")
    assert (412 in seen) == (path != "/nothing-here")
    is_stream = path.endswith("/events")
    has_tag = not is_stream and path not in ("/metrics", "/livez", "/readyz", "/nothing-here")
    assert (304 in seen) == has_tag


def test_what_is_allowed_is_what_works(server: PulseServer, path: str) -> None:
    allowed = elements(ask(server, path, "OPTIONS").field("allow"))
    assert allowed == elements(ask(server, path, "POST").field("allow"))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE"]:
        status = ask(server, path, method, headers=headers).status
        assert (status != 405) == (method in allowed)


@pytest.mark.parametrize("field", ["Accept", "Origin"])
def test_what_an_answer_depends_on_is_in_vary(server: PulseServer, path: str, field: str) -> None:
    """RFC 9110 §12.5.5: a cache that keeps the one must not give it for the other."""
    one = {"Accept": "text/plain", "Origin": ORIGIN}[field]
    other = {"Accept": "application/openmetrics-text", "Origin": "https://x.example"}[field]
    authorization = {"Authorization": f"Bearer {TOKEN}"}
    # Twice the same may differ in what is counted, but not in its fields.
    first, second = (
        ask(server, path, headers=authorization | {field: value}) for value in (one, other)
    )

    def fields(reply: Reply) -> list[tuple[str, str]]:
        return [line for line in reply.stable() if line[0] != "content-length"]

    if fields(first) != fields(second):
        for reply in (first, second):
            assert field in elements(reply.field("vary"))
    assert first.field("vary") == second.field("vary")
