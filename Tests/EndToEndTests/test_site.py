"""The documentation as a site: seven pages in one form, and links that lead somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from documents import pages
from processes import ROOT

DOCS = ROOT / "docs"
SEVEN = ["START", "TRAINING", "WATCH", "MANY-RUNS", "DEPLOYMENT", "REFERENCE", "BELIEVE"]


@pytest.mark.parametrize("name", ["README", *SEVEN])
def test_a_page_begins_with_what_one_copies(name: str) -> None:
    assert re.match(r"# [^\n]+\n\n```sh\n", (DOCS / f"{name}.md").read_text())


@pytest.mark.parametrize("name", SEVEN)
def test_a_page_ends_with_the_way_to_the_others(name: str) -> None:
    last = (DOCS / f"{name}.md").read_text().rstrip().splitlines()[-1]
    assert re.findall(r"\]\(([\w-]+)\.md\)", last) == SEVEN


def test_the_index_names_every_page() -> None:
    index = set(re.findall(r"\]\(([\w-]+\.md)\)", (DOCS / "README.md").read_text()))
    assert index == {path.name for path in DOCS.glob("*.md")} - {"README.md"}


def test_every_make_target_is_one() -> None:
    """Those that any page names."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in pages():
        if page.endswith(".md"):
            for target in re.findall(r"`make ([a-z-]+)", (ROOT / page).read_text()):
                assert target in targets, f"{page}: make {target}"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the site is made of, in a place of its own."""
    tree = tmp_path_factory.mktemp("tree")
    for name in ("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "tools/site"):
        (tree / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    for name in ("deploy", "docs", "packaging", "public", "python"):
        left_out = shutil.ignore_patterns(".*", "build", "__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, tree / name, ignore=left_out)
    return tree


def build(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [tree / "tools/site", sys.executable]
    return subprocess.run(command, capture_output=True, text=True)


def test_every_link_and_anchor_leads_somewhere(tree: Path) -> None:
    built = build(tree)
    assert built.returncode == 0, built.stderr
    site = tree / ".build-site/html"
    for page in ("index.html", *(f"docs/{name}.html" for name in SEVEN)):
        text = (site / page).read_text()
        # A table that isn't one shows its rules.
        assert "|---" not in text and "| ---" not in text, page


@pytest.mark.parametrize("link", ["nowhere.md", "START.md#nowhere", "images/nowhere.png"])
def test_a_link_that_leads_nowhere_is_an_error(tree: Path, link: str) -> None:
    page = tree / "docs/WATCH.md"
    whole = page.read_text()
    page.write_text(f"{whole}\n[there]({link})\n")
    try:
        built = build(tree)
    finally:
        page.write_text(whole)
    assert built.returncode != 0
    assert link.partition("#")[2] in built.stderr
