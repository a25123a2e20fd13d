"""The decoder against two other opinions; docs/CONFORMANCE.md has it tried on the conformance kit."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from processes import ROOT

#: Documents to try; `make fuzz` tries a million.
INPUTS = int(os.environ.get("PULSE_FUZZ_INPUTS", "10000"))


def run(*command: object) -> None:
    """Run a Python script of the project; its output tells what went wrong."""
    arguments = [sys.executable, *map(str, command)]
    result = subprocess.run(arguments, capture_output=True, text=True, timeout=900)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_decoder_agrees_with_two_other_opinions_on_random_documents():
    verdicts = ROOT / ".build" / "debug" / "Verdicts"
    if not verdicts.exists():
        pytest.skip("this tree was not built")
    script = ROOT / "Tests" / "FuzzTests" / "fuzz.py"
    run(script, "--verdicts", verdicts, "--inputs", INPUTS)
