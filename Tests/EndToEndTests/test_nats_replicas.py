"""Servers of one key that began at different times call its run the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from nats_processes import Stage
from nats_server import NatsClient, NatsServer
from nats_states import document
from processes import PulseServer, StatusFile, wait_until

NAME = "gpu-1"


@pytest.fixture
def job(tmp_path: Path) -> StatusFile:
    return StatusFile(tmp_path / "status.json")


def item(server: PulseServer) -> dict:
    """The run as it is called, wherever it is shown."""
    answer = server.get(f"/runs/{NAME}")
    return answer.json() if answer.status == 200 else {}


def wait_for(*servers: PulseServer, epoch: float, attempt: int) -> str:
    """Wait until all show it; gives the id that they agree on."""

    def holds() -> bool:
        items = [item(server) for server in servers]
        # Before its first document a source is an ITEM of epoch 0, too.
        return all(
            i.get("started") is not None and (i["epoch"], i["attempt"]) == (epoch, attempt)
            for i in items
        )

    wait_until(holds, f"all show epoch {epoch} of attempt {attempt}")
    ids = {item(server)["id"] for server in servers}
    assert len(ids) == 1, ids
    run = ids.pop()
    for server in servers:
        assert server.get(f"/runs/{run}").json()["id"] == run
    return run


def test_replicas_agree_whenever_they_began(
    nats: NatsServer, tmp_path: Path, job: StatusFile
) -> None:
    started = int(time.time()) - 100
    with Stage(tmp_path, nats.url) as stage:
        job.document(epoch=0.0, timestamp=started)
        relay = stage.relay(job.path)
        early = stage.serve()
        run = wait_for(early, epoch=0.0, attempt=1)
        assert run == f"{NAME}@{started}"
        job.document(epoch=2.0, timestamp=started + 10)
        assert wait_for(early, epoch=2.0, attempt=1) == run

        # It crashes, and is resumed from its checkpoint.
        job.document(status="error", epoch=2.0, timestamp=started + 20)
        wait_until(lambda: item(early)["state"] == "error", "it has failed")
        job.document(epoch=1.5, timestamp=started + 30)
        assert wait_for(early, epoch=1.5, attempt=2) == run

        late = stage.serve()
        assert wait_for(early, late, epoch=1.5, attempt=2) == run

        # The relay is begun anew, and the job resumed meanwhile.
        relay.stop()
        job.document(status="error", epoch=1.5, timestamp=started + 40)
        stage.relay(job.path)
        wait_until(lambda: item(late)["state"] == "error", "it has failed again")
        job.document(epoch=1.25, timestamp=started + 50)
        last = stage.serve()
        assert wait_for(early, late, last, epoch=1.25, attempt=3) == run

        # Another run is another one to all.
        job.document(status="done", epoch=3.0, timestamp=started + 60)
        wait_until(lambda: item(early)["state"] == "done", "it is done")
        job.document(epoch=0.0, timestamp=started + 70)
        assert wait_for(early, late, last, epoch=0.0, attempt=1) == f"{NAME}@{started + 70}"


def test_a_relay_that_dies_leaves_the_run_to_the_next(
    nats: NatsServer, tmp_path: Path, job: StatusFile
) -> None:
    started = int(time.time()) - 100
    with Stage(tmp_path, nats.url) as stage:
        job.document(epoch=2.0, timestamp=started)
        stage.relay(job.path)
        early = stage.serve()
        run = wait_for(early, epoch=2.0, attempt=1)
        stage.relays.pop().kill()
        # Whoever begins by itself would call it by this document.
        job.document(epoch=2.5, timestamp=started + 50)
        stage.relay(job.path)
        assert wait_for(early, stage.serve(), epoch=2.5, attempt=1) == run


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("other@1; attempt=2; first=0.0", "it names a run of another source"),
        ("gpu-1", "it isn't NAME@STARTED; attempt=N; first=EPOCH"),
        ("gpu-1@1; attempt=0; first=0.0", "it isn't NAME@STARTED; attempt=N; first=EPOCH"),
        (f"gpu-1@1; attempt={10**30}; first=0.0", "it isn't NAME@STARTED; attempt=N; first=EPOCH"),
        ("x" * 5_000, "it isn't NAME@STARTED; attempt=N; first=EPOCH"),
        ("../../etc/passwd@1; attempt=1; first=0.0", "it isn't NAME@STARTED; attempt=N; first=EPOCH"),
    ],
)
def test_what_nobody_can_believe_is_said_once_and_the_document_counts(
    nats: NatsServer, serve_key: Callable, mark: str, said: str
) -> None:
    now = int(time.time())
    with NatsClient(nats) as client:
        client.make_bucket()
        server = serve_key(nats.url, "--poll-interval", "100ms")
        for step in range(3):
            value = document(epoch=1.0 + step, timestamp=now + step)
            client.ask(f"$KV.runs.{NAME}", value, f"Pulse-Run: {mark}")
            assert wait_for(server, epoch=1.0 + step, attempt=1) == f"{NAME}@{now}"
        client.ask(
            f"$KV.runs.{NAME}", document(epoch=9.0, timestamp=now + 9),
            f"Pulse-Run: {NAME}@5; attempt=4; first=0.0",
        )  # fmt: skip
        assert wait_for(server, epoch=9.0, attempt=4) == f"{NAME}@5"
    lines = [line for line in server.log.read_text().splitlines() if "Pulse-Run" in line]
    assert len(lines) == 1, lines
    assert f"runs/{NAME}: its Pulse-Run is ignored, because {said}" in lines[0]
    assert len(lines[0]) < 300


def test_all_keys_of_a_bucket(
    nats: NatsServer, tmp_path: Path, serve_key: Callable
) -> None:
    bucket = nats.key("").rstrip("/")
    with NatsClient(nats) as client:
        client.make_bucket()
        for name in ("a", "team/b"):
            client.ask(
                f"$KV.runs.{name}", document(epoch=1.0),
                f"Pulse-Run: {name.replace('/', '.')}@5; attempt=3; first=0.0",
            )  # fmt: skip
    runs = serve_key(bucket).get("/runs").json()["runs"]
    assert {(run["id"], run["attempt"]) for run in runs} == {("a@5", 3), ("team.b@5", 3)}


def test_another_name_for_the_same_run(nats: NatsServer, serve_key: Callable) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        client.ask(
            f"$KV.runs.{NAME}", document(epoch=1.0), f"Pulse-Run: {NAME}@5.2; attempt=3; first=0.0"
        )
    server = serve_key(nats.url, "--name", "mine")
    assert server.get("/runs/mine").json()["id"] == "mine@5.2"
