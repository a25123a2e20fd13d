"""What the README and the pages of docs/ say is there, and where they say it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from documents import pages, take
from processes import ROOT, PulseServer, StatusFile

README = (ROOT / "README.md").read_text()
PAGES = [page for page in pages() if page.endswith(".md")]


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 200


def test_each_path_of_the_table_is_served(server: PulseServer, status_file: StatusFile) -> None:
    status_file.running(1.0)
    rows = re.findall(r"^\| (`/.*?) \|", README, re.MULTILINE)
    paths = [path for row in rows for path in re.findall(r"`(/\S*?)`", row)]
    assert len(paths) > 8
    for path in paths:
        assert server.get(path, method="HEAD").status == 200, path


@pytest.mark.parametrize("page", PAGES)
def test_each_link_leads_somewhere(page: str) -> None:
    path: Path = ROOT / page
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)", path.read_text()):
        if not target.startswith(("http://", "https://")):
            assert (path.parent / target).exists(), target


DRAWINGS = take("docs/ARCHITECTURE.md", "")


def test_the_drawings_show_what_is_there() -> None:
    drawn = {
        name
        for drawing in DRAWINGS
        for name in re.findall(r"\b(?:[A-Z][a-z]+|NATS)(?:[A-Z]\w+)+", drawing.text)
    }
    assert len(drawn) > 14
    types = {path.stem for path in (ROOT / "Sources").rglob("*.swift")}
    # NATS's own.
    assert drawn - types <= {"JetStream"}


def test_each_folder_of_the_layout_is_there() -> None:
    table = README.partition("| folder |")[2].partition("\n\n")[0]
    for folder in re.findall(r"`([A-Za-z/]+?)/?`", table.split("\n", 1)[1]):
        places = [ROOT / folder, ROOT / "Sources" / folder, ROOT / "Tests" / folder]
        assert any(place.exists() for place in places) or folder in ("pulse", "pulse_wrapper"), (
            folder
        )
