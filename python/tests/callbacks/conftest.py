"""The callbacks without their frameworks: hooks called as the framework calls them.

`run-integrations` has the real ones. Here stands what they leave out, and what should not wait for
them to be seen.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any

import pytest

from pulse_wrapper.guard import GUARD


@pytest.fixture(autouse=True)
def _leave_no_run_under_way() -> Any:
    yield
    for run in list(GUARD.runs):
        GUARD.release(run)


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """A module of the package, over a framework that has nothing but the base class."""
    parents = {
        "transformers": ("transformers", "TrainerCallback"),
        "lightning": ("lightning.pytorch.callbacks", "Callback"),
        "keras": ("keras.callbacks", "Callback"),
    }
    framework, base = parents[request.param]
    path = ""
    for part in framework.split("."):
        path = f"{path}.{part}".lstrip(".")
        monkeypatch.setitem(sys.modules, path, types.ModuleType(path))
    setattr(sys.modules[framework], base, type(base, (), {}))
    name = f"pulse_wrapper.{request.param}"
    monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module(name)
    monkeypatch.delitem(sys.modules, name)
