"""Every code block of the documentation is run by a test, or here stands why it isn't."""

from __future__ import annotations

import importlib
from pathlib import Path

from documents import Block, blocks_of, pages, take, untaken

HERE = Path(__file__).parent

#: What can't be run, by its page and language.
NOT_RUN = {
    ("docs/FRONTENDS.md", "svelte"): "it needs Svelte's compiler, which no package here has",
}

#: Python with a framework: python/tests/integration runs these, where the frameworks are.
FRAMEWORKS = {"docs/TRAINING.md", "python/README.md"}


def test_every_block_is_run() -> None:
    for module in HERE.glob("test_*.py"):
        # Who runs a block has taken it when the module is loaded.
        importlib.import_module(module.stem)
    for page in FRAMEWORKS:
        take(page, "python", containing="PulseCallback")
    assert {(block.page, block.language) for block in untaken()} == set(NOT_RUN), [
        str(block) for block in untaken() if (block.page, block.language) not in NOT_RUN
    ]


def test_every_page_is_looked_at() -> None:
    assert {"README.md", "docs/TRAINING.md", "python/README.md"} < set(pages())
    assert any(page.endswith(".docc/Pulse.md") for page in pages())
    assert any(page.startswith("Sources/") and page.endswith(".swift") for page in pages())


def test_blocks_are_found_where_they_are() -> None:
    [block, *_] = blocks_of("docs/PULSE-v1.md")
    assert isinstance(block, Block) and block.language == "json"
    page = (HERE.parents[1] / block.page).read_text().splitlines()
    assert page[block.line - 1] == "```json"
    assert page[block.line] + "\n" == block.text
