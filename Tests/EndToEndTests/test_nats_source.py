"""`pulse serve --source`: a key of NATS behaves as a file does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from event_stream import EventStream
from nats_server import NatsClient, NatsServer, nats_binary
from nats_states import document, make_bucket, source, wait_for
from processes import PulseServer, StatusFile, wait_until


def test_a_bucket_that_is_not_there_yet(nats: NatsServer, serve_key: Callable) -> None:
    server = serve_key(nats.url, "--poll-interval", "100ms")
    assert source(server) == ("missing", "runs/gpu-1: there is no such bucket yet")
    assert server.get("/status").json()["status"] == "idle"
    make_bucket(nats)
    with NatsClient(nats) as client:
        wait_until(lambda: "no such key" in (source(server)[1] or ""), "the bucket is seen")
        client.put(document(epoch=2.0))
    wait_for(server, "ok")
    assert server.get("/status").json()["epoch"] == 2.0
    # Once, not once for each look.
    assert server.log.read_text().count("no such bucket") == 1


def test_a_key_is_served_as_a_file_is(nats: NatsServer, serve_key: Callable) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(b'{"loss":0.25,"status":"running","epoch":1,"total_epochs":4,"message":"\\u00fc",'
                   b'"timestamp":1732800000}\n')  # fmt: skip
        server = serve_key(nats.url)
        answer = server.get("/status")
        assert answer.body == (
            '{"status": "running", "epoch": 1.0, "total_epochs": 4.0, "loss": 0.25, '
            '"message": "ü", "timestamp": 1732800000}'.encode()
        )
        assert answer.headers["pulse-source"] == "ok"
        assert server.metric("pulse_source_valid") == 1
        assert server.get("/history").json()["epoch"] == [1.0]


def test_news_come_at_once(nats: NatsServer, serve_key: Callable) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(document(epoch=1.0))
        # The next look that is due would come after the test.
        server = serve_key(nats.url, "--poll-interval", "1h")
        with EventStream(server.port) as stream:
            assert json.loads(stream.next_of("status").data)["epoch"] == 1.0
            for epoch in [1.5, 2.0, 2.5]:
                client.put(document(epoch=epoch))
                assert json.loads(stream.next_of("status").data)["epoch"] == epoch


def test_without_listening_news_come_with_the_poll(nats: NatsServer, serve_key: Callable) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        server = serve_key(nats.url, "--no-watch", "--poll-interval", "100ms")
        client.put(document(epoch=1.5))
        wait_until(lambda: server.get("/status").json()["epoch"] == 1.5, "the poll has come round")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "empty"), (b"{}", "missing"), (b"\xff", "object"), (b"x" * 65_537, "over 65536"),
        (document(loss=float("nan")), "loss is NaN"), (document(extra=1), "not one of the six"),
    ],
)  # fmt: skip
def test_a_bad_value_is_named_and_the_last_good_one_stays(
    nats: NatsServer, serve_key: Callable, value: bytes, reason: str
) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(document(epoch=1.25))
        server = serve_key(nats.url)
        client.put(value)
        error = wait_for(server, "invalid")
        assert error is not None and reason in error
        answer = server.get("/status")
        assert answer.json()["epoch"] == 1.25
        assert answer.headers["pulse-source"] == "invalid"
        client.put(document(epoch=1.5))
        wait_for(server, "ok")
        assert server.get("/status").json()["epoch"] == 1.5


def test_a_value_that_was_never_good(nats: NatsServer, serve_key: Callable) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(b"[]")
        server = serve_key(nats.url)
        answer = server.get("/status")
        assert answer.status == 503
        assert "not a JSON object" in answer.json()["detail"]


def test_a_key_that_is_deleted(nats: NatsServer, serve_key: Callable) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(document(epoch=1.25))
        server = serve_key(nats.url)
        client.delete()
        assert wait_for(server, "missing") == "runs/gpu-1: the key was deleted"
        assert server.get("/status").json()["epoch"] == 1.25
        client.put(document(epoch=1.5))
        wait_for(server, "ok")


@pytest.mark.parametrize("before", [1, 3])
@pytest.mark.parametrize("notices", [True, False])
def test_a_bucket_that_is_made_anew(
    nats: NatsServer, serve_key: Callable, before: int, notices: bool
) -> None:
    """Its revisions begin with 1 again."""
    with NatsClient(nats) as client:
        client.make_bucket()
        for epoch in range(before):
            client.put(document(epoch=float(epoch)))
        server = serve_key(nats.url, "--poll-interval", "100ms" if notices else "1h")
        client.delete_bucket()
        if notices:
            assert wait_for(server, "missing") == "runs/gpu-1: there is no such bucket yet"
    make_bucket(nats)
    with NatsClient(nats) as client:
        client.put(document(epoch=0.5))
        wait_until(lambda: server.get("/status").json()["epoch"] == 0.5, "the new bucket is read")


def test_a_cluster_that_is_not_there_at_the_start(nats: NatsServer, serve_key: Callable) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(document(epoch=1.25))
    nats.kill()
    server = serve_key(nats.url)
    answer = server.get("/status")
    assert answer.status == 503
    assert "no server of the cluster can be reached" in answer.json()["detail"]
    nats.start()
    wait_for(server, "ok")
    assert server.get("/status").json()["epoch"] == 1.25


def test_a_cluster_that_goes_and_comes_back(nats: NatsServer, serve_key: Callable) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(document(epoch=1.25))
    server = serve_key(nats.url)
    tag = server.get("/status").headers["etag"]
    nats.kill()
    gone = ("unreadable", "runs/gpu-1: no server of the cluster can be reached")
    wait_until(lambda: source(server) == gone, "it is gone")
    answer = server.get("/status")
    assert answer.json()["epoch"] == 1.25
    assert answer.headers["etag"] == tag
    assert answer.headers["pulse-source"] == "unreadable"
    assert server.metric('pulse_source_errors_total{reason="io_error"}') > 0
    nats.start()
    wait_for(server, "ok")
    # It listens again as well: the old subscription is still there.
    with NatsClient(nats) as client, EventStream(server.port) as stream:
        stream.next_of("status")
        client.put(document(epoch=1.5))
        assert json.loads(stream.next_of("status").data)["epoch"] == 1.5


def test_it_listens_on_the_first_connection_that_comes(
    nats: NatsServer, serve_key: Callable
) -> None:
    nats.kill()
    server = serve_key(nats.url, "--poll-interval", "1h")
    nats.start()
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(document(epoch=1.5))
        wait_for(server, "ok")
        client.put(document(epoch=2.0))
        wait_until(lambda: server.get("/status").json()["epoch"] == 2.0, "it is heard")


def test_what_is_written_while_the_connection_is_lost_is_seen(
    nats: NatsServer, serve_key: Callable
) -> None:
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(document(epoch=1.0))
    server = serve_key(nats.url, "--poll-interval", "1h")
    nats.kill()
    nats.start()
    with NatsClient(nats) as client:
        client.put(document(epoch=2.0))
    wait_until(lambda: server.get("/status").json()["epoch"] == 2.0, "the news are seen")


def test_a_write_that_was_refused_is_never_shown(nats: NatsServer, serve_key: Callable) -> None:
    """It is heard as any other."""
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(document(epoch=1.0))
        server = serve_key(nats.url)
        reads = server.metric("pulse_source_reads_total")
        refused = client.ask(
            "$KV.runs.gpu-1", document(epoch=9.0), "Nats-Expected-Last-Subject-Sequence: 77"
        )
        assert "error" in refused
        wait_until(
            lambda: server.metric("pulse_source_reads_total") > reads + 3, "it was looked for"
        )
        assert server.get("/status").json()["epoch"] == 1.0


def test_a_server_ends_at_once_while_the_cluster_is_away(
    nats: NatsServer, serve_key: Callable
) -> None:
    server = serve_key(nats.url)
    nats.kill()
    start = time.monotonic()
    server.stop()
    assert time.monotonic() - start < 10


def test_the_same_state_from_a_file_and_from_a_key(
    nats: NatsServer, serve_key: Callable, tmp_path: Path, status_file: StatusFile
) -> None:
    """Behind one load balancer nobody could tell them apart."""
    status_file.running(1.5, message="the same")
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(status_file.path.read_bytes())
    key = serve_key(nats.url)
    file = PulseServer(status_file.path, log=tmp_path / "file.log", binary=nats_binary())
    try:
        one, other = key.get("/status"), file.get("/status")
        assert one.body == other.body
        assert one.headers["etag"] == other.headers["etag"]
    finally:
        file.stop()
