"""docs/REFERENCE.md: its tables are those of the sources, and nothing that is served is missing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from processes import ROOT, pulse_binary
from run_details import FULL
from served_runs import Runs

PAGE = (ROOT / "docs/REFERENCE.md").read_text()


def test_it_is_current() -> None:
    command = [sys.executable, ROOT / "tools/reference", "--check", pulse_binary()]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_every_metric_that_is_served_stands_there(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "runs", tmp_path / "log", "--archive", str(tmp_path / "pulse.db"))
    runs.directory.mkdir()
    runs.write("bert.json", version=2, **FULL)
    runs.start()
    try:
        runs.wait_for("bert", epoch=1.0)
        served = dict(re.findall(r"^# HELP (\w+) (.+)$", runs.server.get("/metrics").body.decode(), re.M))
    finally:
        runs.server.stop()
    assert len(served) > 20
    table = dict(re.findall(r"^\| `(pulse_\w+)` \| (.+) \|$", PAGE, re.MULTILINE))
    assert served.items() <= table.items()


def test_it_is_written_anew_from_nothing(tmp_path: Path) -> None:
    """What stands between the marks doesn't matter."""
    for name in ("tools/reference", "public/openapi.json"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "Sources").mkdir()
    (tmp_path / "Sources/PulseServer").symlink_to(ROOT / "Sources/PulseServer")
    page = tmp_path / "docs/REFERENCE.md"
    page.parent.mkdir()
    page.write_text(re.sub(r"(begin -->\n\n).*?(\n<!--)", r"\1another table\2", PAGE, flags=re.DOTALL))
    assert "another table" in page.read_text()
    command = [sys.executable, tmp_path / "tools/reference", pulse_binary()]
    subprocess.run(command, check=True)
    assert page.read_text() == PAGE
