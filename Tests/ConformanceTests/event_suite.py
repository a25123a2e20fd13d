"""`pulse watch` on event streams in every framing, and the server's own stream by the standard."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from event_streams import VECTORS, Vector
from processes import PATIENCE, StatusFile, pulse_binary
from server import serving
from stub_server import StubServer, update
from suite import Case, Suite

TYPE = b"text/event-stream"
#: Content types, and whether a client may take them for a stream (WHATWG HTML §9.2.3).
TYPES = {
    b"text/event-stream": True,
    b"text/event-stream;": True,
    b"text/event-stream;charset=utf-8": True,
    b"text/event-stream ; charset=windows-1251": True,
    b"TEXT/Event-Stream": True,
    b"text/event-stream; x=bogus": True,
    b"text/x-bogus": False,
    b"text/event-streamx": False,
    b"text/plain": False,
    b"text /event-stream": False,
}
#: What the client finds when it comes back: the run is over.
DONE = update("end", "done", 3.0)
#: The message of that state.
END = "from a stub"


def stream(content: bytes, kind: bytes = TYPE) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n" + content


def watched(*answers: bytes) -> tuple[list[dict], list[str], int]:
    """The documents that `pulse watch` prints, the heads of its requests, and its exit code."""
    with StubServer(*answers) as stub:
        run = subprocess.run(
            [pulse_binary(), "watch", "--json", "--until", "done", stub.url],
            capture_output=True,
            timeout=PATIENCE,
        )
        return [json.loads(line) for line in run.stdout.splitlines()], stub.requests, run.returncode


def client(vector: Vector) -> str | None:
    """What is wrong with how the client reads a vector."""
    documents, requests, code = watched(stream(vector.content), stream(DONE.encode()))
    messages = [one["message"] for one in documents if "message" in one]
    if code != 0 or messages != [*vector.messages, END]:
        return f"read {messages}, exit code {code}"
    named = re.search(r"\r\nLast-Event-ID: ([^\r]*)\r\n", requests[1])
    # Blanks around a field's value are none of it (RFC 9112 §5.1).
    if (named and named[1].strip()) != (vector.last_id and vector.last_id.strip()):
        return f"Last-Event-ID is {named and named[1]!r}"
    return None


def content_type(kind: bytes, is_stream: bool) -> str | None:
    _, _, code = watched(stream(DONE.encode(), kind))
    return None if (code == 0) == is_stream else f"exit code {code}"


def read(content: str) -> list[tuple[str, str, str]]:
    """The type, data and last id of each event, by the algorithm of WHATWG HTML §9.2.6."""
    events, kind, data, last = [], "", "", ""
    for line in re.split(r"\r\n|\n|\r", content.removeprefix("\ufeff"))[:-1]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                events.append((kind or "message", data.removesuffix("\n"), last))
            kind, data = "", ""
        elif name == "event":
            kind = value
        elif name == "data":
            data += value + "\n"
        elif name == "id" and "\0" not in value:
            last = value
    return events


def opened(port: int) -> str:
    """A stream as the server sends it, up to its first two events: over HTTP/1.0, without chunks."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        client.sendall(b"GET /events HTTP/1.0\r\n\r\n")
        received = b""
        while len(read(received.decode(errors="ignore").partition("\r\n\r\n")[2])) < 2:
            received += client.recv(65_536)
    return received.decode().partition("\r\n\r\n")[2]


#: Messages with all that could end a line, a field or a block.
MESSAGES = [
    "plain",
    "a\nb",
    "a\r\nb",
    "a\rb",
    "\n\n",
    "data: x\n\ndata: y",
    ":c",
    "\u2028\u2029\x85",
]
MESSAGES += ["\0\x0b\x0c", '"\\', "\ufeff", "…" * 1_000]


def framed(message: str, directory: Path) -> str | None:
    """What is wrong with how the server frames a message."""
    directory.mkdir()
    StatusFile(directory / "status.json").running(1.0, message=message)
    with serving(directory, epoch=None) as server:
        events = read(opened(server.port))
        status = server.get("/status").json()
    if [kind for kind, _, _ in events] != ["status", "progress"]:
        return f"{events}"
    if status["message"] != message or json.loads(events[0][1]) != status:
        return f"{events[0][1]} is not what /status says"
    return None if events[0][2] else "no id"


def run(directory: Path) -> Iterator[Case]:
    # Each is a client that waits before it comes back.
    with ThreadPoolExecutor(16) as pool:
        for vector, fault in zip(VECTORS, pool.map(client, VECTORS), strict=True):
            yield Case(vector.name, fault)
        faults = pool.map(content_type, TYPES.keys(), TYPES.values())
        for kind, fault in zip(TYPES, faults, strict=True):
            yield Case(f"type {kind!r}", fault)
    for number, message in enumerate(MESSAGES):
        yield Case(f"server, {message!r}", framed(message, directory / str(number)))


SUITE = Suite("event streams", "WHATWG HTML", lambda: f"{len(VECTORS)} streams", run)
