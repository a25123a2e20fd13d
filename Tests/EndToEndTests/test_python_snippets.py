"""The Python in the documentation, word for word; what needs a framework is run where those are."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from documents import Block, take
from processes import PATIENCE, ROOT, pulse_wrapper

LOOPS = [
    *take("README.md", "python"),
    *take("docs/TRAINING.md", "python", containing="run.update("),
]
WRAPS = [
    *take("docs/TRAINING.md", "python", containing="wrap(range("),
    *take("python/README.md", "python", containing="wrap(range("),
]
[BATCHES] = take("python/README.md", "python", containing="run.update(")
[ANYTHING_ELSE] = take("docs/TRAINING.md", "python", containing="write_done_status(")
[FUNCTIONS] = take("python/README.md", "python", containing="safe_read_status")
[SHOW] = take("docs/WATCH.md", "python")
[SPELLING] = take("docs/PULSE-v1.md", "python")
[SPELLING_2] = take("docs/PULSE-v2.md", "python")
[DOCUMENT_2] = take("docs/PULSE-v2.md", "json")
[READER] = take("docs/CONFORMANCE.md", "python")

#: What the snippets take for granted: the user's own training.
TRAINING = """
batches = ["a", "b"]
def step(data):
    return 0.31
"""


def run(block: Block, directory: Path, before: str = "") -> str:
    """Run it, and give the value of its last line, as Python spells it."""
    *body, last = ast.parse(in_full(block.text)).body
    if isinstance(last, ast.Expr):
        last = ast.parse(f"print(repr({ast.unparse(last)}))").body[0]
    program = before + ast.unparse(ast.Module([*body, last], type_ignores=[]))
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=directory,
        env=os.environ | {"PYTHONPATH": str(ROOT / "python/src")},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def in_full(text: str) -> str:
    """With a loop where the snippet has dots before a statement: `...  run.update(…)`."""
    loop = r"\1for epoch in range(3):\n\1    for batch in range(batches):\n\1        "
    return re.sub(r"^( +)\.\.\.  (?=\S)", loop, text, flags=re.MULTILINE)


def written(directory: Path) -> dict:
    return json.loads((directory / "status.json").read_bytes())


@pytest.mark.parametrize("block", LOOPS, ids=str)
def test_a_loop_of_one_s_own(block: Block, tmp_path: Path) -> None:
    run(block, tmp_path, "loss, batches = 0.42, 4\n")
    assert written(tmp_path).items() >= {"status": "done", "epoch": 3.0, "loss": 0.42}.items()


def test_a_loop_over_batches(tmp_path: Path) -> None:
    run(BATCHES, tmp_path, TRAINING)
    assert written(tmp_path).items() >= {"status": "done", "epoch": 3.0, "loss": 0.31}.items()


@pytest.mark.parametrize("block", WRAPS, ids=str)
def test_a_loop_that_is_wrapped(block: Block, tmp_path: Path) -> None:
    run(block, tmp_path, TRAINING)
    assert written(tmp_path).items() >= {"status": "done", "epoch": 3.0, "loss": 0.31}.items()


def test_the_functions_for_anything_else(tmp_path: Path) -> None:
    run(ANYTHING_ELSE, tmp_path)
    assert written(tmp_path).items() >= {"status": "done", "epoch": 3.0, "loss": 0.31}.items()


def test_the_functions_below(tmp_path: Path) -> None:
    said = re.search(r"# ([\d.]+)$", FUNCTIONS.text.rstrip())
    assert said is not None
    assert run(FUNCTIONS, tmp_path) == said[1]
    assert written(tmp_path)["epoch"] == 2.5


def test_the_canonical_spelling() -> None:
    status = pulse_wrapper.TrainingStatus("running", 2.5, 3.0, 1e-5, 'a"b\x7f\u2028é\n', 17)
    printed = run(SPELLING, ROOT, f"import json\nstate = {status.to_dict()!r}\n")
    assert ast.literal_eval(printed).encode() == pulse_wrapper.encode(status)


def test_the_canonical_spelling_of_version_2() -> None:
    state = json.loads(DOCUMENT_2.text)
    state["metrics"] = dict(reversed(state["metrics"].items()))
    printed = run(SPELLING_2, ROOT, f"import json\nstate = {state!r}\n")
    assert ast.literal_eval(printed) == DOCUMENT_2.text.rstrip("\n")


def test_a_reader_on_the_conformance_kit() -> None:
    run(READER, ROOT)
    # It can fail: here the reader takes everything.
    before = (
        "import pulse_wrapper.decoder as d\nd.decode = lambda _: d.TrainingStatus.create('idle')\n"
    )
    with pytest.raises(AssertionError, match="AssertionError"):
        run(READER, ROOT, before)


def test_the_panel_is_shown(tmp_path: Path) -> None:
    """Here the URL is all; `make test-notebook` has a notebook."""
    assert run(SHOW, tmp_path).startswith("Pulse: http://127.0.0.1:8080/")
