"""The server's decoder and this one: the same verdict on the same bytes, whoever reads them."""

from __future__ import annotations

import json
import os
import pathlib
import random
import re
import subprocess
from typing import Any

import pytest

from pulse_wrapper import PulseError, decode

_ROOT = pathlib.Path(__file__).parents[2]
_BINARY = pathlib.Path(os.environ.get("PULSE_BINARY", _ROOT / ".build/debug/pulse"))
_VERDICT = re.compile(rb"\[reason=(\w+)(?: field=(\w+))?(?: offset=(\d+))?\]\n$")
_VALID = b": valid PULSE v1: "

_DOCUMENT = (
    '{"status": "running", "epoch": 2.5, "total_epochs": 3, "loss": -4.25e-3, '
    '"message": "caf\u00e9 \\u00e9 \\ud83d\\ude00 \U0001f600 \\n", "timestamp": 1732800000}'
).encode()

_PIECES = [
    b'"', b"\\", b"{", b"}", b",", b":", b" ", b"\n", b"\x00", b"\x1f", b"\x7f", b"\xff", b"\xc3",
    b"\xed\xa0\x80", b"\xef\xbb\xbf", b"NaN", b"-Infinity", b"null", b"true", b"[]", b"0", b"-",
    b"1e999", b"-0", b".0", b"9223372036854775808", b"1e-400", b"\\ud800", b"\\u12", b"\\x",
    b'"loss"', b'"extra": 1,', b"\xf4\x90\x80\x80", b"e+", b"-1",
]  # fmt: skip


def _mutants(count: int, source: random.Random) -> list[bytes]:
    mutants = []
    for _ in range(count):
        document = bytearray(_DOCUMENT)
        for _ in range(source.randint(1, 2)):
            start = source.randrange(len(document) + 1)
            end = min(len(document), start + source.choice([0, 0, 1, 1, 2, 8, 200]))
            document[start:end] = source.choice(_PIECES + [b""])
        mutants.append(bytes(document))
    return mutants


def _verdict(document: bytes) -> Any:
    try:
        return decode(document).to_dict()
    except PulseError as error:
        return (error.reason, error.field, error.offset)


def _server_verdict(document: bytes) -> Any:
    run = subprocess.run(
        [_BINARY, "check", "-"], input=document, capture_output=True, timeout=30, check=False
    )
    said = run.stdout + run.stderr
    if run.returncode == 0:
        # Spelled for a terminal, which may escape more than the document did.
        return json.loads(said.partition(_VALID)[2])
    match = _VERDICT.search(said)
    assert match, said
    reason, field, offset = match.groups()
    return (reason.decode(), field and field.decode(), None if offset is None else int(offset))


@pytest.mark.skipif(not _BINARY.exists(), reason="the pulse binary is not built")
@pytest.mark.parametrize("seed", range(4))
def test_both_decoders_say_the_same_of_damaged_documents(seed: int) -> None:
    for document in _mutants(30, random.Random(seed)):
        assert _verdict(document) == _server_verdict(document), document
