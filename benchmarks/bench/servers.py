"""The servers under test: each on a loopback port, from a configuration of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
from pathlib import Path

from .process import Process
from .tools import HERE, Tools

#: What all of them serve: the size of a usual status.
STATUS = json.dumps(
    {
        "status": "running", "epoch": 2.5, "total_epochs": 3.0, "loss": 0.4213,
        "message": "step 250 of 300", "timestamp": 1732800000,
    }
)  # fmt: skip
#: The first file that a trainer would have written.
STREAM_PATH = "/events"


class Server(Process):
    """A process that answers on `port`."""

    port = 0

    def get(self, path: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
        """Ask once; the body is read already."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def wait(self, path: str) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + 10
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                self.get(path)
                return
            if time.monotonic() > deadline or self.child.poll() is not None:
                raise RuntimeError(f"{self.child.args[0]} doesn't answer")
            time.sleep(0.02)


def pulse(tools: Tools, directory: Path) -> Server:
    """Pulse with its defaults, serving `status.json` of a directory."""
    file = directory / "status.json"
    if not file.exists():
        file.write_text(STATUS, encoding="ascii")
    port = free_port()
    server = Server(
        [tools.pulse, "serve", "--status-file", file, "--port", str(port), "--log-level", "error"]
    )
    server.port = port
    server.wait("/status")
    return server


def floor_http(tools: Tools, like: Server) -> Server:
    """Bare libmicrohttpd, with the very bytes that `like` answers with."""
    answer = like.get("/status")
    own = {"date", "content-length", "connection"}
    headers = [part for name, value in answer.getheaders() if name.lower() not in own
               for part in (name, value)]  # fmt: skip
    server = Server([tools.load / "floor_http", STATUS, *headers])
    server.port = int(server.line())
    return server


def floor_fanout(tools: Tools) -> Server:
    """The bare send loop."""
    server = Server([tools.load / "floor_fanout"])
    server.port = int(server.line())
    return server


def aiohttp(tools: Tools) -> Server:
    """A usual Python server."""
    server = Server([tools.python, HERE / "load/aiohttp_status.py", STATUS])
    server.port = int(server.line())
    return server


def nginx(tools: Tools, directory: Path, *, with_nchan: bool = False) -> Server:
    """Run nginx with one worker: `return`, a static file, and nchan's channel where asked for."""
    port = free_port()
    (directory / "static").mkdir(parents=True, exist_ok=True)
    (directory / "static/status.json").write_text(STATUS, encoding="ascii")
    template = (HERE / "load/nginx.conf").read_text(encoding="ascii")
    for name, value in {
        "MODULE": f"load_module {tools.nchan};" if with_nchan else "",
        "NCHAN": (HERE / "load/nchan.conf").read_text(encoding="ascii") if with_nchan else "",
        "DIRECTORY": str(directory),
        "PORT": str(port),
        "STATUS": STATUS,
    }.items():
        template = template.replace(f"@{name}@", value)
    configuration = directory / "nginx.conf"
    configuration.write_text(template, encoding="ascii")
    server = Server([tools.nginx, "-c", configuration, "-e", directory / "error.log"],
                    env=tools.environment)  # fmt: skip
    server.port = port
    server.wait("/status")
    # The worker does the work; the process that was started only watches it.
    children = Path(f"/proc/{server.child.pid}/task/{server.child.pid}/children")
    server.pid = int(children.read_text(encoding="ascii").split()[0])
    return server


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
