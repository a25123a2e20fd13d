"""Loads a real `pulse serve` until it should give in, and writes the figures to docs/RELIABILITY.md.

Run by `make test-stress`. All traffic goes to loopback and is bounded in count and time. The numbers of
streams, replaces and stops can be set: `stress.py --streams 10000 --seconds 600 --replaces 100000`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python" / "src"))

import pulse_wrapper  # noqa: E402  (found through the line above)

REPORT = ROOT / "docs" / "RELIABILITY.md"
REQUEST = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"
FINAL_CHUNK = b"0\r\n\r\n"

rows: list[tuple[str, str, str]] = []


def record(goal: str, figure: str, verdict: bool) -> None:
    """One row of the table."""
    rows.append((goal, figure, "held" if verdict else "**not held**"))
    print(f"{'ok  ' if verdict else 'FAIL'} {goal}: {figure}", flush=True)


class Server:
    """A server process with a status file of its own."""

    def __init__(self, *flags: str) -> None:
        self.directory = tempfile.TemporaryDirectory(prefix="pulse-stress-")
        self.status = str(Path(self.directory.name) / "status.json")
        self.write(0)
        binary = os.environ.get("PULSE_BINARY") or str(ROOT / ".build" / "release" / "pulse")
        self.process = subprocess.Popen(
            [binary, "serve", "--port", "0", "--status-file", self.status, "--log-level", "error", *flags],
            stdout=subprocess.PIPE,
            text=True,
            cwd=self.directory.name,
        )
        assert self.process.stdout is not None
        match = re.search(r":(\d+)/$", self.process.stdout.readline().rstrip())
        assert match, "no URL"
        self.port = int(match[1])

    def write(self, number: int) -> None:
        """A state all of whose fields tell its number, and when it was written."""
        message = f"{number} {time.monotonic()}"
        pulse_wrapper.write_running_status(self.status, float(number), 1e9, number / 2, message)

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return answer.read()

    def memory(self) -> int:
        """Resident kilobytes."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1])  # type: ignore[index]

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self) -> tuple[int, float]:
        """Exit code, and seconds from the signal to the end."""
        begin = time.monotonic()
        self.process.terminate()
        code = self.process.wait(timeout=60)
        return code, time.monotonic() - begin


class Streams:
    """Many event streams read by one thread."""

    def __init__(self, server: Server, count: int) -> None:
        self.selector = selectors.DefaultSelector()
        self.tails: dict[socket.socket, bytes] = {}
        self.seen: dict[socket.socket, list[int]] = {}
        self.latencies: list[float] = []
        self.ended: set[socket.socket] = set()
        for number in range(count):
            client = socket.socket()
            # The system has some 28,000 ports for each address.
            client.bind((f"127.0.0.{2 + number // 20_000}", 0))
            client.connect(("127.0.0.1", server.port))
            client.sendall(REQUEST % b"/events")
            client.setblocking(False)
            self.tails[client], self.seen[client] = b"", []
            self.selector.register(client, selectors.EVENT_READ)
            if number % 200 == 0:
                self.read(0)
        self.read(1)

    def read(self, seconds: float) -> None:
        """Read what comes for that long."""
        deadline = time.monotonic() + seconds
        while True:
            for key, _ in self.selector.select(max(0, min(0.2, deadline - time.monotonic()))):
                self.receive(key.fileobj)  # type: ignore[arg-type]
            if time.monotonic() >= deadline:
                return

    def receive(self, client: socket.socket) -> None:
        try:
            part = client.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        if not part:
            self.ended.add(client)
            self.selector.unregister(client)
            return
        data = self.tails[client] + part
        now = time.monotonic()
        end = 0
        for match in re.finditer(rb'event: status\ndata: (\{[^\n]*\})\n\n', data):
            number, written = json.loads(match[1])["message"].split()
            self.seen[client].append(int(number))
            self.latencies.append(now - float(written))
            end = match.end()
        self.tails[client] = data[max(end, len(data) - 4096) :] if end == 0 else data[end:]

    def close(self) -> None:
        for client in self.tails:
            client.close()


def replaces(count: int) -> None:
    """Replaced, and torn in place, under readers: never an invalid or mixed document."""
    server = Server("--poll-interval", "50ms")
    done = threading.Event()
    bad: list[bytes] = []
    reads = [0]

    def reader() -> None:
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
            file = client.makefile("rb")
            while not done.is_set():
                client.sendall(REQUEST % b"/status")
                length = 0
                while (line := file.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                body = file.read(length)
                reads[0] += 1
                state = json.loads(body)
                if not state["message"].split()[0] == str(int(state["epoch"])) or (
                    state["loss"] != state["epoch"] / 2
                ):
                    bad.append(body)

    threads = [threading.Thread(target=reader) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(count):
        server.write(number)
        if number % 10 == 0:
            whole = Path(server.status).read_bytes()
            Path(server.status).write_bytes(whole[: number % len(whole)])
    done.set()
    for thread in threads:
        thread.join()
    code, _ = server.stop()
    record(
        "atomic replaces, each tenth followed by a torn write in place, under readers",
        f"{count:,} replaces, {count // 10:,} torn, {reads[0]:,} reads, {len(bad)} bad documents",
        not bad and code == 0,
    )


def load(count: int, seconds: int) -> None:
    """Many streams at one event a second, and short requests between them; then SIGTERM."""
    server = Server()
    before = server.memory()
    streams = Streams(server, count)
    per_stream = (server.memory() - before) / count
    streams.latencies.clear()
    worst_request = 0.0
    stopping = threading.Event()

    def requests() -> None:
        nonlocal worst_request
        while not stopping.is_set():
            begin = time.monotonic()
            server.get("/status")
            worst_request = max(worst_request, time.monotonic() - begin)
            time.sleep(0.05)

    thread = threading.Thread(target=requests)
    thread.start()
    early = server.memory()
    for number in range(1, seconds + 1):
        server.write(number)
        streams.read(1)
    stopping.set()
    thread.join()
    growth = server.memory() - early
    gaps = sum(seen[-seconds:] != list(range(1, seconds + 1)) for seen in streams.seen.values())
    ordered = sorted(streams.latencies) or [0.0]
    p50, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
    record(
        f"{count:,} streams, one event a second for {seconds} s",
        f"{len(streams.ended)} dropped, {gaps} with a gap; from write to client p50 {p50 * 1e3:.0f} ms, "
        f"p99 {p99 * 1e3:.0f} ms, worst {ordered[-1] * 1e3:.0f} ms (reading in Python on the same cores)",
        not streams.ended and gaps == 0,
    )
    record("memory of a stream", f"{per_stream:.1f} KB, growth under load {growth} KB", growth < 20_000)
    record("/status meanwhile", f"worst {worst_request * 1e3:.0f} ms", worst_request < 2)
    server.write(seconds + 1)
    begin = time.monotonic()
    server.process.terminate()
    while len(streams.ended) < count and time.monotonic() - begin < 10:
        streams.read(0.1)
    code = server.process.wait(timeout=30)
    took = time.monotonic() - begin
    whole = sum(tail.endswith(FINAL_CHUNK) for tail in streams.tails.values())
    streams.close()
    record(
        f"SIGTERM with {count:,} streams in the middle of a broadcast",
        f"exit {code} after {took:.2f} s, final chunk at {whole:,} of {count:,}",
        code == 0 and whole == count and took < 3,
    )


def killed_clients(count: int, cycles: int) -> None:
    """Clients that are killed leave nothing behind."""
    server = Server("--heartbeat-interval", "200ms")
    # Timers and the watch are opened when they are first needed.
    Streams(server, 2).close()
    time.sleep(1)
    baseline, memory, worst = server.descriptors(), 0, 0.0
    for cycle in range(cycles):
        streams = Streams(server, count)
        for client in streams.tails:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        streams.close()
        begin = time.monotonic()
        while server.descriptors() > baseline and time.monotonic() - begin < 30:
            time.sleep(0.02)
        worst = max(worst, time.monotonic() - begin)
        if cycle == 1:
            memory = server.memory()
    left, growth = server.descriptors() - baseline, server.memory() - memory
    code, _ = server.stop()
    record(
        f"{count:,} clients killed, {cycles} times, heartbeat 200 ms",
        f"all descriptors back after {worst:.2f} s at most, {max(left, 0)} left, memory {growth:+} KB",
        left <= 0 and code == 0,
    )


def stops(count: int) -> None:
    """SIGTERM in the middle of a broadcast and of a connect storm."""
    failures, worst, chunks = 0, 0.0, 0
    for _ in range(count):
        server = Server()
        streams = Streams(server, 20)
        calm = threading.Event()

        def storm(port: int = server.port, calm: threading.Event = calm) -> None:
            while not calm.is_set():
                try:
                    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                        client.sendall(REQUEST % b"/events")
                        client.recv(100)
                except OSError:
                    pass

        threads = [threading.Thread(target=storm) for _ in range(2)]
        for thread in threads:
            thread.start()
        server.write(1)
        code, took = server.stop()
        calm.set()
        streams.read(0.05)
        failures += code != 0
        worst = max(worst, took)
        chunks += sum(tail.endswith(FINAL_CHUNK) for tail in streams.tails.values())
        streams.close()
        for thread in threads:
            thread.join()
    record(
        f"{count} stops in a row, in a broadcast and a connect storm",
        f"{failures} not 0, worst {worst:.2f} s, {chunks:,} of {count * 20:,} final chunks",
        failures == 0 and chunks == count * 20,
    )


def killed_servers(count: int) -> None:
    """kill -9 of the server: the next one binds and serves at once."""
    worst = 0.0
    for _ in range(count):
        server = Server()
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        begin = time.monotonic()
        again = Server()
        again.get("/status")
        worst = max(worst, time.monotonic() - begin)
        again.stop()
    record(f"{count} servers killed", f"the next one's first state after {worst:.2f} s at most", worst < 5)


def report() -> None:
    """Put the table between the markers of the report."""
    cores = os.cpu_count()
    lines = [f"Measured on {cores} cores, loopback, clients on the same cores.", ""]
    lines += ["| what | figures | |", "|---|---|---|"]
    lines += [f"| {goal} | {figure} | {verdict} |" for goal, figure, verdict in rows]
    table = "\n".join(lines)
    text = REPORT.read_text()
    begin, end = "<!-- figures: begin -->", "<!-- figures: end -->"
    head, rest = text.split(begin)
    REPORT.write_text(f"{head}{begin}\n{table}\n{end}{rest.split(end)[1]}")


def main() -> int:
    """Run everything; 0 when all of it held."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in [
        ("streams", 10_000), ("seconds", 60), ("replaces", 20_000), ("cycles", 10), ("stops", 200),
    ]:
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    replaces(options.replaces)
    load(options.streams, options.seconds)
    killed_clients(options.streams // 4, options.cycles)
    stops(options.stops)
    killed_servers(20)
    report()
    return any(row[2] != "held" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
