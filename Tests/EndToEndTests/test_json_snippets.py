"""The documents that the documentation shows."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from documents import Block, take
from jsonschema import Draft202012Validator
from processes import ROOT, pulse_binary

DOCUMENTS = [*take("README.md", "json"), *take("docs/PULSE-v1.md", "json")]
[VERSION_2] = take("docs/PULSE-v2.md", "json")
[ENTRIES] = take("docs/CONFORMANCE.md", "json")


@pytest.mark.parametrize("block", DOCUMENTS, ids=str)
def test_a_status_is_one(block: Block) -> None:
    checked = subprocess.run(
        [pulse_binary(), "check", "-"], input=block.text, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout


def test_a_status_of_version_2_is_one() -> None:
    schema = json.loads((ROOT / "public/pulse-v2.schema.json").read_bytes())
    Draft202012Validator(schema).validate(json.loads(VERSION_2.text))


def test_entries_of_the_index_are_entries() -> None:
    index = json.loads((ROOT / "docs/fixtures/index.json").read_text("utf-8"))
    entries = {entry["file"]: entry for entry in index["valid"] + index["invalid"]}
    shown = [
        json.loads(text)
        for text in re.findall(r"^\{.*?\}$", ENTRIES.text, re.MULTILINE | re.DOTALL)
    ]
    assert len(shown) == 2
    for entry in shown:
        real = entries[entry["file"]]
        assert set(entry) == set(real)
        # It is too long for the page: it ends in dots.
        beginning = entry.pop("canonical", "").rstrip("…}")
        assert real.pop("canonical", "").startswith(beginning)
        assert entry == real
