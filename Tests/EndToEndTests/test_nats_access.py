"""Pulse on the cluster of `deploy/nats/`: with the right credentials it works, with others it says
so at once."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from nats_processes import Stage, failure_of, wait_for_all
from nats_relay import ENVIRONMENT
from nats_server import nats_binary
from nats_user import NatsUser
from processes import PATIENCE, StatusFile, wait_until
from secured_cluster import SecuredCluster, make_authority, make_credentials


@pytest.fixture(scope="module", params=["operator.conf", "users.conf"])
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """Its bucket was made as docs/SCALING.md says: by a relay that has nothing to send."""
    directory = tmp_path_factory.mktemp("cluster")
    cluster = SecuredCluster(directory, request.param)
    try:
        with Stage(directory, cluster.url()) as stage:
            relay = stage.relay(directory / "none.json", *cluster.flags("admin"))
            wait_until(lambda: "made the bucket" in relay.log.read_text(), "the bucket is made")
            assert relay.stop() == 0
        yield cluster
    finally:
        cluster.nodes.stop()


@pytest.fixture
def stage(cluster: SecuredCluster, tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path, cluster.url()) as stage:
        yield stage


def test_a_trainer_is_served(
    cluster: SecuredCluster, stage: Stage, status_file: StatusFile
) -> None:
    stage.relay(status_file.path, *cluster.flags("trainer-a"))
    server = stage.serve("--poll-interval", "1h", *cluster.flags("server"))
    fast = stage.serve("--poll-interval", "100ms", *cluster.flags("server"))
    for step in range(3):
        # It hears what is sent: within its poll interval it doesn't look a second time.
        status_file.running(step / 10, message=f"step {step}")
        wait_for_all([server, fast], f"step {step}")
    assert [one.source() for one in (server, fast)] == ["ok", "ok"]


@pytest.mark.parametrize("user", ["trainer-b", "server"])
def test_nobody_else_writes_the_key(
    cluster: SecuredCluster, stage: Stage, status_file: StatusFile, user: str
) -> None:
    status_file.running(1.0, message="not theirs")
    relay = stage.relay(status_file.path, *cluster.flags(user))
    assert "permissions violation" in failure_of(relay).lower()
    with NatsUser(cluster, "admin") as admin:
        assert b"not theirs" not in (admin.get("a") or b"")


def test_a_trainer_makes_no_bucket(
    cluster: SecuredCluster, stage: Stage, status_file: StatusFile
) -> None:
    status_file.running(1.0)
    url = cluster.url().replace("/pulse/", "/other/")
    relay = stage.relay(status_file.path, *cluster.flags("trainer-a"), url=url)
    assert "permissions violation" in failure_of(relay).lower()


def test_nothing_forged_is_shown(
    cluster: SecuredCluster, stage: Stage, status_file: StatusFile
) -> None:
    """Answers that others have sent to the subject that a server listens to."""
    status_file.running(1.0, message="of b")
    url = cluster.url("b")
    stage.relay(status_file.path, *cluster.flags("trainer-b"), url=url)
    server = stage.serve("--poll-interval", "100ms", *cluster.flags("server"), url=url)
    wait_for_all([server], "of b")
    before = server.get("/history").json()["epoch"]
    with NatsUser(cluster, "trainer-a") as trainer, NatsUser(cluster, "server") as other:
        own = status_file.path.read_bytes().replace(b"of b", b"of a")
        assert trainer.put("a", own)
        question = b'{"last_by_subj": "$KV.pulse.a"}'
        for _ in range(20):
            trainer.publish("$KV.pulse.a", own, reply="$KV.pulse.b", Pulse_Order="99")
            for someone in (trainer, other):
                someone.publish("$JS.API.STREAM.MSG.GET.KV_pulse", question, reply="$KV.pulse.b")
        assert trainer.put("a", own)
        assert other.get("a") == own
    assert server.shows("of b")
    assert server.source() == "ok"
    assert server.get("/history").json()["epoch"] == before
    status_file.running(2.0, message="news of b")
    wait_for_all([server], "news of b")


def bad_access(cluster: SecuredCluster, tmp_path: Path, kind: str) -> tuple[str, list[str], str]:
    """A URL and flags that can't work, and a word of what Pulse says to them."""
    url = cluster.url()
    authority, credentials = cluster.flags("server")[:2], cluster.flags("server")[2:]
    if kind == "no TLS":
        return url.replace("tls://", "nats://"), credentials, "certificate"
    if kind == "another authority":
        other = make_authority(tmp_path / "authority")
        return url, ["--nats-ca", str(other), *credentials], "certificate"
    if kind == "no credentials":
        return url, authority, "authorization"
    if kind == "a file that isn't there":
        return url, [*authority, "--nats-credentials", str(tmp_path / "none")], "no such file"
    if cluster.rights == "operator.conf":
        make_credentials(tmp_path / "credentials", "a")
        file = tmp_path / "credentials" / "server.creds"
    else:
        file = tmp_path / "credentials"
        file.write_text("server:guessed\n")
    return url, [*authority, "--nats-credentials", str(file)], "authorization"


KINDS = ["no TLS", "another authority", "no credentials", "a file that isn't there",
         "foreign credentials"]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", ["relay", "serve"])
def test_what_can_never_work_is_said_at_once(
    cluster: SecuredCluster, status_file: StatusFile, tmp_path: Path, kind: str, command: str
) -> None:
    url, flags, word = bad_access(cluster, tmp_path, kind)
    own = ["--source", url, "--port", "0"] if command == "serve" else ["--to", url]
    status_file.running(1.0)
    result = subprocess.run(
        [nats_binary(), command, *own, *flags],
        cwd=status_file.path.parent, env=ENVIRONMENT, capture_output=True, text=True,
        timeout=PATIENCE,
    )  # fmt: skip
    assert result.returncode == 1, result.stderr
    assert word in result.stderr.lower()
    assert not result.stdout
