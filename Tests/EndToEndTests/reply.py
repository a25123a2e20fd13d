"""One HTTP answer as it came, for tests of headers."""

from __future__ import annotations

import http.client
import json

from processes import PATIENCE, PulseServer

#: Fields that differ between two answers, or that belong to the connection.
INCIDENTAL = {"date", "connection"}


class Reply:
    """One answer with its header lines as they came: repeated fields stay apart."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.lines = [(name.lower(), value) for name, value in response.getheaders()]
        # A stream has no end to wait for.
        is_stream = self.field("transfer-encoding") == "chunked"
        self.body = b"" if is_stream else response.read()

    def field(self, name: str) -> str | None:
        """The field's value; the lines of a list are joined (RFC 9110 §5.3)."""
        values = [value for line, value in self.lines if line == name]
        return ", ".join(values) if values else None

    def stable(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self.lines if name not in INCIDENTAL]

    def problem(self) -> dict:
        """The document of an error, checked for what every error carries."""
        assert self.field("content-type") == "application/problem+json"
        assert self.field("cache-control") == "no-store"
        assert self.field("x-content-type-options") == "nosniff"
        problem = json.loads(self.body)
        assert set(problem) == {"type", "title", "status", "detail"}
        assert problem["type"] == "about:blank"
        assert problem["title"] == http.client.responses[self.status]
        assert problem["status"] == self.status
        return problem


def ask(
    server: PulseServer,
    path: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Reply:
    """One request on a connection of its own, with the path as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        return Reply(connection.getresponse())
    finally:
        connection.close()
