"""What the users of `deploy/nats/` may do, and what a bad one of them tries."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nats
import pytest
from nats_user import NatsUser
from processes import PATIENCE, wait_until
from secured_cluster import DEPLOY, SecuredCluster, make_authority, make_credentials

#: The values that everyone should still find after each test.
VALUES = {"a": b"value of a", "b": b"value of b"}


@pytest.fixture(scope="module", params=["operator.conf", "users.conf"])
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    cluster = SecuredCluster(tmp_path_factory.mktemp("cluster"), request.param)
    try:
        with NatsUser(cluster, "admin") as admin:
            admin.make_bucket()
        yield cluster
    finally:
        cluster.nodes.stop()


@pytest.fixture
def admin(cluster: SecuredCluster) -> Iterator[NatsUser]:
    """With the values in their places."""
    with NatsUser(cluster, "admin") as admin:
        for key, value in VALUES.items():
            assert admin.put(key, value)
        yield admin


def values(admin: NatsUser) -> dict:
    """What is stored, after all that was sent before."""
    assert admin.put("marker", b"")
    return {key: admin.get(key) for key in VALUES}


def test_a_trainer_writes_its_own_key(cluster: SecuredCluster, admin: NatsUser) -> None:
    with NatsUser(cluster, "trainer-a") as trainer:
        assert trainer.put("a", b"news of a")
        assert not trainer.refusals
    assert values(admin) == VALUES | {"a": b"news of a"}


@pytest.mark.parametrize("subject", ["$KV.pulse.b", "$KV.pulse.c", "$KV.pulse.a.b", "$KV.other.a"])
def test_a_trainer_writes_nothing_else(
    cluster: SecuredCluster, admin: NatsUser, subject: str
) -> None:
    with NatsUser(cluster, "trainer-a") as trainer:
        assert trainer.ask(subject, b"not mine") is None
        assert "permissions violation" in trainer.refusals[0]
    assert values(admin) == VALUES


def test_a_server_hears_and_reads(cluster: SecuredCluster, admin: NatsUser) -> None:
    with NatsUser(cluster, "server") as server, NatsUser(cluster, "trainer-a") as trainer:
        news = server.listen("$KV.pulse.a")
        assert server.get("a") == VALUES["a"]
        assert trainer.put("a", b"news of a")
        assert server.next(news) == b"news of a"
        assert server.get("a") == b"news of a"
        assert not server.refusals


@pytest.mark.parametrize("key", ["a", "b", "c"])
def test_a_server_writes_nothing(cluster: SecuredCluster, admin: NatsUser, key: str) -> None:
    with NatsUser(cluster, "server") as server:
        assert not server.put(key, b"a server's")
        assert "permissions violation" in server.refusals[0]
    assert values(admin) == VALUES


@pytest.mark.parametrize("user", ["trainer-a", "server"])
@pytest.mark.parametrize(
    "request_", ["STREAM.DELETE", "STREAM.PURGE", "STREAM.MSG.DELETE", "STREAM.UPDATE",
                 "STREAM.LEADER.STEPDOWN", "STREAM.CREATE", "STREAM.NAMES", "CONSUMER.CREATE",
                 "DIRECT.GET"]
)  # fmt: skip
def test_nobody_administers(
    cluster: SecuredCluster, admin: NatsUser, user: str, request_: str
) -> None:
    with NatsUser(cluster, user) as someone:
        assert someone.ask(f"$JS.API.{request_}.KV_pulse", b"{}") is None
        assert "permissions violation" in someone.refusals[0]
    assert values(admin) == VALUES


@pytest.mark.parametrize("user", ["trainer-a", "server"])
@pytest.mark.parametrize(
    "subject", ["$KV.pulse.a", "$JS.API.STREAM.MSG.GET.KV_pulse", "$JS.API.STREAM.INFO.KV_pulse"]
)  # fmt: skip
def test_no_answer_is_directed_into_another_key(
    cluster: SecuredCluster, admin: NatsUser, user: str, subject: str
) -> None:
    """The permission of a publish doesn't look at its reply subject."""
    with NatsUser(cluster, user) as someone:
        question = b'{"last_by_subj": "$KV.pulse.a"}' if ".GET." in subject else VALUES["a"]
        someone.publish(subject, question, reply="$KV.pulse.b")
        # The next answer on the same way comes after that one.
        assert someone.put("a", VALUES["a"]) if user == "trainer-a" else someone.get("a")
    assert values(admin) == VALUES


def test_within_one_account_it_would_be(cluster: SecuredCluster, admin: NatsUser) -> None:
    """Why there are three accounts: the attack of the last test, by somebody within the store's."""
    admin.publish("$KV.pulse.a", VALUES["a"], reply="$KV.pulse.b")
    wait_until(lambda: b'"seq"' in admin.get("b"), "the answer stands in the other key")


def test_no_key_is_rolled_up(cluster: SecuredCluster, admin: NatsUser) -> None:
    """A header that erases all of a stream but the message that carries it."""
    with NatsUser(cluster, "trainer-a") as trainer:
        trainer.publish("$KV.pulse.a", b"all that is left", Nats_Rollup="all")
        assert trainer.put("a", VALUES["a"])
    assert values(admin) == VALUES


def test_a_trainer_hears_no_other(cluster: SecuredCluster, admin: NatsUser) -> None:
    with NatsUser(cluster, "trainer-a") as trainer:
        news = trainer.listen("$KV.pulse.b")
        assert admin.put("b", VALUES["b"])
        assert trainer.next(news, timeout=1) is None
        assert "permissions violation" in trainer.refusals[0]


def test_a_trainers_answers_are_not_the_servers(cluster: SecuredCluster, admin: NatsUser) -> None:
    """Both may listen to every inbox, of their own account."""
    with NatsUser(cluster, "trainer-a") as trainer, NatsUser(cluster, "server") as server:
        inboxes = trainer.listen("_INBOX.>")
        assert server.get("b") == VALUES["b"]
        assert trainer.next(inboxes, timeout=1) is None


def test_without_tls_nobody_gets_in(cluster: SecuredCluster) -> None:
    """The first line of a node tells that TLS has to follow, and nothing else is read."""
    for node in cluster.nodes.nodes:
        with socket.create_connection(("127.0.0.1", node.port), timeout=PATIENCE) as client:
            lines = client.makefile("rb")
            assert b'"tls_required":true' in lines.readline()
            client.sendall(b"CONNECT {}\r\nPING\r\n")
            assert b"PONG" not in lines.read()


def test_a_stranger_doesnt_get_in(cluster: SecuredCluster, tmp_path: Path) -> None:
    """Credentials of another operator; for passwords, a wrong one."""
    stranger = SecuredCluster.__new__(SecuredCluster)
    stranger.__dict__.update(cluster.__dict__)
    stranger.credentials = tmp_path / "credentials"
    make_credentials(stranger.credentials, "a")
    if cluster.rights == "users.conf":
        stranger.sign_in = lambda user: f"{user}:guessed@"  # type: ignore[method-assign]
    for user in ["trainer-a", "server", "admin"]:
        with pytest.raises(nats.errors.Error, match="(?i)authorization violation"):
            NatsUser(stranger, user)


def test_a_client_sees_whom_it_talks_to(cluster: SecuredCluster, tmp_path: Path) -> None:
    """A client that trusts another authority leaves before it says who it is."""
    other = ssl.create_default_context(cafile=str(make_authority(tmp_path / "other")))
    with pytest.raises((ssl.SSLError, nats.errors.Error)):
        NatsUser(cluster, "server", tls=other)


@pytest.mark.parametrize("name", ["*", ">", "a.*", "a.>", "", ".a", "a b", "../a", "a\n"])
def test_no_credentials_for_a_wildcard(tmp_path: Path, name: str) -> None:
    """A key that is a pattern would be a right to other keys."""
    made = subprocess.run(
        [DEPLOY / "make-credentials", tmp_path, "--", name], capture_output=True, text=True
    )
    assert made.returncode == 2
    assert "no name of a key" in made.stderr
    assert not any(tmp_path.iterdir())


def test_a_further_trainer_needs_no_change_of_the_nodes(tmp_path: Path) -> None:
    make_credentials(tmp_path, "a")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    make_credentials(tmp_path, "a", "b")
    new = [path.name for path in tmp_path.iterdir() if path.is_file() and path not in before]
    assert new == ["trainer-b.creds"]
    changed = [path.name for path, bytes in before.items() if path.read_bytes() != bytes]
    # Its tokens are signed anew, by the same keys.
    assert changed in ([], ["operator.conf"])


def test_the_private_files_are_private(tmp_path: Path) -> None:
    make_credentials(tmp_path, "a")
    for path in [*tmp_path.glob("*.creds"), *tmp_path.glob("keys/*")]:
        assert path.stat().st_mode & 0o077 == 0, path
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
