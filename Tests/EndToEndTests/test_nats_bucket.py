"""A bucket of NATS as a directory of runs is: served, watched, and fed by one relay."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from event_stream import EventStream
from nats_relay import ENVIRONMENT
from nats_server import NatsClient, NatsServer, nats_binary
from nats_states import document, make_bucket
from processes import PATIENCE, PulseServer, StatusFile, wait_until


@pytest.fixture
def bucket(nats: NatsServer) -> str:
    return nats.key("").rstrip("/")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    directory = tmp_path / "sweep"
    directory.mkdir()
    return directory


@pytest.fixture
def relay_all(directory: Path, bucket: str) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts relays of the directory: each is there when this returns."""
    relays: list[subprocess.Popen[str]] = []

    def start(*flags: str) -> subprocess.Popen[str]:
        command = [nats_binary(), "relay", "--runs-dir", str(directory), "--to", bucket, *flags]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
        )
        relays.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.rstrip() == f"Pulse is sending {directory} to {bucket}"
        return process

    yield start
    for process in relays:
        process.kill()
        process.communicate()


def sources(server: PulseServer) -> dict[str, dict]:
    return {run["source"]: run for run in server.get("/runs").json()["runs"]}


def wait_for(server: PulseServer, **epochs: float) -> None:
    def holds() -> bool:
        runs = sources(server)
        return {name: run["epoch"] for name, run in runs.items()} == epochs

    wait_until(holds, f"the server shows {epochs}")


def test_every_key_is_a_run(nats: NatsServer, bucket: str, serve_key: Callable) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(document(epoch=1.0), "a")
        client.put(document(epoch=2.0), "team/b")
        client.put(document(epoch=2.5), "-no-name")
        client.put(b"{}", "never-valid")
        server = serve_key(bucket, "--poll-interval", "100ms")
        assert {name: run["epoch"] for name, run in sources(server).items()} == {
            "a": 1.0, "team.b": 2.0,
        }
        assert server.get("/runs/team.b/status").json()["epoch"] == 2.0
        assert server.get("/about").json()["kind"] == "bucket"
        client.put(document(epoch=3.0), "new")
        client.put(document(epoch=1.5), "a")
        wait_for(server, **{"a": 1.5, "team.b": 2.0, "new": 3.0})
        client.delete("a")
        wait_for(server, **{"team.b": 2.0, "new": 3.0})
        assert server.get("/runs/a").status == 404
        client.ask(
            "$JS.API.STREAM.PURGE.KV_runs", json.dumps({"filter": "$KV.runs.team/b"}).encode()
        )
        wait_for(server, new=3.0)
        client.put(document(epoch=1.75), "a")
        wait_for(server, a=1.75, new=3.0)
        client.put(b"{}", "new")
        wait_until(lambda: sources(server)["new"]["source_state"] == "invalid", "it is broken")
        assert sources(server)["new"]["epoch"] == 3.0


def test_updates_come_at_once(nats: NatsServer, bucket: str, serve_key: Callable) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        # The next poll that is due would come after the test.
        server = serve_key(bucket, "--poll-interval", "1h")
        with EventStream(server.port, path="/runs/events") as stream:
            stream.next_of("ready")
            for epoch in [1.0, 1.5, 2.0]:
                client.put(document(epoch=epoch), "a")
                assert json.loads(stream.next_of("run").data)["epoch"] == epoch


def test_a_bucket_that_is_not_there_yet(
    nats: NatsServer, bucket: str, serve_key: Callable
) -> None:
    server = serve_key(bucket, "--poll-interval", "100ms")
    assert sources(server) == {}
    assert server.get("/readyz").status == 200
    make_bucket(nats)
    with NatsClient(nats) as client:
        client.put(document(epoch=1.0), "a")
    wait_for(server, a=1.0)


def test_a_cluster_that_goes_and_comes_back(
    nats: NatsServer, bucket: str, serve_key: Callable
) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(document(epoch=1.0), "a")
    server = serve_key(bucket, "--poll-interval", "100ms")
    nats.kill()
    wait_until(lambda: sources(server)["a"]["source_state"] == "unreadable", "it is gone")
    assert "no server of the cluster" in sources(server)["a"]["source_error"]
    nats.start()
    wait_until(lambda: sources(server)["a"]["source_state"] == "ok", "it is back")
    with NatsClient(nats) as client:
        client.put(document(epoch=2.0), "b")
    wait_for(server, a=1.0, b=2.0)


def test_a_bucket_that_is_made_anew(nats: NatsServer, bucket: str, serve_key: Callable) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        for key in ("a", "b", "c"):
            client.put(document(epoch=1.0), key)
        server = serve_key(bucket, "--poll-interval", "100ms")
        client.delete_bucket()
        wait_until(
            lambda: all(run["source_state"] == "missing" for run in sources(server).values()),
            "the bucket is missed",
        )
    make_bucket(nats)
    with NatsClient(nats) as client:
        client.put(document(epoch=2.0), "b")
    wait_for(server, b=2.0)


def test_a_restart_goes_on_with_each_run(
    nats: NatsServer, bucket: str, tmp_path: Path
) -> None:
    state = str(tmp_path / "state")
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(document(epoch=1.0, loss=0.5), "a")
        ids = []
        for epoch in [2.0, 3.0]:
            server = PulseServer(
                None, "--source", bucket, log=tmp_path / "log", binary=nats_binary(), state=state
            )
            try:
                ids.append(sources(server)["a"]["id"])
                client.put(document(epoch=epoch, loss=1 / epoch), "a")
                wait_for(server, a=epoch)
                history = server.get("/runs/a/history").json()["epoch"]
            finally:
                server.stop()
        assert ids[0] == ids[1]
        assert history == [1.0, 2.0, 3.0]


def test_one_relay_feeds_it(
    nats: NatsServer, bucket: str, directory: Path, relay_all: Callable, serve_key: Callable
) -> None:
    StatusFile(directory / "a.json").running(1.0)
    (directory / "b").mkdir()
    StatusFile(directory / "b" / "status.json").running(0.5)
    (directory / "notes.json").write_text("{}")
    process = relay_all()
    server = serve_key(bucket)
    wait_for(server, a=1.0, b=0.5)
    for step in range(1, 6):
        StatusFile(directory / "a.json").running(1 + step / 10)
        StatusFile(directory / f"new-{step}.json").running(1.0)
    wait_for(server, a=1.5, b=0.5, **{f"new-{step}": 1.0 for step in range(1, 6)})
    with NatsClient(nats) as client:
        # As the trainer wrote it.
        assert client.get("a")[0] == (directory / "a.json").read_bytes()
    StatusFile(directory / "b" / "status.json").done()
    process.terminate()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    # What was written just before its end was sent as well.
    wait_until(lambda: sources(server)["b"]["state"] == "done", "the last state is there")


def test_the_relay_sends_what_was_written_while_the_cluster_was_away(
    nats: NatsServer, bucket: str, directory: Path, relay_all: Callable, serve_key: Callable
) -> None:
    files = {name: StatusFile(directory / f"{name}.json") for name in ("a", "b", "c")}
    for file in files.values():
        file.running(1.0)
    relay_all()
    server = serve_key(bucket)
    wait_for(server, a=1.0, b=1.0, c=1.0)
    nats.kill()
    files["a"].running(1.5)
    files["a"].running(2.0)
    files["b"].running(1.25)
    nats.start()
    wait_for(server, a=2.0, b=1.25, c=1.0)


def test_a_run_of_a_directory_goes_to_the_key_of_its_name(
    nats: NatsServer, bucket: str, directory: Path
) -> None:
    command = [nats_binary(), "run", "--runs-dir", str(directory), "--name", "bert", "--to", bucket]
    result = subprocess.run(
        [*command, "--", "true"], env=ENVIRONMENT, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr
    with NatsClient(nats) as client:
        assert client.get("bert")[0] == (directory / "bert.json").read_bytes()


@pytest.mark.parametrize(("place", "shown"), [("", "a: done"), ("/a", "done: finished")])
def test_it_is_watched_in_the_terminal(
    nats: NatsServer, bucket: str, place: str, shown: str
) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(document(status="done", epoch=3.0), "a")
    result = subprocess.run(
        [nats_binary(), "watch", bucket + place, "--until", "done"],
        capture_output=True, text=True, timeout=PATIENCE, env=ENVIRONMENT,
    )
    assert result.returncode == 0, result.stderr
    assert f"Z {shown}" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["relay", "--runs-dir", "d", "--to", "nats://a/b/c"], "each file needs one"),
        (["relay", "--to", "nats://a/b"], "it names no key: nats://a/b/KEY"),
        (["relay", "-s", "f", "--runs-dir", "d", "--to", "nats://a/b"], "two sources"),
        (["serve", "--source", "nats://a/b", "--name", "x"], "each key has its own name"),
        (["run", "--to", "nats://a/b", "--", "true"], "it names no key"),
        (["watch", "nats://a/b", "--token-file", "t"], "for servers"),
        (["watch", "f", "--nats-credentials", "c"], "options for NATS"),
        (["watch", "nats://a/b/c", "--run", "x"], "names a key"),
    ],
)
def test_what_makes_no_sense_is_said(arguments: list[str], said: str) -> None:
    result = subprocess.run([nats_binary(), *arguments], capture_output=True, text=True)
    assert result.returncode == 64
    assert said in result.stderr
