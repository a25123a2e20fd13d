"""What Pulse makes of users, passwords and permissions of a NATS server."""

from __future__ import annotations

import json
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


@pytest.mark.parametrize("may_listen", [True, False])
def test_a_server_of_a_bucket_needs_what_one_of_a_key_needs(
    tmp_path: Path, serve_key: Callable, may_listen: bool
) -> None:
    listening = '"_INBOX.>", "$KV.runs.>"' if may_listen else '"_INBOX.>"'
    nats = NatsServer(
        tmp_path / "nats",
        "authorization { users: [ { user: viewer, password: right, permissions:"
        ' { publish: [ "$JS.API.STREAM.INFO.KV_runs", "$JS.API.STREAM.MSG.GET.KV_runs" ],'
        f" subscribe: [ {listening} ] }} }}, {{ user: admin, password: admin }} ] }}",
    )
    (tmp_path / "credentials").write_text("viewer:right\n")
    try:
        with NatsClient(nats, user="admin", **{"pass": "admin"}) as client:
            client.make_bucket()
            client.put(document(epoch=1.0), "a")
            server = serve_key(
                nats.key("").rstrip("/"), "--poll-interval", "100ms",
                "--nats-credentials", str(tmp_path / "credentials"),
            )  # fmt: skip
            assert server.get("/runs/a/status").json()["epoch"] == 1.0
            client.put(document(epoch=2.0), "a")
            client.put(document(epoch=0.5), "b")
            wait_until(lambda: server.get("/runs").json()["total"] == 2, "the new key is there")
            wait_until(
                lambda: server.get("/runs/a/status").json()["epoch"] == 2.0, "the old one, too"
            )
    finally:
        nats.kill()


def test_a_key_that_may_not_be_written_holds_up_no_other(tmp_path: Path) -> None:
    nats = NatsServer(
        tmp_path / "nats",
        "authorization { users: [ { user: trainer, password: right, permissions:"
        ' { publish: [ "$KV.runs.a", "$JS.API.STREAM.INFO.KV_runs",'
        ' "$JS.API.STREAM.MSG.GET.KV_runs" ], subscribe: "_INBOX.>" } },'
        " { user: admin, password: admin } ] }",
    )
    (tmp_path / "credentials").write_text("trainer:right\n")
    runs = tmp_path / "runs"
    runs.mkdir()
    for name in ("a", "b"):
        StatusFile(runs / f"{name}.json").running(1.0)
    try:
        with NatsClient(nats, user="admin", **{"pass": "admin"}) as client:
            client.make_bucket()
            process = subprocess.Popen(
                [nats_binary(), "relay", "--runs-dir", str(runs)]
                + ["--to", nats.key("").rstrip("/")]
                + ["--nats-credentials", str(tmp_path / "credentials")],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            try:
                for epoch in (1.5, 2.0):
                    StatusFile(runs / "a.json").running(epoch)
                    wait_until(
                        lambda e=epoch: json.loads((client.get("a") or (b"{}", 0))[0]).get("epoch") == e,
                        "the other one has arrived",
                    )
                assert client.get("b") is None
            finally:
                process.terminate()
                _, said = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "not permitted" in said
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
