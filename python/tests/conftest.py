from __future__ import annotations

import pathlib

import pytest


@pytest.fixture
def path(tmp_path: pathlib.Path) -> str:
    """A status file of this test's own; it does not exist yet."""
    return str(tmp_path / "status.json")


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer's shell or a launcher has set is none of a test's."""
    for name in ("PULSE_STATUS_FILE", "RANK"):
        monkeypatch.delenv(name, raising=False)
