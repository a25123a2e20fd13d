"""The package as a whole: its examples in the documentation, its own tests, its imports."""

from __future__ import annotations

import ast
import doctest
import importlib
import os
import pathlib
import pkgutil
import subprocess
import sys

import pytest

import pulse_wrapper
from pulse_wrapper import __main__ as self_test

_SOURCE = pathlib.Path(pulse_wrapper.__file__).parent

#: Modules that need their framework; the integration tests are theirs.
_FRAMEWORKS = {"keras", "lightning", "transformers"}

_MODULES = sorted(module.name for module in pkgutil.iter_modules([str(_SOURCE)]))


def test_the_frameworks_are_modules_of_the_package() -> None:
    assert set(_MODULES) > _FRAMEWORKS


@pytest.mark.parametrize("name", ["", *(set(_MODULES) - _FRAMEWORKS)])
def test_the_examples_in_the_documentation_are_true(name: str, tmp_path: pathlib.Path) -> None:
    module = importlib.import_module(f"pulse_wrapper.{name}".rstrip("."))
    before = pathlib.Path.cwd()
    os.chdir(tmp_path)
    try:
        assert doctest.testmod(module).failed == 0
    finally:
        os.chdir(before)


def test_the_self_test_ends_with_its_line() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pulse_wrapper"],
        env={**os.environ, "PYTHONPATH": str(_SOURCE.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    lines = run.stdout.splitlines()
    assert lines[-1] == "=== ALL TESTS PASSED (PULSE v1 COMPLIANT) ==="
    assert lines[:-1] == [
        f"passed: {name}"
        for name in (
            "idle",
            "running",
            "done",
            "error",
            "types",
            "no extra keys",
            "safe read",
            "version 2",
            "version 2 rules",
        )
    ]


def test_the_self_test_names_what_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pulse_wrapper, "calculate_progress", lambda *_: 83.0)
    assert self_test.main() == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("FAILED: running: 2.5 of 3.0 is ")


@pytest.mark.skipif(sys.version_info < (3, 10), reason="Python 3.9 can't list its modules")
@pytest.mark.parametrize("name", sorted(set(_MODULES) - _FRAMEWORKS))
def test_the_core_needs_the_standard_library_only(name: str) -> None:
    imported = set()
    for node in ast.walk(ast.parse((_SOURCE / f"{name}.py").read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported.add(str(node.module))
    roots = {module.partition(".")[0] for module in imported}
    assert roots <= {*sys.stdlib_module_names, "pulse_wrapper"}


@pytest.mark.parametrize("name", _MODULES)
def test_every_module_is_written_in_the_syntax_of_python_3_9(name: str) -> None:
    ast.parse((_SOURCE / f"{name}.py").read_text(), feature_version=(3, 9))
