"""`GET /status`, whole and as 304: what one request costs the server."""

from __future__ import annotations

import contextlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import servers
from .samples import Samples
from .servers import Server
from .tools import HERE, Tools

#: Connections that are kept alive and always busy.
CONNECTIONS = 64


def measure(tools: Tools, directory: Path, samples: Samples, rounds: int, seconds: int) -> None:
    """Take turns: each server is loaded alone, and all of them in every round."""
    with contextlib.ExitStack() as stack:
        pulse = stack.enter_context(servers.pulse(tools, directory))
        floor = stack.enter_context(servers.floor_http(tools, like=pulse))
        tag = pulse.get("/status").getheader("ETag")
        cases: list[tuple[str, Server, str, str | None]] = [
            ("get.pulse", pulse, "/status", None),
            ("get.libmicrohttpd", floor, "/status", None),
            ("get304.pulse", pulse, "/status", tag),
            ("get304.libmicrohttpd", floor, "/status", tag),
        ]
        if tools.nginx:
            nginx = stack.enter_context(servers.nginx(tools, directory))
            file_tag = nginx.get("/status.json").getheader("ETag")
            cases += [
                ("get.nginx", nginx, "/status", None),
                ("get.nginx_file", nginx, "/status.json", None),
                ("get304.nginx", nginx, "/unchanged", tag),
                ("get304.nginx_file", nginx, "/status.json", file_tag),
            ]
        if tools.python:
            python = stack.enter_context(servers.aiohttp(tools))
            cases.append(("get.aiohttp", python, "/status", None))
        for name, server, path, known in cases:
            check(name, server, path, known)
        for _ in range(rounds):
            for name, server, path, known in cases:
                load(tools, samples, name, server, path, known, seconds)


def check(name: str, server: Server, path: str, known: str | None) -> None:
    """Make sure that the right answer is measured."""
    answer = server.get(path, {"If-None-Match": known} if known else {})
    expected = 304 if name.startswith("get304") else 200
    if answer.status != expected:
        raise RuntimeError(f"{name}: {answer.status} instead of {expected}")


def load(
    tools: Tools, samples: Samples, name: str, server: Server, path: str, known: str | None,
    seconds: int,
) -> None:  # fmt: skip
    """Load one server, and note the CPU time of one request and the time of an answer."""
    answers = keep_busy(tools, server, path, known, seconds)
    samples.add(f"{name}.cpu_us", answers.cpu_us)
    samples.add(f"{name}.per_second", answers.per_second)
    samples.add(f"{name}.p99_ms", answers.p99_ms)


@dataclass(frozen=True)
class Answers:
    """What a server's CPU did for one, how many there were, and how long they took."""

    cpu_us: float
    per_second: float
    p99_ms: float


def keep_busy(tools: Tools, server: Server, path: str, known: str | None, seconds: int) -> Answers:
    """Ask for one thing on many connections at a time: with a tag that is known, for a 304."""
    if known:
        command = [
            tools.load / "get_unchanged", server.port, path, known, CONNECTIONS, seconds,
        ]  # fmt: skip
    else:
        command = [
            tools.wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s",
            "-s", HERE / "load/report.lua", f"http://127.0.0.1:{server.port}{path}",
        ]  # fmt: skip
    before = server.cpu_ns()
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True, text=True, check=True, env=tools.environment,
    )  # fmt: skip
    spent = server.cpu_ns() - before
    report = json.loads(done.stdout.splitlines()[-1])
    if report["errors"] or not report["requests"]:
        raise RuntimeError(f"{path}: {report}")
    count = report["requests"]
    return Answers(spent / count / 1000, count / report["seconds"], report["p99_ms"])
