"""Malformed requests, each alone on a connection and each in the middle of a pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from request_lines import NEXT, Row, request, rows
from server import exchange, serving, statuses
from suite import Case, Suite

#: What NEXT is answered with, which no row is.
NEXT_STATUS = 404


def fault(row: Row, found: list[int]) -> str | None:
    """What is wrong with the answers to a row and to NEXT behind it."""
    if not found or found[0] not in row.statuses:
        return f"answered {found}, not {sorted(row.statuses)}"
    if len(found) > 2 or found[1:] not in ([], [NEXT_STATUS]):
        return f"answered {found}: more than there are requests"
    if row.goes_on and found[1:] != [NEXT_STATUS]:
        return f"answered {found}: what follows a sound request is lost"
    if row.goes_on is False and len(found) > 1:
        return f"answered {found}: the connection goes on after a refusal"
    return None


def run(directory: Path) -> Iterator[Case]:
    with serving(directory) as server:
        for row in rows():
            sent = row.sent + NEXT
            yield Case(row.name, fault(row, statuses(exchange(server.port, sent))))
            answers = statuses(exchange(server.port, request() + sent))
            first, rest = answers[:1], answers[1:]
            wrong = fault(row, rest) if first == [200] else f"answered {answers}"
            yield Case(f"pipelined, {row.name}", wrong)


SUITE = Suite("malformed requests", "RFC 9110, RFC 9112", lambda: f"{len(rows())} requests", run)
