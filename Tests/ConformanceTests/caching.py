"""REDbot on every page, and its linter on every other answer: caching, validation, fields."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from httplint import HttpRequestLinter, HttpResponseLinter, levels
from processes import PATIENCE, PulseServer
from server import TOKEN, serving, token_flags
from suite import Case, Suite

ORIGIN = "https://panel.example.org"
PATHS = ["/", "/training-panel.js", "/openapi.json", "/pulse-v1.schema.json", "/status"]
PATHS += ["/progress", "/history", "/metrics", "/livez", "/readyz"]
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "DELETE"]
FIELDS: list[dict[str, str]] = [
    {},
    {"If-None-Match": "*"},
    {"If-Match": '"another"'},
    {"Host": "example.net"},
    {"Host": "user@localhost"},
    {"Origin": ORIGIN},
    {"Authorization": f"Bearer {TOKEN}"},
    {"Authorization": f"Bearer {TOKEN}", "Origin": ORIGIN},
    {"Authorization": "Bearer wrong-wrong-wrong"},
    {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"},
]


def redbot(server: PulseServer, path: str) -> Iterator[Case]:
    """Its notes on a page, each a case: it asks again with conditions, ranges and encodings."""
    command = [str(Path(sys.executable).with_name("redbot")), "-o", "har", server.url + path]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    entries = json.loads(run.stdout)["log"]["entries"] if run.returncode == 0 else []
    if not entries:
        yield Case(f"REDbot {path}", (run.stdout + run.stderr)[-1_000:])
    for entry in entries:
        for note in entry["_red_messages"]:
            is_good = note["level"] in ("GOOD", "INFO")
            yield Case(f"REDbot {path} {note['note_id']}", None if is_good else note["summary"])


def linted(server: PulseServer, path: str, method: str, fields: dict[str, str]) -> Iterator[Case]:
    """The linter's complaints of one answer; a single good case when it has none."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        started = time.time()
        connection.request(method, path, headers=fields)
        answer = connection.getresponse()
        request = HttpRequestLinter(start_time=started)
        request.process_request_topline(method.encode(), path.encode(), b"HTTP/1.1")
        request.process_headers([(n.encode(), v.encode()) for n, v in fields.items()])
        linter = HttpResponseLinter(start_time=started, no_content=method == "HEAD")
        linter.request = request
        linter.process_response_topline(b"HTTP/1.1", b"%d" % answer.status, answer.reason.encode())
        linter.process_headers([(n.encode(), v.encode()) for n, v in answer.getheaders()])
        linter.feed_content(answer.read())
        linter.finish_content(True)
    finally:
        connection.close()
    name = f"{method} {path} {fields} {answer.status}"
    bad = [
        (type(note).__name__, str(note.summary))
        for note in linter.notes
        # A note on the status says what it means, and an error is what was asked for.
        if note.level in (levels.BAD, levels.WARN) and not type(note).__name__.startswith("STATUS_")
    ]
    for note, summary in bad:
        yield Case(f"{name} {note}", summary)
    if not bad:
        yield Case(name)


def run(directory: Path) -> Iterator[Case]:
    with serving(directory / "open") as server:
        for path in PATHS:
            yield from redbot(server, path)
    flags = ["--cors-origin", ORIGIN, *token_flags(directory)]
    with serving(directory / "guarded", *flags) as server:
        for path in [*PATHS, "/nothing-here", f"/?token={TOKEN}"]:
            for method in METHODS:
                for fields in FIELDS:
                    yield from linted(server, path, method, fields)


SUITE = Suite(
    "REDbot",
    "redbot, httplint",
    lambda: f"{version('redbot')}, {version('httplint')}",
    run,
    judged={
        "^OPTIONS .* CORS_PREFLIGHT_ONLY": "the answer to OPTIONS is the same for a preflight and for any "
        "other, so that it depends on no field but Origin",
    },
)
