"""`pulse relay`: the newest state arrives, and never an older one after it."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

from nats_relay import Relay
from nats_server import NatsClient, NatsServer
from nats_states import wait_for_value
from processes import StatusFile, wait_until


def epoch(value: tuple[bytes, int] | None) -> float | None:
    return json.loads(value[0])["epoch"] if value else None


def test_makes_the_bucket_and_sends_the_document_as_it_is(
    nats: NatsServer, relay: Callable, status_file: StatusFile
) -> None:
    # Valid, and not as Pulse would write it.
    written = (
        b' {"loss":1, "status":"running","epoch":1,"total_epochs":4,"message":"\\u00fc",'
        b'"timestamp":1732800000}\n'
    )
    status_file.raw(written)
    one = relay(nats.url)
    assert one.announcement.rstrip() == f"Pulse is sending {status_file.path} to {nats.url}"
    assert wait_for_value(nats, written) == 1
    with NatsClient(nats) as client:
        bucket = client.bucket()["config"]
    assert bucket["name"] == "KV_runs"
    assert bucket["subjects"] == ["$KV.runs.>"]
    assert bucket["max_msgs_per_subject"] == 1
    assert bucket["storage"] == "file"
    # One server alone.
    assert bucket["num_replicas"] == 1
    assert one.stop() == 0


def test_sends_each_good_state_and_nothing_else(
    nats: NatsServer, relay: Callable, status_file: StatusFile
) -> None:
    status_file.running(1.0)
    one = relay(nats.url)
    revision = wait_for_value(nats, status_file.path.read_bytes())
    status_file.document(loss=float("nan"))
    wait_until(lambda: "loss is NaN" in one.log.read_text(), "the reason is in the log")
    status_file.running(2.0)
    assert wait_for_value(nats, status_file.path.read_bytes()) == revision + 1
    # Written again, the same: its writer is alive.
    status_file.raw(status_file.path.read_bytes())
    with NatsClient(nats) as client:
        wait_until(lambda: client.get()[1] == revision + 2, "it is sent again")
    status_file.remove()
    wait_until(lambda: "nothing to send: status.json: no such" in one.log.read_text(), "it is told")
    status_file.done()
    assert wait_for_value(nats, status_file.path.read_bytes()) == revision + 3
    assert one.stop() == 0


def test_waits_for_a_file_that_is_not_there_yet(
    nats: NatsServer, relay: Callable, status_file: StatusFile
) -> None:
    relay(nats.url)
    status_file.running(1.0)
    wait_for_value(nats, status_file.path.read_bytes())


def test_many_updates_arrive_in_order(
    nats: NatsServer, relay: Callable, status_file: StatusFile
) -> None:
    status_file.running(0.0)
    one = relay(nats.url)
    wait_for_value(nats, status_file.path.read_bytes())
    seen: list[float] = []
    with NatsClient(nats) as client:
        for number in range(1, 400):
            status_file.running(number / 100, total=4.0)
            if number % 10 == 0:
                seen.append(epoch(client.get()) or 0.0)
        status_file.done(epoch=4.0, total=4.0)
        wait_until(lambda: epoch(client.get()) == 4.0, "the last one arrives")
    assert seen == sorted(seen)
    assert one.stop() == 0


def test_the_newest_state_survives_an_outage(
    nats: NatsServer, relay: Callable, status_file: StatusFile
) -> None:
    status_file.running(1.0)
    one = relay(nats.url)
    wait_for_value(nats, status_file.path.read_bytes())
    nats.kill()
    for number in range(5):
        status_file.running(1.5 + number / 10)
        time.sleep(0.1)
    wait_until(lambda: " warning " in one.log.read_text(), "the reason is in the log")
    status_file.done()
    nats.start()
    wait_for_value(nats, status_file.path.read_bytes())
    # A line for each change, not for each attempt.
    assert one.log.read_text().count(" warning ") <= 3
    assert "answers again" in one.log.read_text()
    assert one.stop() == 0


def test_waits_for_a_cluster_that_is_not_there_at_the_start(
    nats: NatsServer, relay: Callable, status_file: StatusFile
) -> None:
    nats.kill()
    status_file.running(1.0)
    one = relay(nats.url)
    assert one.announcement
    assert " warning " in one.log.read_text()
    nats.start()
    wait_for_value(nats, status_file.path.read_bytes())


def test_a_relay_that_is_killed_at_any_time_loses_nothing(
    nats: NatsServer, relay: Callable, status_file: StatusFile
) -> None:
    for number in range(10):
        one = relay(nats.url)
        status_file.running(number / 10)
        time.sleep(number * 0.004)
        one.kill()
    status_file.done()
    one = relay(nats.url)
    wait_for_value(nats, status_file.path.read_bytes())
    assert one.stop() == 0


def test_a_restart_sends_no_state_twice(
    nats: NatsServer, relay: Callable, status_file: StatusFile
) -> None:
    """To servers that would be a sign of life of the trainer."""
    status_file.running(1.0)
    one = relay(nats.url)
    revision = wait_for_value(nats, status_file.path.read_bytes())
    one.kill()
    one = relay(nats.url)
    assert one.stop() == 0
    assert wait_for_value(nats, status_file.path.read_bytes()) == revision


def test_an_old_file_is_not_sent_over_a_later_state(
    nats: NatsServer, relay: Callable, status_file: StatusFile
) -> None:
    """The machine of a job that has moved to another one comes back."""
    status_file.document(timestamp=1_700_000_000)
    later = json.dumps(json.loads(status_file.path.read_text()) | {"timestamp": 1_700_000_001})
    with NatsClient(nats) as client:
        client.make_bucket()
        client.put(later.encode())
        one = relay(nats.url)
        wait_until(lambda: "holds a later state" in one.log.read_text(), "it says so")
        assert client.get() == (later.encode(), 1)
        # What is written now is news, whatever its clock says.
        status_file.document(timestamp=1_600_000_000)
        wait_for_value(nats, status_file.path.read_bytes())
    assert one.stop() == 0


def test_an_old_file_is_sent_over_an_earlier_or_a_broken_state(
    nats: NatsServer, relay: Callable, status_file: StatusFile
) -> None:
    status_file.document(timestamp=1_700_000_000)
    earlier = json.dumps(json.loads(status_file.path.read_text()) | {"timestamp": 1_600_000_000})
    with NatsClient(nats) as client:
        client.make_bucket()
        for value in [earlier.encode(), b"broken"]:
            client.put(value)
            one = relay(nats.url)
            wait_for_value(nats, status_file.path.read_bytes())
            assert one.stop() == 0


def test_sends_what_was_written_just_before_the_end(
    nats: NatsServer, relay: Callable, status_file: StatusFile
) -> None:
    status_file.running(1.0)
    one = relay(nats.url, "--no-watch", "--poll-interval", "1h")
    wait_for_value(nats, status_file.path.read_bytes())
    status_file.done()
    assert one.stop() == 0
    with NatsClient(nats) as client:
        assert client.get() == (status_file.path.read_bytes(), 2)


def test_says_so_when_the_last_state_could_not_be_sent(
    nats: NatsServer, relay: Callable, status_file: StatusFile
) -> None:
    status_file.running(1.0)
    one = relay(nats.url)
    wait_for_value(nats, status_file.path.read_bytes())
    nats.kill()
    status_file.done()
    start = time.monotonic()
    assert one.stop() == 1
    assert time.monotonic() - start > 9
    assert "the last state was not acknowledged: " in one.log.read_text()


def test_a_second_signal_ends_it_at_once(
    nats: NatsServer, relay: Callable, status_file: StatusFile
) -> None:
    status_file.running(1.0)
    one = relay(nats.url)
    wait_for_value(nats, status_file.path.read_bytes())
    nats.kill()
    status_file.done()
    wait_until(lambda: " warning " in one.log.read_text(), "it is missed")
    one.process.terminate()
    time.sleep(0.5)
    assert one.process.poll() is None
    # One that comes before the first is heard would be the same signal.
    while one.process.poll() is None:
        one.process.terminate()
        time.sleep(0.1)
    assert one.wait() == -signal.SIGTERM


def test_a_state_that_the_server_does_not_take(
    tmp_path: Path, relay: Callable, status_file: StatusFile
) -> None:
    nats = NatsServer(tmp_path / "nats", "max_payload: 1024")
    try:
        status_file.running(1.0)
        one = relay(nats.url)
        wait_for_value(nats, status_file.path.read_bytes())
        status_file.running(2.0, message="x" * 2_000)
        wait_until(lambda: "greater than maximum" in one.log.read_text(), "the reason is told")
        status_file.running(3.0)
        wait_for_value(nats, status_file.path.read_bytes())
        assert one.stop() == 0
    finally:
        nats.kill()


def test_two_relays_of_one_key_never_go_back(
    nats: NatsServer, tmp_path: Path, relay: Callable, status_file: StatusFile
) -> None:
    """A mistake, and survived: the state with the latest timestamp stays."""
    one = relay(nats.url)
    other = StatusFile(tmp_path / "other.json")
    two = Relay(other.path, nats.url, log=tmp_path / "two.log")
    try:
        for number in range(20):
            status_file.document(timestamp=1_700_000_000 + 2 * number)
            other.document(timestamp=1_700_000_001 + 2 * number)
        wait_for_value(nats, other.path.read_bytes())
        assert one.stop() == 0
    finally:
        two.kill()
