"""The status file under stress: replaced, torn, and left behind by writers that were killed."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import socket
import subprocess
from pathlib import Path
from threading import Event, Thread

from figures import Figure
from processes import pulse_binary, pulse_wrapper, wait_until
from readers import Readers
from server import Server, is_whole, write_state
from sizes import Sizes


class StatusReader(Thread):
    """Asks for `/status` over and over on one connection, and checks what comes."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port
        self.stopping = Event()
        self.reads = 0
        self.bad: list[bytes] = []

    def run(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as client:
            answers = client.makefile("rb")
            while not self.stopping.is_set():
                client.sendall(b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n")
                length = 0
                while (line := answers.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                body = answers.read(length)
                self.reads += 1
                if not is_whole(json.loads(body)):
                    self.bad.append(body)


def write_in_place(path: Path, number: int, kept: float) -> None:
    """What no writer should do: empty the file, write a part, and perhaps the rest."""
    write_state(path, number)
    document = path.read_bytes()
    cut = int(len(document) * kept)
    with path.open("wb", buffering=0) as file:
        file.write(document[:cut])
        if number % 2:
            file.write(document[cut:])


def replace_often(path: Path, replaces: int, torn: int) -> None:
    """In a process of its own, so that it doesn't wait for the readers."""
    chance = random.Random(16)
    for number in range(1, replaces + 1):
        write_state(path, number)
        if number % (replaces // torn) == 0:
            write_in_place(path, number, kept=chance.random())


def replaces(sizes: Sizes) -> list[Figure]:
    """a process replaces the file with `pulse_wrapper` as fast as it can, and after each tenth time
    tears it: empties it and writes a part in place, half of the times also the rest. Readers ask
    for `/status` without a pause and hold 50 event streams. A document is bad when it is no PULSE
    v1 or when its fields don't tell the same number."""
    with Server("--poll-interval", "50ms") as server:
        readers = Readers(server, 50)
        reader = StatusReader(server.port)
        reader.start()
        arguments = (server.status_file, sizes.replaces, sizes.torn)
        writer = multiprocessing.get_context("fork").Process(target=replace_often, args=arguments)
        writer.start()
        writer.join()
        server.write(sizes.replaces + 1)
        newest = f'"epoch": {sizes.replaces + 1}.0'.encode()
        wait_until(lambda: newest in server.get("/status").body, "the last state is served")
        reader.stopping.set()
        reader.join()
        code, _ = server.end()
        events = readers.to_the_end()
    bad = len(reader.bad) + events.bad
    figure = (
        f"{sizes.replaces:,} replaces, {sizes.torn:,} torn: {reader.reads:,} answers and "
        f"{events.events:,} events read, {bad} bad"
    )
    return [
        Figure("replaced and torn under readers", figure, bad == 0 and code == writer.exitcode == 0)
    ]


def kill_python_writer(path: Path, number: int) -> int:
    """A process that is killed where it would rename its temporary file; its wait status."""
    child = os.fork()
    if child == 0:
        os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
        pulse_wrapper.write_running_status(path, float(number), 1e9, 0.0, "lost")
        os._exit(0)
    return os.waitpid(child, 0)[1]


def kill_native_writer(path: Path, number: int) -> int:
    """The same with `pulse write`."""
    write = [pulse_binary(), "write", "running", "--status-file", str(path), "--total-epochs", "9"]
    state = ["--epoch", str(number), "--loss", "0", "--message", "lost"]
    kill = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null"]
    kill += ["-e", "inject=rename,renameat,renameat2:signal=KILL"]
    killed = subprocess.run([*kill, *write, *state], capture_output=True)
    return -killed.returncode


def killed_writers(sizes: Sizes) -> list[Figure]:
    """a writer is killed (`kill -9`) when its temporary file is complete and not yet renamed: the
    Python one at the call, `pulse write` by `strace` as it enters the system call. The file and
    `/status` must have the old state, and each tenth time another writer its way."""
    rows = []
    for name, kill in [("pulse_wrapper", kill_python_writer), ("pulse write", kill_native_writer)]:
        with Server("--poll-interval", "50ms") as server:
            wrong = killed = 0
            for number in range(sizes.kills):
                before = server.status_file.read_bytes()
                killed += kill(server.status_file, number) == signal.SIGKILL
                served = server.get("/status")
                wrong += server.status_file.read_bytes() != before
                wrong += served.headers["pulse-source"] != "ok"
                wrong += json.loads(served.body) != json.loads(before)
                if number % 10 == 9:
                    server.write(number)
                    news = f'"epoch": {float(number)}'.encode()
                    wait_until(lambda: news in server.get("/status").body, "the news is served")  # noqa: B023
            litter = len(list(server.directory.glob(".pulse-*.tmp")))
            code, _ = server.end()
        figure = f"{killed:,} killed, {litter:,} temporary files left, {wrong} wrong states"
        held = wrong == 0 and killed == litter == sizes.kills and code == 0
        rows.append(Figure(f"{name} killed before its rename", figure, held))
    return rows
