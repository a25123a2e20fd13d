"""Clients that take all there is: descriptors, and time."""

from __future__ import annotations

import csv
import shutil
import socket
import subprocess
import time
from pathlib import Path
from threading import Thread

from event_streams import Asker
from figures import Figure
from readers import Readers
from server import Server
from sizes import Sizes

#: The attacks of slowhttptest.
ATTACKS = {"-H": "slow headers", "-B": "slow body", "-R": "ranges", "-X": "slow read"}


def descriptors(sizes: Sizes) -> list[Figure]:
    """the server has 256 descriptors (`prlimit`), and 1,000 clients connect and say nothing for
    5 s. CPU time is the process's own clock, log lines are counted from its start to its end, and
    `/status` is asked for as soon as the clients are gone."""
    clients = []
    with Server(wrapper=["prlimit", "--nofile=256:256"]) as server:
        for _ in range(sizes.connects):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", server.port))
            clients.append(client)
        time.sleep(0.5)
        begin, spent = time.monotonic(), server.cpu_seconds()
        time.sleep(sizes.slow_seconds / 2)
        share = (server.cpu_seconds() - spent) / (time.monotonic() - begin)
        for client in clients:
            client.close()
        begin = time.monotonic()
        answer = server.get("/status").status
        back = time.monotonic() - begin
        code, _ = server.end()
        lines = len(server.log.read_text().splitlines())
    return [
        Figure(
            f"256 descriptors, {len(clients):,} connects",
            f"{share * 100:.1f} % of a core, {lines} log lines, `/status` back after {back:.2f} s",
            share < 0.1 and lines < 10 and answer == 200 and code == 0
            and (back < 5 or not sizes.is_timed),
        )
    ]


def attack(port: int, kind: str, sizes: Sizes, results: Path) -> bool:
    """Run slowhttptest; whether its own probe was served all the time."""
    command = ["slowhttptest", kind, "-c", str(sizes.slow), "-r", str(sizes.slow), "-p", "3"]
    command += ["-i", "1", "-l", str(sizes.slow_seconds), "-v", "0", "-u", f"http://127.0.0.1:{port}/"]
    command += ["-g", "-o", str(results)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=120)
    with results.with_suffix(".csv").open() as lines:
        rows = list(csv.DictReader(lines))
    return bool(rows) and all(int(row["Service Available"]) for row in rows)


def slow_clients(sizes: Sizes) -> list[Figure]:
    """`slowhttptest` attacks with all four of its methods at once, from as many connections each,
    while 100 readers get a state each second and one asks for `/status` every 20 ms."""
    if shutil.which("slowhttptest") is None:
        return [Figure("slow clients", "slowhttptest is not installed", False)]
    with Server() as server:
        readers = Readers(server, 100)
        asker = Asker(server.port)
        asker.start()
        served: dict[str, bool] = {}

        def run(kind: str) -> None:
            served[kind] = attack(server.port, kind, sizes, server.directory / kind)

        attacks = [Thread(target=run, args=(kind,)) for kind in ATTACKS]
        for thread in attacks:
            thread.start()
        number = 0
        while any(thread.is_alive() for thread in attacks):
            number += 1
            server.write(number)
            time.sleep(1)
        for thread in attacks:
            thread.join()
        asked = asker.finish()
        time.sleep(0.5)
        read = readers.read()
        code, _ = server.end()
        readers.to_the_end()
    sound = read.events == 100 * number and read.gaps == read.bad == read.cut == read.complete == 0
    return [
        Figure(
            f"{', '.join(ATTACKS.values())}: {sizes.slow:,} clients each, {sizes.slow_seconds} s",
            f"served meanwhile: {asked}; {read.events:,} of {100 * number:,} events, {read.gaps} "
            f"gaps; slowhttptest's own probes served: {sum(served.values())} of {len(ATTACKS)}",
            sound and all(served.values()) and code == 0
            and (max(asker.times) < 1 or not sizes.is_timed),
        )
    ]
