"""A run on a NATS cluster of three nodes: two servers that show the same, and nodes that die."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from event_stream import EventStream
from nats_cluster import Cluster
from nats_processes import Stage, wait_for_all
from nats_relay import ENVIRONMENT
from nats_server import nats_binary
from processes import PATIENCE, ROOT, StatusFile, wait_until


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def stage(cluster: Cluster, tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path, cluster.url()) as stage:
        yield stage


def test_two_servers_show_the_same(stage: Stage, status_file: StatusFile) -> None:
    stage.relay(status_file.path)
    servers = [stage.serve(), stage.serve()]
    status_file.running(1.5, message="half way")
    wait_for_all(servers, "half way")
    for path in ["/status", "/progress"]:
        first, second = (server.get(path) for server in servers)
        assert first.body == second.body
        assert first.headers["etag"] == second.headers["etag"]
        again = servers[1].get(path, If_None_Match=first.headers["etag"])
        assert again.status == 304
    assert servers[0].get("/status").body == status_file.path.read_bytes()
    assert [server.source() for server in servers] == ["ok", "ok"]


def test_a_client_that_changes_servers_sees_the_newest(
    stage: Stage, status_file: StatusFile
) -> None:
    stage.relay(status_file.path)
    servers = [stage.serve(), stage.serve()]
    status_file.running(1.0, message="old")
    wait_for_all(servers, "old")
    with EventStream(servers[0].port) as stream:
        event = stream.next_of("status")
        assert json.loads(event.data)["message"] == "old"
    status_file.running(2.0, message="new")
    wait_for_all(servers, "new")
    with EventStream(servers[1].port, f"Last-Event-ID: {event.id}") as stream:
        assert json.loads(stream.next_of("status").data)["message"] == "new"
        status_file.done(message="the end")
        assert json.loads(stream.next_of("status").data)["message"] == "the end"


def test_news_wake_the_servers(stage: Stage, status_file: StatusFile) -> None:
    """Within the poll interval of this one nothing would come."""
    status_file.running(1.0, message="before")
    stage.relay(status_file.path)
    server = stage.serve("--poll-interval", "1h")
    wait_for_all([server], "before")
    with EventStream(server.port) as stream:
        stream.next_of("status")
        status_file.running(1.1, message="after")
        assert json.loads(stream.next_of("status").data)["message"] == "after"


def test_a_new_server_shows_a_run_whose_trainer_is_gone(
    stage: Stage, status_file: StatusFile
) -> None:
    relay = stage.relay(status_file.path)
    status_file.done(message="the end")
    assert relay.stop() == 0
    status_file.remove()
    server = stage.serve()
    wait_for_all([server], "the end")
    assert server.source() == "ok"


def test_a_broken_file_is_not_sent(stage: Stage, status_file: StatusFile) -> None:
    relay = stage.relay(status_file.path)
    server = stage.serve()
    status_file.running(1.0, message="good")
    wait_for_all([server], "good")
    status_file.document(loss=float("nan"))
    wait_until(lambda: "nothing to send" in relay.log.read_text(), "the relay says why")
    assert server.shows("good")
    status_file.running(1.1, message="good again")
    wait_for_all([server], "good again")


def test_what_is_no_status_is_invalid(
    cluster: Cluster, stage: Stage, status_file: StatusFile
) -> None:
    """Somebody else writes the key: with Pulse's own relay nothing invalid gets there."""
    relay = stage.relay(status_file.path)
    server = stage.serve()
    status_file.running(1.0, message="good")
    wait_for_all([server], "good")
    assert relay.stop() == 0
    put = "import asyncio, nats, sys\nasync def put():\n"
    put += " client = await nats.connect(sys.argv[1])\n"
    put += " await client.jetstream().publish('$KV.pulse.training', b'[]')\n"
    put += " await client.close()\nasyncio.run(put())"
    node = f"nats://127.0.0.1:{cluster.nodes[0].port}"
    subprocess.run([sys.executable, "-c", put, node], check=True)
    wait_until(lambda: server.source() == "invalid", "it is invalid")
    assert server.shows("good")


def test_run_sends_its_trainer(stage: Stage, status_file: StatusFile) -> None:
    server = stage.serve()
    trainer = "print('trained')"
    command = [nats_binary(), "run", "--status-file", status_file.path, "--to", stage.url]
    subprocess.run(
        [*command, "--", sys.executable, "-c", trainer], check=True, env=ENVIRONMENT
    )
    wait_until(lambda: server.get("/status").json()["status"] == "done", "the end is there", 60)


def test_a_cluster_that_is_away(
    cluster: Cluster, stage: Stage, status_file: StatusFile
) -> None:
    """Last good state, plainly marked; and afterwards the newest, which nobody could take then."""
    stage.relay(status_file.path)
    servers = [stage.serve(), stage.serve()]
    status_file.running(1.0, message="before")
    wait_for_all(servers, "before")
    cluster.stop()
    for server in servers:
        wait_until(lambda: server.source() == "unreadable", "it is unreadable")  # noqa: B023
        assert server.get("/progress").json()["source_error"]
        answer = server.get("/status")
        assert answer.headers["pulse-source"] == "unreadable"
        assert answer.json()["message"] == "before"
        assert server.get("/readyz").status == 200
    status_file.running(1.1, message="meanwhile")
    status_file.done(message="the end")
    cluster.start()
    wait_for_all(servers, "the end")
    for server in servers:
        wait_until(lambda: server.source() == "ok", "it is readable again", 60)  # noqa: B023


def test_without_a_majority_nothing_is_sure(
    cluster: Cluster, stage: Stage, status_file: StatusFile
) -> None:
    """One node of three can't know whether it has the newest state, and the servers say so."""
    stage.relay(status_file.path)
    server = stage.serve()
    status_file.running(1.0, message="before")
    wait_for_all([server], "before")
    for node in cluster.nodes[1:]:
        node.end()
    wait_until(lambda: server.source() == "unreadable", "it is unreadable", 60)
    assert server.shows("before")
    cluster.start()
    status_file.done(message="the end")
    wait_for_all([server], "the end")
    wait_until(lambda: server.source() == "ok", "it is readable again", 60)


def test_all_may_start_before_the_cluster(
    cluster: Cluster, stage: Stage, status_file: StatusFile
) -> None:
    cluster.stop()
    status_file.running(1.0, message="early")
    relay, server = stage.relay(status_file.path), stage.serve()
    assert server.get("/livez").status == 200
    wait_until(lambda: "no server" in relay.log.read_text().lower(), "the relay says why it waits")
    answer = server.get("/progress")
    assert answer.status == 503
    assert "no server of the cluster can be reached" in answer.json()["detail"]
    cluster.start()
    wait_for_all([server], "early")


def test_a_killed_relay_is_followed_by_another(stage: Stage, status_file: StatusFile) -> None:
    status_file.running(1.0, message="one")
    first = stage.relay(status_file.path)
    server = stage.serve()
    wait_for_all([server], "one")
    first.kill()
    status_file.running(2.0, message="two")
    stage.relay(status_file.path)
    wait_for_all([server], "two")


def test_no_state_is_lost_with_a_leader(tmp_path: Path) -> None:
    """The measured program, with a few rounds: it exits with 1 when something was out of order."""
    result = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "cluster.py", "--quick", "--binary", nats_binary()]
        + ["--json", tmp_path / "samples.json"],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    assert "came after a newer one: 0." in result.stdout


def test_make_run_cluster(tmp_path: Path) -> None:
    """Two addresses with a panel and the same run; and nothing is left of it."""
    process = subprocess.Popen(
        [ROOT / "tools" / "run-cluster", nats_binary(), "0"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=ENVIRONMENT | {"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        urls = []
        while len(urls) < 2:
            line = process.stdout.readline()
            assert line, "it ends before it has printed two addresses"
            urls += re.findall(r"at (http://127\.0\.0\.1:\d+)/$", line)
        for url in urls:
            wait_until(lambda: b"<training-panel" in fetch(url + "/"), "a panel")  # noqa: B023
            wait_until(lambda: b'"running"' in fetch(url + "/status"), "a run", 60)  # noqa: B023
        children = descendants(process.pid)
        assert len([name for name in children.values() if name == "nats-server"]) == 3
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        wait_until(lambda: not any(map(is_alive, children)), "all children have ended")
        assert not list(tmp_path.glob("pulse-cluster-*"))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def fetch(url: str) -> bytes:
    found = subprocess.run(["curl", "--silent", url], capture_output=True)
    return found.stdout


def descendants(pid: int) -> dict[int, str]:
    """The names of a process's children and theirs, by process id."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found[int(child)] = Path(f"/proc/{child}/comm").read_text().strip()
        found |= descendants(int(child))
    return found


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
