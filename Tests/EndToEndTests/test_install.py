"""`make install` and `make uninstall`, below a directory that stands for the whole system."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from processes import PATIENCE, ROOT, pulse_binary


def run_make(
    target: str, root: Path | str, prefix: str = "/usr/local"
) -> subprocess.CompletedProcess[str]:
    command = ["make", "--silent", target, f"DESTDIR={root}", f"PREFIX={prefix}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def make(target: str, root: Path | str, prefix: str = "/usr/local") -> None:
    result = run_make(target, root, prefix)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("system")
    make("install", root)
    return root


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_everything_is_where_systems_look_for_it(system: Path) -> None:
    installed = files(system)
    for path in [
        "bin/pulse",
        "share/pulse/public/index.html",
        "share/pulse/public/training-panel.js",
        "share/man/man1/pulse.1",
        "share/man/man1/pulse.serve.1",
        "share/bash-completion/completions/pulse",
        "share/zsh/site-functions/_pulse",
        "share/fish/vendor_completions.d/pulse.fish",
        "lib/systemd/system/pulse.service",
    ]:
        assert f"usr/local/{path}" in installed


def test_the_installed_binary_finds_its_panel_and_needs_no_toolchain(
    system: Path, tmp_path: Path
) -> None:
    binary = system / "usr/local/bin/pulse"
    libraries = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout
    assert "libswift" not in libraries
    segments = ["readelf", "--wide", "--segments", binary]
    assert "GNU_RELRO" in subprocess.run(segments, capture_output=True, text=True, check=True).stdout
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
    process = subprocess.Popen(
        [binary, "serve", "--port", "0"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().split()[-1]
        page = subprocess.run(["curl", "--silent", "--fail", url], capture_output=True, check=True)
        assert page.stdout == (ROOT / "public" / "index.html").read_bytes()
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
        process.stdout.close()


def commands(command: dict) -> list[dict]:
    """A command and all below it, as the binary describes itself."""
    return [command] + [below for sub in command.get("subcommands", []) for below in commands(sub)]


def words(text: str) -> str:
    """The text without what pages set in their own way: line ends, quotes, dashes."""
    return " ".join(re.findall(r"\w+", text))


def test_the_man_pages_say_what_the_commands_say(system: Path) -> None:
    dump = subprocess.run(
        [pulse_binary(), "--experimental-dump-help"], capture_output=True, check=True
    ).stdout
    for command in commands(json.loads(dump)["command"]):
        if not command.get("shouldDisplay", True):
            continue
        name = ".".join([*command.get("superCommands", []), command["commandName"]])
        page = system / f"usr/local/share/man/man1/{name}.1"
        read = ["man", "--local-file", page]
        shown = subprocess.run(read, capture_output=True, text=True, env=os.environ | {"MANWIDTH": "1000"})
        assert shown.returncode == 0, f"`make man` is due: {name}"
        told = [command.get("abstract", ""), *command.get("discussion", "").split("\n\n")]
        for argument in command.get("arguments", []):
            if not argument.get("shouldDisplay", True):
                continue
            told.append(argument.get("abstract", ""))
            for option in argument.get("names", []):
                dashes = "--" if option["kind"] == "long" else "-"
                assert f"{dashes}{option['name']}" in shown.stdout, f"`make man` is due: {name}"
        for text in told:
            assert words(text) in words(shown.stdout), f"`make man` is due: {name}"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this system has no systemd")
def test_the_unit_is_hardened(system: Path, tmp_path: Path) -> None:
    unit = system / "usr/local/lib/systemd/system/pulse.service"
    assert "@PREFIX@" not in unit.read_text()
    assert "ExecStart=/usr/local/bin/pulse serve" in unit.read_text()
    assert "ExecReload=/bin/sh -c 'kill -HUP $MAINPID'" in unit.read_text()
    # The threshold is in tenths: 1.5 of 10, where 10 is a service without any protection.
    result = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", unit],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-400:]


def test_uninstall_removes_just_what_was_installed(system: Path) -> None:
    others = {
        "usr/local/share/man/man1/other.1",
        "usr/local/share/man/man1/pulse.other.1",
        "usr/local/share/pulse/public/own.html",
    }
    for name in others:
        (system / name).write_text("")
    make("uninstall", system)
    assert files(system) == others
    (system / "usr/local/share/pulse/public/own.html").unlink()
    make("uninstall", system)
    assert not (system / "usr/local/share/pulse").exists(), "no empty folder stays"


def test_the_folder_for_a_package_may_be_relative_and_have_spaces(tmp_path: Path) -> None:
    before = files(ROOT / "public")
    root = tmp_path / "my package"
    make("install", os.path.relpath(root, ROOT), "/opt/pulse-1.0+x~y")
    assert files(ROOT / "public") == before
    assert "opt/pulse-1.0+x~y/share/pulse/public/index.html" in files(root)
    unit = (root / "opt/pulse-1.0+x~y/lib/systemd/system/pulse.service").read_text()
    assert "ExecStart=/opt/pulse-1.0+x~y/bin/pulse serve" in unit
    make("uninstall", os.path.relpath(root, ROOT), "/opt/pulse-1.0+x~y")
    assert files(root) == set()


@pytest.mark.parametrize("target", ["install", "uninstall"])
@pytest.mark.parametrize("prefix", ["opt", "/opt/my apps", "/opt/a&b", "/opt/%h"])
def test_a_prefix_that_no_unit_can_name_is_refused(
    tmp_path: Path, target: str, prefix: str
) -> None:
    innocent = tmp_path / "opt/my/file"
    innocent.parent.mkdir(parents=True)
    innocent.write_text("")
    result = run_make(target, tmp_path, prefix)
    assert result.returncode != 0
    assert "PREFIX is an absolute path without spaces" in result.stderr
    assert files(tmp_path) == {"opt/my/file"}
