"""schemathesis on the published contract: every operation but the streams, which have no end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from processes import ROOT, PulseServer
from server import TOKEN, serving, token_flags
from suite import Case, Suite

CONTRACT = ROOT / "public" / "openapi.json"


def streams() -> list[str]:
    """The operations that answer with an event stream, by id."""
    contract = json.loads(CONTRACT.read_bytes())
    found = []
    for path in contract["paths"].values():
        for method, operation in path.items():
            if method == "get" and "text/event-stream" in answer(contract, operation):
                found.append(operation["operationId"])
    return found


def answer(contract: dict, operation: dict) -> dict:
    """The content of an operation's 200, wherever it is described."""
    response = operation["responses"]["200"]
    for key in response.get("$ref", "#").split("/")[1:]:
        contract = contract[key]
    return (contract if "$ref" in response else response).get("content", {})


def tried(server: PulseServer, directory: Path, *flags: str) -> Iterator[Case]:
    """Run schemathesis against a server; it counts its cases, and tells what failed in its own words."""
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", str(CONTRACT)]
    command += ["--url", server.url, "--checks", "all", "--max-redirects", "0"]
    command += ["--request-timeout", "20", "--max-examples", "60", "--seed", "16"]
    command += ["--continue-on-failure", "--no-color", *flags]
    for name in streams():
        command += ["--exclude-operation-id", name]
    # It leaves its memory of examples in the directory that it runs in.
    run = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=540)
    counts = re.search(r"(\d+) generated, (\d+) passed", run.stdout)
    if counts is None or run.returncode != 0:
        yield Case("schemathesis", (run.stdout + run.stderr)[-4_000:])
        return
    for number in range(int(counts[1])):
        yield Case(str(number), None if number < int(counts[2]) else run.stdout[-4_000:])


def run(directory: Path) -> Iterator[Case]:
    with serving(directory / "open") as server:
        yield from tried(server, directory)
    with serving(directory / "guarded", *token_flags(directory)) as server:
        yield from tried(server, directory)
        yield from tried(server, directory, "--header", f"Authorization: Bearer {TOKEN}")


SUITE = Suite("schemathesis", "schemathesis", lambda: version("schemathesis"), run, is_slow=True)
