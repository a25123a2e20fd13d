from __future__ import annotations

import pathlib
import signal

import pytest


@pytest.fixture
def path(tmp_path: pathlib.Path) -> str:
    """A status file of this test's own; it does not exist yet."""
    return str(tmp_path / "status.json")


@pytest.fixture(autouse=True, scope="session")
def _no_signal_is_ignored() -> None:
    """The jobs of tests get signals; under nohup, or behind `&`, they would inherit deaf ears."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer's shell or a launcher has set is none of a test's."""
    for name in ("PULSE_STATUS_FILE", "PULSE_SUPERVISED", "PULSE_VERSION", "RANK"):
        monkeypatch.delenv(name, raising=False)
