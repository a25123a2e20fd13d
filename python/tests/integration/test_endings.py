"""What real launchers, libraries and shells end with is what a person picks out of it."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil

import pytest
from endings.ending import recorded
from endings.record import ENDINGS, OUTPUTS

from pulse_wrapper import read_status

_ROOT = pathlib.Path(__file__).parents[3]
_BINARY = os.environ.get("PULSE_BINARY") or str(_ROOT / ".build" / "debug" / "pulse")
_REASONS = json.loads((OUTPUTS / "index.json").read_text(encoding="utf-8"))

pytestmark = pytest.mark.skipif(
    not pathlib.Path(_BINARY).exists(), reason="pulse is not built, and PULSE_BINARY not set"
)

#: So many characters of a reason say enough: what is cut off depends on the length of paths.
_ENOUGH = 150


@pytest.mark.parametrize("name", ENDINGS)
def test_the_reason_is_what_a_person_picks_out(name: str) -> None:
    ending = ENDINGS[name]
    if ending.missing:
        pytest.skip(f"needs {', '.join(ending.missing)}")
    said, directory = ending.run(_BINARY, "run", "-s", "status.json", "--")
    status = read_status(directory / "status.json")
    shutil.rmtree(directory)
    assert status.status == "error", said
    end, _, reason = recorded(status.message, directory).partition(": ")
    assert re.fullmatch(r"exit code \d+|killed by SIG[A-Z]+", end)
    assert reason[:_ENOUGH] == _REASONS[name][:_ENOUGH], said


def test_every_output_says_where_it_is_from() -> None:
    page = (OUTPUTS / "README.md").read_text(encoding="utf-8")
    others = set(re.findall(r"`([a-z-]+)`", page))
    assert set(_REASONS) - set(ENDINGS) == others & set(_REASONS)
    assert set(ENDINGS) <= set(_REASONS)
    assert len(ENDINGS) >= 40


def test_the_process_of_a_shells_report_is_replaced_however_short_its_number(
    tmp_path: pathlib.Path,
) -> None:
    for number in (" 9876", "12345", "1234567"):
        line = f"train.sh: line 1: {number} Killed                  python train.py"
        assert recorded(line, tmp_path).startswith("train.sh: line 1: 12345 Killed ")
