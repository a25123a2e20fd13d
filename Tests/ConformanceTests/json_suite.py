"""The decoder on texts of JSON: each as the whole document, and as values of its fields."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from json_texts import NO_NUMBERS, NO_STRINGS, NO_VALUES, NUMBERS, STRINGS, TOO_LARGE, VALUES
from processes import PATIENCE, pulse_binary
from suite import Case, Suite


def document(
    *, loss: bytes = b"0.5", message: bytes = b'"m"', before: bytes = b"", after: bytes = b""
) -> bytes:
    """A document of PULSE v1 with these texts for its values, and around it."""
    fields = b'"status": "running", "epoch": 1.0, "total_epochs": 3.0, "timestamp": 1700000000'
    return b'%b{%b, "loss": %b, "message": %b}%b' % (before, fields, loss, message, after)


def is_valid(content: bytes) -> bool:
    """What `pulse check` says; it has to say one of the two."""
    run = subprocess.run(
        [pulse_binary(), "check", "-"], input=content, capture_output=True, timeout=PATIENCE
    )
    assert run.returncode in (0, 1), f"exit code {run.returncode}: {run.stderr!r}"
    said = b": valid PULSE v1: " if run.returncode == 0 else b"[reason="
    assert said in run.stdout, run.stdout
    return run.returncode == 0


def tried() -> Iterator[tuple[str, bytes, bool]]:
    """A name, a document, and whether it is one."""
    numbers = [(text.encode(), True) for text in NUMBERS]
    numbers += [(text.encode(), False) for text in TOO_LARGE + NO_NUMBERS]
    strings = [(b'"%b"' % text, True) for text in STRINGS]
    strings += [(b'"%b"' % text, False) for text in NO_STRINGS]
    values = [(text, False) for text in VALUES + NO_VALUES]
    for text, is_number in numbers:
        yield "as loss", document(loss=text), is_number
        yield "as message", document(message=text), False
    for text, is_string in strings:
        yield "as message", document(message=text), is_string
        yield "as loss", document(loss=text), False
    for text, _ in values:
        yield "as loss", document(loss=text), False
        yield "as message", document(message=text), False
    blanks = b" \t\r\n"
    for text, _ in numbers + strings + values:
        yield "alone", text, False
        # Around a document only blanks may stand (RFC 8259 §2).
        is_blank = not text.strip(blanks)
        yield "before", document(before=text), is_blank
        yield "behind", document(after=text), is_blank


def judged(row: tuple[str, bytes, bool]) -> Case:
    place, content, expected = row
    name = f"{place}, {content[:200]!r}"
    try:
        found = is_valid(content)
    except (AssertionError, subprocess.TimeoutExpired) as error:
        return Case(name, str(error))
    return Case(name, None if found == expected else f"{'valid' if found else 'invalid'}")


def run(directory: Path) -> Iterator[Case]:
    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(judged, tried())


def count() -> int:
    texts = [NUMBERS, TOO_LARGE, NO_NUMBERS, STRINGS, NO_STRINGS, VALUES, NO_VALUES]
    return sum(map(len, texts))


SUITE = Suite("JSON", "RFC 8259", lambda: f"{count()} texts", run, is_slow=True)
