"""What Pulse makes of users, passwords and permissions of a NATS server."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from nats_server import NatsClient, NatsServer, nats_binary
from nats_states import document, run, source, wait_for
from processes import StatusFile, wait_until


@pytest.mark.parametrize("secret", ["wrong", None])
def test_wrong_credentials_are_an_error_at_once(tmp_path: Path, secret: str | None) -> None:
    nats = NatsServer(
        tmp_path / "nats", "authorization { users: [ { user: viewer, password: right } ] }"
    )
    options = []
    if secret is not None:
        (tmp_path / "credentials").write_text(f"viewer:{secret}\n")
        options = ["--nats-credentials", str(tmp_path / "credentials")]
    try:
        result = subprocess.run(
            [nats_binary(), "serve", "--port", "0", "--source", nats.url, *options],
            capture_output=True, text=True, timeout=20,
        )  # fmt: skip
        assert result.returncode == 1
        assert "uthorization" in result.stderr
        assert "right" not in result.stderr and "wrong" not in result.stderr
    finally:
        nats.kill()


def test_credentials_that_are_taken_away_and_given_back(
    tmp_path: Path, serve_key: Callable
) -> None:
    def users(password: str) -> str:
        return (
            f"authorization {{ users: [ {{ user: viewer, password: {password} }},"
            f" {{ user: admin, password: admin }} ] }}"
        )

    nats = NatsServer(tmp_path / "nats", users("right"))
    try:
        with NatsClient(nats, user="admin", **{"pass": "admin"}) as client:
            client.make_bucket()
            client.put(document(epoch=1.25))
        (tmp_path / "credentials").write_text("viewer:right\n")
        server = serve_key(nats.url, "--nats-credentials", str(tmp_path / "credentials"))
        assert source(server)[0] == "ok"
        nats.kill()
        nats.reconfigure(users("other"))
        nats.start()
        wait_until(lambda: "refuses our credentials" in (source(server)[1] or ""), "it is refused")
        assert source(server)[0] == "unreadable"
        assert server.get("/status").json()["epoch"] == 1.25
        nats.kill()
        nats.reconfigure(users("right"))
        nats.start()
        wait_for(server, "ok")
    finally:
        nats.kill()


def test_a_key_that_may_not_be_read_is_an_error_at_once(tmp_path: Path) -> None:
    nats = NatsServer(
        tmp_path / "nats",
        "authorization { users: [ { user: viewer, password: right, permissions:"
        ' { publish: "$JS.API.STREAM.INFO.*", subscribe: "_INBOX.>" } },'
        " { user: admin, password: admin } ] }",
    )
    (tmp_path / "credentials").write_text("viewer:right\n")
    try:
        with NatsClient(nats, user="admin", **{"pass": "admin"}) as client:
            client.make_bucket()
        result = subprocess.run(
            [nats_binary(), "serve", "--port", "0", "--source", nats.url]
            + ["--nats-credentials", str(tmp_path / "credentials")],
            capture_output=True, text=True, timeout=20,
        )  # fmt: skip
        assert result.returncode == 1
        assert "permissions violation" in result.stderr.lower()
        assert "STREAM.MSG.GET.KV_runs" in result.stderr
    finally:
        nats.kill()


@pytest.mark.parametrize("rights", ["none", "reading only"])
def test_what_is_not_permitted_is_an_error_at_once(
    tmp_path: Path, relay: Callable, status_file: StatusFile, rights: str
) -> None:
    allowed = '"x"' if rights == "none" else '"$JS.API.STREAM.MSG.GET.*"'
    nats = NatsServer(
        tmp_path / "nats",
        "authorization { users: [ { user: trainer, password: right, permissions:"
        f' {{ publish: [ {allowed} ], subscribe: "_INBOX.>" }} }},'
        " { user: admin, password: admin } ] }",
    )
    (tmp_path / "credentials").write_text("trainer:right\n")
    status_file.running(1.0)
    try:
        with NatsClient(nats, user="admin", **{"pass": "admin"}) as client:
            client.make_bucket()
        one = relay(nats.url, "--nats-credentials", str(tmp_path / "credentials"))
        assert one.wait() == 1
        assert "permissions violation" in one.log.read_text().lower()
    finally:
        nats.kill()


def test_the_log_and_the_announcement_hold_no_password(
    tmp_path: Path, relay: Callable, status_file: StatusFile
) -> None:
    nats = NatsServer(
        tmp_path / "nats", "authorization { users: [ { user: trainer, password: topsecret } ] }"
    )
    (tmp_path / "credentials").write_text("trainer:topsecret\n")
    status_file.running(1.0)
    try:
        one = relay(nats.url, "--nats-credentials", str(tmp_path / "credentials"))
        nats.kill()
        status_file.running(2.0)
        wait_until(lambda: " warning " in one.log.read_text(), "the outage is told")
        assert "topsecret" not in one.announcement + one.log.read_text()
    finally:
        nats.kill()


def test_wrong_credentials_start_no_training(tmp_path: Path, status_file: StatusFile) -> None:
    nats = NatsServer(
        tmp_path / "nats", "authorization { users: [ { user: trainer, password: right } ] }"
    )
    try:
        result = run(status_file, nats.url, "open('started', 'w')", cwd=tmp_path)
        assert result.returncode == 125
        assert "uthorization" in result.stderr
        assert not (tmp_path / "started").exists()
    finally:
        nats.kill()
