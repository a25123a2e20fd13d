"""The Swift on the landing pages of the libraries, compiled and run."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from documents import Block, take
from processes import PATIENCE, StatusFile
from swift_snippets import DEBUG, Snippets

pytestmark = pytest.mark.skipif(not DEBUG.exists(), reason="this tree was not built")


def page(module: str) -> Block:
    [block] = take(f"Sources/{module}/{module}.docc/{module}.md", "swift")
    return block


PULSE, MICRO_HTTPD, PULSE_SERVER = map(page, ("Pulse", "MicroHTTPD", "PulseServer"))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Block], Path]:
    snippets = Snippets(tmp_path_factory.mktemp("snippets"))
    return lambda name, block: snippets.program(name, block.text)


def test_pulse_writes_and_reads(program: Callable[[str, Block], Path], tmp_path: Path) -> None:
    [said] = re.findall(r"// ([\d.]+)$", PULSE.text, re.MULTILINE)
    run = subprocess.run(
        [program("Reading", PULSE)], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE
    )
    assert (run.returncode, run.stdout) == (0, said + "\n"), run.stderr
    assert '"step 250"' in (tmp_path / "status.json").read_text()


def test_micro_httpd_says_hello(program: Callable[[str, Block], Path]) -> None:
    """It stops at once, so it is asked in between: where it would print its port."""
    asked = '_ = system("curl --silent --fail http://127.0.0.1:\\(daemon.port)/")\n'
    [line] = re.findall(r"^print\(daemon.port\)\n", MICRO_HTTPD.text, re.MULTILINE)
    text = "import Glibc\n" + MICRO_HTTPD.text.replace(line, line + "fflush(nil)\n" + asked)
    block = Block(MICRO_HTTPD.page, MICRO_HTTPD.line, "swift", text)
    run = subprocess.run(
        [program("Hello", block)], capture_output=True, text=True, timeout=PATIENCE
    )
    assert run.returncode == 0, run.stderr
    assert re.fullmatch(r"\d+\nhello\n", run.stdout)


def test_pulse_server_serves(
    program: Callable[[str, Block], Path], status_file: StatusFile
) -> None:
    status_file.running(1.5)
    process = subprocess.Popen(
        ["stdbuf", "-oL", program("Serving", PULSE_SERVER)],
        cwd=status_file.path.parent,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        answer = subprocess.run(["curl", "--silent", "--fail", url], capture_output=True, text=True)
        assert '"epoch": 1.5' in answer.stdout
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
        process.stdout.close()
