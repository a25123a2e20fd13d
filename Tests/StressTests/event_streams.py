"""Event streams under stress: many, for long, killed, and ended with their server."""

from __future__ import annotations

import contextlib
import random
import socket
import time
from threading import Event, Thread

from figures import Figure
from processes import wait_until
from readers import Readers
from server import Server
from sizes import Sizes


class Asker(Thread):
    """Asks for `/status` every 20 ms on one connection, and keeps the times."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port
        self.stopping = Event()
        self.times: list[float] = []

    def run(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as client:
            while not self.stopping.wait(0.02):
                begin = time.monotonic()
                client.sendall(b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
                self.times.append(time.monotonic() - begin)

    def finish(self) -> str:
        """Its times in words."""
        self.stopping.set()
        self.join()
        ordered = sorted(self.times)
        p50, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
        return (
            f"{len(ordered):,} answers, p50 {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.0f} ms, "
            f"worst {ordered[-1] * 1e3:.0f} ms"
        )


class Storm(Thread):
    """Connects, asks for the stream, takes what comes first, and goes: without a pause."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port
        self.stopping = Event()
        self.served = 0

    def run(self) -> None:
        while not self.stopping.is_set():
            with contextlib.suppress(OSError), socket.socket() as client:
                client.settimeout(5)
                client.bind(("127.0.0.200", 0))
                client.connect(("127.0.0.1", self.port))
                client.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.served += client.recv(100).startswith(b"HTTP/1.1 200 ")


def load(sizes: Sizes) -> list[Figure]:
    """`stream_readers.c` holds the streams in one process and checks every byte: chunks, ids one by
    one, states that are whole. One state a second is written, `/status` is asked for every 20 ms
    meanwhile, and memory (VmRSS) is read every second. The times are from the moment before the
    file is written to the moment when a reader has parsed the event; the last reader's are over all
    events. At a size of seconds the next state waits until all have the last, and no time or amount
    of memory is too much: on a busy machine they tell of the machine."""
    with Server() as server:
        empty = server.memory()
        readers = Readers(server, sizes.streams)
        weight = (server.memory() - empty) / sizes.streams
        asker = Asker(server.port)
        asker.start()
        memory = []
        read = readers.read()
        begin = time.monotonic()
        spent = server.cpu_seconds()
        for number in range(1, sizes.seconds + 1):
            server.write(number)
            time.sleep(max(0, begin + number - time.monotonic()))
            if not sizes.is_timed:
                read = read.followed_by(readers.read_until(sizes.streams))
            memory.append(server.memory())
        spent = (server.cpu_seconds() - spent) / (time.monotonic() - begin)
        asked = asker.finish()
        read = read.followed_by(readers.read())
        server.end()
        readers.to_the_end()
    expected = sizes.streams * sizes.seconds
    growth = memory[-1] - memory[len(memory) // 10]
    kept_up = read.events == expected and read.gaps == read.bad == read.cut == read.complete == 0
    return [
        Figure(
            f"{sizes.streams:,} streams, one event a second for {sizes.seconds} s",
            f"{read.events:,} of {expected:,} events, {read.cut + read.complete} dropped, "
            f"{read.gaps} gaps, {read.bad} bad; {spent * 100:.0f} % of a core",
            kept_up,
        ),
        Figure(
            "from the write to the readers",
            f"p50 {read.p50_ms:.0f} ms, p99 {read.p99_ms:.0f} ms, worst {read.worst_ms:.0f} ms; "
            f"the last reader p99 {read.last_reader_p99_ms:.0f} ms",
            read.last_reader_p99_ms <= 500 or not sizes.is_timed,
        ),
        Figure("`/status` meanwhile", asked, max(asker.times) < 1 or not sizes.is_timed),
        Figure(
            "memory",
            f"{weight:.1f} KB for each stream; {max(memory) / 1024:.0f} MB at most, "
            f"{growth:+,} KB from the first tenth to the end",
            growth < max(memory) / 100 or not sizes.is_timed,
        ),
    ]


def killed_clients(sizes: Sizes) -> list[Figure]:
    """the process that holds the streams is killed (`kill -9`), each second time so that the server
    sees RST instead of FIN. The heartbeat is 1 s. Timed until the server has as many descriptors as
    before the streams: the second heartbeat must find the last of them, and takes a moment with so
    many. Memory is compared after the second and the last time."""
    heartbeat = 1.0
    with Server("--heartbeat-interval", "1s") as server:
        # Timers and the watch are opened when they are first needed.
        Readers(server, 2).kill()
        time.sleep(2.5)
        baseline = server.descriptors()
        worst, memory = 0.0, []
        for cycle in range(sizes.cycles):
            Readers(server, sizes.streams, "reset" if cycle % 2 else "fin").kill()
            begin = time.monotonic()
            wait_until(lambda: server.descriptors() <= baseline, "all descriptors are back", 30)
            worst = max(worst, time.monotonic() - begin)
            memory.append(server.memory())
        left = server.descriptors() - baseline
        code, _ = server.end()
    growth = memory[-1] - memory[min(1, len(memory) - 1)]
    return [
        Figure(
            f"{sizes.streams:,} clients killed, {sizes.cycles} times",
            f"all descriptors back after {worst:.2f} s at most (heartbeat {heartbeat:.0f} s), "
            f"{max(left, 0)} left, memory {growth:+,} KB from the second time to the last",
            (worst < 2.5 * heartbeat or not sizes.is_timed)
            and left <= 0 and growth < 1024 * sizes.cycles and code == 0,
        )
    ]


def stops(sizes: Sizes) -> list[Figure]:
    """SIGTERM within 100 ms after a new state, so that most streams have not got it yet, while two
    threads connect and ask for the stream without a pause. The readers check the final chunk of
    each stream that is open."""
    moment = random.Random(16)
    failures, complete, worst, connected = 0, 0, 0.0, 0
    for number in range(sizes.stops):
        with Server() as server:
            readers = Readers(server, sizes.streams)
            storms = [Storm(server.port) for _ in range(2)]
            for storm in storms:
                storm.start()
            wait_until(lambda: all(storm.served > 0 for storm in storms), "the storm blows")  # noqa: B023
            server.write(number + 1)
            time.sleep(moment.uniform(0, 0.1))
            code, took = server.end()
            for storm in storms:
                storm.stopping.set()
            read = readers.to_the_end()
            for storm in storms:
                storm.join()
        failures += code != 0 or read.bad > 0 or (took > 3 and sizes.is_timed)
        complete += read.complete
        connected += sum(storm.served for storm in storms)
        worst = max(worst, took)
    streams = sizes.stops * sizes.streams
    return [
        Figure(
            f"SIGTERM with {sizes.streams:,} streams, in a broadcast and a connect storm, "
            f"{sizes.stops} times",
            f"{sizes.stops - failures} times exit 0 within 3 s (worst {worst:.2f} s), final chunk "
            f"at {complete:,} of {streams:,} streams, {connected:,} more streams served meanwhile",
            failures == 0 and complete == streams,
        )
    ]


def restarts(sizes: Sizes) -> list[Figure]:
    """the server is killed (`kill -9`) with streams open, and started again on the same port;
    timed from that start to the first state over HTTP."""
    worst, wrong = 0.0, 0
    for _ in range(sizes.restarts):
        with Server() as server:
            readers = Readers(server, 20)
            server.process.kill()
            server.process.wait()
            begin = time.monotonic()
            server.start_again()
            wrong += server.get("/status").headers["pulse-source"] != "ok"
            worst = max(worst, time.monotonic() - begin)
            code, _ = server.end()
            wrong += code != 0
            readers.kill()
    return [
        Figure(
            f"{sizes.restarts} servers killed",
            f"the next one's first state after {worst * 1e3:.0f} ms at most, {wrong} wrong",
            wrong == 0 and (worst <= 1 or not sizes.is_timed),
        )
    ]
