"""`pulse run --to`: the last word of a training arrives as well."""

from __future__ import annotations

import json
import subprocess

import pytest
from commands import without_remarks
from nats_relay import ENVIRONMENT
from nats_server import NatsClient, NatsServer, nats_binary
from nats_states import run, wait_for_value
from processes import PATIENCE, StatusFile, wait_until


@pytest.mark.parametrize(("code", "status"), [(0, "done"), (3, "error")])
def test_the_last_word_of_a_run_is_acknowledged_before_it_ends(
    nats: NatsServer, status_file: StatusFile, code: int, status: str
) -> None:
    result = run(status_file, nats.url, f"import sys; sys.exit({code})")
    assert (result.returncode, without_remarks(result.stderr.encode())) == (code, b"")
    with NatsClient(nats) as client:
        value, revision = client.get()  # type: ignore[misc]
    assert json.loads(value)["status"] == status
    assert value == status_file.path.read_bytes()
    assert revision >= 1


def test_a_run_without_a_cluster_trains_and_says_so_at_the_end(
    nats: NatsServer, status_file: StatusFile
) -> None:
    nats.kill()
    result = run(status_file, nats.url, "import sys; sys.exit(3)")
    assert result.returncode == 3
    assert f"the last state was not acknowledged by {nats.url}: " in result.stderr
    assert json.loads(status_file.path.read_text())["status"] == "error"


def test_a_run_outlives_an_outage(nats: NatsServer, status_file: StatusFile) -> None:
    nats.kill()
    command = [nats_binary(), "run", "-s", str(status_file.path), "--to", nats.url, "--"]
    process = subprocess.Popen([*command, "true"], env=ENVIRONMENT, stderr=subprocess.PIPE)
    wait_until(lambda: status_file.path.exists() and b"done" in status_file.path.read_bytes(), "")
    nats.start()
    assert process.wait(PATIENCE) == 0
    assert process.stderr is not None and b"not acknowledged" not in process.stderr.read()
    wait_for_value(nats, status_file.path.read_bytes())
