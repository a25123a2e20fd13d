"""The archive under servers that are killed: what is in it, and what was told, life after life."""

from __future__ import annotations

import os
import random
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from threading import Event, Thread

from figures import Figure
from processes import pulse_binary, pulse_wrapper, wait_until
from sizes import Sizes

#: It fails the first time for one transition of five.
COMMAND = """
echo "$PULSE_TRANSITION_ID $PULSE_TRANSITION $PULSE_ATTEMPT" >> told
case $PULSE_TRANSITION_ID in [0-2]*) [ "$(grep -c "^$PULSE_TRANSITION_ID" told)" -gt 1 ];; esac
"""


class Trainer(Thread):
    """Writes without a pause, whoever reads: now and then it fails, and goes on."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.stopping = Event()
        self.writes = 0

    def run(self) -> None:
        while not self.stopping.wait(0.003):
            self.writes += 1
            epoch = self.writes / 1024
            if self.writes % 128 == 0:
                pulse_wrapper.write_error_status(self.path, epoch, 1e6, 0.5, "failed")
                self.stopping.wait(0.02)
            else:
                pulse_wrapper.write_running_status(self.path, epoch, 1e6, 1 / epoch, "trains")


class Reader(Thread):
    """Asks for `/status` over and over, and knows since when it was told of which epoch."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port
        self.stopping = Event()
        #: When an answer came, and the epoch of a run that goes on.
        self.seen: list[tuple[float, float]] = []

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as client:
                    self.ask(client)
            except OSError:
                self.stopping.wait(0.002)

    def ask(self, client: socket.socket) -> None:
        answers = client.makefile("rb")
        while not self.stopping.is_set():
            client.sendall(b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n")
            length = 0
            while (line := answers.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            body = answers.read(length)
            if not body.endswith(b"}"):
                raise ConnectionError("the server has ended")
            if b'"running"' in body:
                epoch = float(body.split(b'"epoch": ')[1].split(b",")[0])
                self.seen.append((time.monotonic(), epoch))
            self.stopping.wait(0.005)

    def newest(self, since: int, before: float) -> float:
        """The newest epoch of the answers from one on that came before a time; 0 without any."""
        return max((epoch for moment, epoch in self.seen[since:] if moment < before), default=0.0)


class Home:
    """A folder with all that one server after the other works on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.status = folder / "status.json"
        self.archive = folder / "pulse.db"
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}

    def start(self) -> subprocess.Popen:
        command = [pulse_binary(), "serve", "--status-file", str(self.status), "--port", str(self.port)]
        command += ["--archive", str(self.archive), "--on-transition", COMMAND]
        command += ["--poll-interval", "50ms", "--stale-after", "1h"]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=self.folder, stdout=log, stderr=log, env=self.environment
            )

    def told(self) -> list[list[str]]:
        file = self.folder / "told"
        return [line.split() for line in file.read_text().splitlines()] if file.exists() else []

    def rows(self, query: str) -> list[tuple]:
        """What a copy holds: nobody but a server opens the file itself, and so repairs it."""
        if not self.archive.exists() or self.archive.stat().st_size == 0:
            return []
        copy = self.folder / "copy"
        copy.mkdir(exist_ok=True)
        for name in ("pulse.db", "pulse.db-wal"):
            (copy / name).unlink(missing_ok=True)
            if (self.folder / name).exists():
                shutil.copy(self.folder / name, copy)
        with sqlite3.connect(copy / "pulse.db") as database:
            rows = database.execute(query).fetchall()
        database.close()
        return rows


def faults(home: Home, reader: Reader, since: int, killed_at: float, sizes: Sizes) -> list[str]:
    """What is wrong with the archive after a kill, of a server that the answers `since` are of."""
    found = []
    if (check := home.rows("PRAGMA integrity_check")) not in ([], [("ok",)]):
        found.append(f"damaged: {check}")
        return found
    if not check or not home.rows("SELECT 1 FROM sqlite_master WHERE name = 'run'"):
        return found
    if len(runs := home.rows("SELECT started, ordinal FROM run")) > 1:
        found.append(f"the run became {len(runs)}: {runs}")
    ((newest,),) = home.rows("SELECT coalesce(max(epoch), 0) FROM point")
    # What was told a second before must be there; a busy machine has its own seconds.
    told = reader.newest(since, killed_at - (1 if sizes.is_timed else 10))
    if newest < told:
        found.append(f"epoch {told} was told, and the newest point is {newest}")
    return found


def untold(home: Home) -> list[str]:
    """What is wrong with what was told, when all of it is over."""
    found = []
    meanings: dict[str, tuple[str, str]] = {}
    for id, transition, attempt in home.told():
        if meanings.setdefault(id, (transition, attempt)) != (transition, attempt):
            found.append(f"{id} was told with two meanings")
    ((attempts, ending),) = home.rows("SELECT attempt, ending FROM run")
    happened = Counter(meanings.values())
    expected = {("running", str(n)): 1 for n in range(1, attempts + 1)}
    expected |= {("error", str(n)): 1 for n in range(1, attempts + (ending == "error"))}
    for what in expected.keys() | happened.keys():
        if expected.get(what, 0) != happened[what]:
            found.append(f"{what} happened {expected.get(what, 0)} times, told {happened[what]}")
    return found


def archive_kills(sizes: Sizes) -> list[Figure]:
    """a trainer writes some 200 states a second, fails now and then, and goes on. The server is killed
    (`kill -9`) at a random moment of its life, often while it starts, and started again. After each
    kill a copy of the archive must be whole (`PRAGMA integrity_check`), hold one run, and what
    `/status` had told of a second before. The command of `--on-transition` fails the first time
    for one transition of five. In the end each attempt of the run in the archive, and each error, was
    told, by one id."""
    dice = random.Random(16)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="pulse-stress-") as name:
        home = Home(Path(name))
        trainer, reader = Trainer(home.status), Reader(home.port)
        # The first server finds nothing: from here on all is news.
        first = home.start()
        wait_until(lambda: answers(home.port), "the first server answers")
        trainer.start()
        reader.start()
        begin = time.monotonic()
        served = 0
        for number in range(sizes.archive_kills + 1):
            server = first if number == 0 else home.start()
            before = len(reader.seen)
            time.sleep(dice.uniform(0, 0.3) if dice.random() < 0.8 else dice.uniform(0.3, 2))
            if number == sizes.archive_kills:
                break
            killed_at = time.monotonic()
            server.kill()
            server.wait()
            served += len(reader.seen) > before
            found = faults(home, reader, before, killed_at, sizes)
            wrong += [f"kill {number}: {fault}" for fault in found]
        seconds = time.monotonic() - begin
        trainer.stopping.set()
        reader.stopping.set()
        trainer.join()
        reader.join()
        pulse_wrapper.write_error_status(home.status, 1e5, 1e6, 0.5, "the end")
        pending = "SELECT transition, begun, due FROM transition"
        wait_until(lambda: server.poll() is None and ended(home), "the end is kept", timeout=60)
        wait_until(lambda: home.rows(pending) == [], "all is told", timeout=600)
        wrong += untold(home)
        told = home.told()
        server.terminate()
        wrong += [f"exit code {server.returncode}"] if server.wait(60) != 0 else []
        ((attempts,),) = home.rows("SELECT attempt FROM run")
        for fault in wrong[:20]:
            print(fault, flush=True)
    figure = (
        f"{sizes.archive_kills:,} kills in {seconds:.0f} s, {served:,} of them while it served; "
        f"{trainer.writes:,} states, {attempts:,} attempts; {len({id for id, *_ in told}):,} transitions, "
        f"told {len(told):,} times; {len(wrong)} things wrong"
    )
    return [Figure("servers with an archive killed at any moment", figure, not wrong)]


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False


def ended(home: Home) -> bool:
    return home.rows("SELECT 1 FROM run WHERE ending = 'error'") == [(1,)]
