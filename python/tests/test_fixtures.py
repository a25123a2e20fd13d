"""The documents of the specification: whoever speaks PULSE v1 judges them alike."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest

from pulse_wrapper import PulseError, decode, encode
from pulse_wrapper.errors import DOCUMENT_REASONS

_FIXTURES = pathlib.Path(__file__).parents[2] / "docs/fixtures"
_INDEX: dict[str, list[dict[str, Any]]] = json.loads((_FIXTURES / "index.json").read_text("utf-8"))


def _named(kind: str) -> Any:
    return pytest.mark.parametrize("entry", _INDEX[kind], ids=lambda entry: entry["file"])


def _bytes(entry: dict[str, Any]) -> bytes:
    return (_FIXTURES / entry["file"]).read_bytes()


@_named("valid")
def test_a_valid_document_has_one_canonical_spelling(entry: dict[str, Any]) -> None:
    status = decode(_bytes(entry))
    assert encode(status).decode() == entry["canonical"]
    assert decode(encode(status)) == status


@_named("invalid")
def test_an_invalid_document_is_rejected_for_its_reason(entry: dict[str, Any]) -> None:
    with pytest.raises(PulseError) as rejection:
        decode(_bytes(entry))
    found = (rejection.value.reason, rejection.value.field, rejection.value.offset)
    assert found == (entry["reason"], entry["field"], entry["offset"])


def test_every_file_is_in_the_index_and_every_reason_has_one() -> None:
    entries = _INDEX["valid"] + _INDEX["invalid"]
    files = {str(file.relative_to(_FIXTURES)) for file in _FIXTURES.glob("*valid/*.json")}
    assert {entry["file"] for entry in entries} == files
    assert {entry["reason"] for entry in _INDEX["invalid"]} == DOCUMENT_REASONS
