"""`pulse run` takes updates from callbacks over HTTP, and serves what it knows."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import socket
import stat
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import ENVIRONMENT, Job, without_remarks
from processes import PATIENCE, wait_until


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    job = Job(tmp_path)
    yield job
    job.close()


NOFILE = resource.RLIMIT_NOFILE

#: A client that speaks Kubeflow Trainer's protocol (KEP-2779) as transformers 5 does: the same
#: moments, fields, rounding and headers, through urllib.
CLIENT = """
import datetime, json, os, sys, urllib.request

URL, TOKEN = "KUBEFLOW_TRAINER_SERVER_URL", "KUBEFLOW_TRAINER_SERVER_TOKEN"

def update(progress, metrics, remaining=None):
    status = {"lastUpdatedTime": datetime.datetime.now(datetime.timezone.utc).isoformat()}
    status["progressPercentage"] = progress
    if remaining is not None:
        status["estimatedRemainingSeconds"] = remaining
    status["metrics"] = [{"name": str(k), "value": str(v)} for k, v in metrics.items()]
    with open(os.environ[TOKEN]) as file:
        token = file.read().strip()
    request = urllib.request.Request(
        os.environ[URL],
        data=json.dumps({"trainerStatus": status}).encode("utf-8"),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.status == 200

def step(number, total, epochs, **logs):
    place = {"current_step": number, "total_steps": total,
             "current_epoch": round(epochs * number / total, 2)}
    update(min(int(number / total * 100), 99), {**logs, **place}, remaining=12)

def begin(total):
    update(0, {"total_steps": total})

def pause():
    sys.stdin.readline()
"""


def go_on(process: subprocess.Popen) -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.stdin.flush()


def test_a_trainer_with_callbacks_needs_no_code(job: Job) -> None:
    script = f"""{CLIENT}
begin(48)
step(16, 48, 3, loss=3.9312, learning_rate=4.89e-05, epoch=1.0)
pause()
step(30, 48, 3, loss=2.5, epoch=1.5)
pause()
update(100, {{"loss": 2.5, "train_loss": 3.1, "train_runtime": 9.5, "epoch": 3.0}}, remaining=0)
"""
    process = job.start(job.script(script))
    job.wait_for(
        "step 16", status="running", epoch=1.0, total_epochs=3.0, loss=3.9312,
        message="Training, step 16 of 48",
    )  # fmt: skip
    go_on(process)
    job.wait_for("step 30", epoch=1.875, total_epochs=3.0, loss=2.5)
    go_on(process)
    assert process.wait(PATIENCE) == 0
    state = job.status()
    assert (state.status, state.epoch, state.total_epochs, state.loss) == ("done", 3.0, 3.0, 2.5)
    assert state.message == "Training completed"


def test_half_an_epoch_ends_at_the_end(job: Job) -> None:
    script = f"{CLIENT}\nbegin(40)\nfor n in range(4, 40, 4): step(n, 40, 0.5, loss=n)\nsys.exit(1)"
    job.run(job.script(script))
    state = job.status()
    assert state.total_epochs == pytest.approx(0.5, abs=0.006)
    assert state.epoch / state.total_epochs == pytest.approx(0.9)


def test_keeps_the_last_report_of_a_trainer_that_fails(job: Job) -> None:
    script = f"{CLIENT}\nbegin(48)\nstep(24, 48, 3, loss=0.5)\nraise MemoryError('no room')"
    assert job.run(job.script(script)).returncode == 1
    state = job.status()
    assert (state.status, state.epoch, state.loss) == ("error", 1.5, 0.5)
    assert state.message == "exit code 1: MemoryError: no room"


def test_shows_a_loss_that_is_not_finite(job: Job) -> None:
    script = f"""{CLIENT}
step(16, 48, 3, loss=0.75)
step(24, 48, 3, loss=float("nan"))
pause()
sys.exit(1)
"""
    process = job.start(job.script(script))
    job.wait_for("NaN", epoch=1.5, loss=0.75, message="loss is NaN at step 24")
    go_on(process)
    assert process.wait(PATIENCE) == 1
    assert job.status().message == "loss is NaN at step 24; exit code 1"


def test_the_log_outranks_the_callbacks(job: Job) -> None:
    entry = {"current_steps": 8, "total_steps": 48, "loss": 0.25, "epoch": 0.5}
    script = f"""{CLIENT}
open({str(job.trainer_log)!r}, "w").write({json.dumps(entry)!r} + "\\n")
pause()
step(24, 48, 3, loss=0.5)
sys.exit(1)
"""
    process = job.start(job.script(script), "--trainer-log", str(job.trainer_log))
    job.wait_for("the log", epoch=0.5)
    go_on(process)
    assert process.wait(PATIENCE) == 1
    assert (job.status().epoch, job.status().loss) == (0.5, 0.25)


def test_a_proxy_is_not_in_the_way(job: Job) -> None:
    proxied = ENVIRONMENT | {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    result = job.run(job.script(f"{CLIENT}\nstep(24, 48, 3, loss=0.5)"), env=proxied)
    assert result.returncode == 0
    assert without_remarks(result.stderr) == b""


@pytest.mark.parametrize("limit", [12, 16, 24, 40, 64])
def test_a_command_runs_where_descriptors_are_few(job: Job, limit: int) -> None:
    """With too few the trainer is not told of an endpoint, which could not accept it."""
    script = f"{CLIENT}\nif URL in os.environ: step(24, 48, 3, loss=0.5)"
    few = job.run(job.script(script), preexec_fn=lambda: resource.setrlimit(NOFILE, (limit, limit)))
    assert few.returncode == 0
    assert without_remarks(few.stderr) == b""
    assert job.status().status == "done"


ENVIRONMENT_OF_CHILD = """
import json, os
print(json.dumps({k: v for k, v in os.environ.items() if k.startswith("KUBEFLOW")}))
"""


def test_keeps_out_when_told_to(job: Job) -> None:
    result = job.run(job.script(ENVIRONMENT_OF_CHILD), "--no-kubeflow")
    assert json.loads(result.stdout) == {}


def test_leaves_a_job_alone_that_reports_to_somebody_else(job: Job) -> None:
    theirs = {"KUBEFLOW_TRAINER_SERVER_URL": "https://kubeflow.example/status"}
    result = job.run(job.script(ENVIRONMENT_OF_CHILD), env=ENVIRONMENT | theirs)
    assert json.loads(result.stdout) == theirs


def test_the_token_is_private_and_goes_in_the_end(job: Job) -> None:
    process = job.start(job.script(ENVIRONMENT_OF_CHILD + "\ninput()"), text=True)
    assert process.stdout is not None
    path = Path(json.loads(process.stdout.readline())["KUBEFLOW_TRAINER_SERVER_TOKEN"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert re.fullmatch("[0-9a-f]{64}", path.read_text())
    process.communicate("\n", timeout=PATIENCE)
    assert not path.parent.exists()


# The endpoint, at the level of bytes.


class Endpoint:
    """The endpoint of a running job, and the token that it wants."""

    def __init__(self, job: Job) -> None:
        self.process = job.start(job.script(ENVIRONMENT_OF_CHILD + "\ninput()"), text=True)
        assert self.process.stdout is not None
        variables = json.loads(self.process.stdout.readline())
        self.url = variables["KUBEFLOW_TRAINER_SERVER_URL"]
        self.port = int(self.url.rstrip("/").rpartition(":")[2])
        self.token = Path(variables["KUBEFLOW_TRAINER_SERVER_TOKEN"]).read_text()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def exchange(self, *parts: bytes) -> bytes:
        """Send the parts in turn; give all that is answered."""
        with self.connect() as connection:
            for part in parts:
                connection.sendall(part)
            answer = b""
            while data := connection.recv(4096):
                answer += data
            return answer

    def request(self, body: bytes) -> bytes:
        """A request as urllib sends it, recorded by hand."""
        return (
            f"POST / HTTP/1.1\r\nAccept-Encoding: identity\r\nContent-Length: {len(body)}\r\n"
            f"Host: 127.0.0.1:{self.port}\r\nUser-Agent: Python-urllib/3.12\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
            "Connection: close\r\n\r\n"
        ).encode() + body


BODY = (
    b'{"trainerStatus": {"lastUpdatedTime": "2025-11-28T10:00:05.123456+00:00", '
    b'"progressPercentage": 50, "estimatedRemainingSeconds": 7, "metrics": ['
    b'{"name": "loss", "value": "0.5"}, {"name": "current_step", "value": "24"}, '
    b'{"name": "total_steps", "value": "48"}, {"name": "current_epoch", "value": "1.5"}]}}'
)
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def endpoint(job: Job) -> Iterator[Endpoint]:
    endpoint = Endpoint(job)
    yield endpoint
    # Whatever it was sent, the job goes on and the endpoint is well.
    assert endpoint.exchange(endpoint.request(BODY)).startswith(OK)
    endpoint.process.communicate("\n", timeout=PATIENCE)
    assert endpoint.process.returncode == 0
    assert job.status().loss == 0.5


def test_takes_a_request_in_any_pieces(endpoint: Endpoint) -> None:
    request = endpoint.request(BODY)
    answer = endpoint.exchange(request)
    assert answer.startswith(OK)
    assert b"\r\nContent-Length: 0\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")
    assert endpoint.exchange(*(request[i : i + 1] for i in range(len(request)))).startswith(OK)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda r: r.replace(b"Bearer ", b"Bearer x"), 401),
        (lambda r: r.replace(b"Authorization", b"X"), 401),
        (lambda r: r.replace(b"POST", b"GET"), 405),
        (lambda r: r.replace(b"Content-Length", b"X"), 411),
        (lambda r: re.sub(rb"Length: \d+", b"Length: 1000000", r), 413),
        (lambda r: re.sub(rb"Length: \d+", b"Length: 10", r), 400),
        (lambda r: r.replace(b"trainerStatus", b"trainerStatut"), 400),
        (lambda r: r.replace(b"Host", b"H" * 10_000), 431),
    ],
)
def test_refuses_everything_else(endpoint: Endpoint, change, status: int) -> None:
    answer = endpoint.exchange(change(endpoint.request(BODY)))
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


def test_refuses_what_is_not_http(endpoint: Endpoint) -> None:
    answer = endpoint.exchange(b"\x16\x03\x01\x02\x00\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_others_do_not_hold_it_up(endpoint: Endpoint) -> None:
    """More connections than it takes at once, silent and half-way, and a trainer behind them."""
    idle = [endpoint.connect() for _ in range(10)]
    half = endpoint.connect()
    half.sendall(endpoint.request(BODY)[:100])
    assert endpoint.exchange(endpoint.request(BODY)).startswith(OK)
    idle += [endpoint.connect() for _ in range(10)]
    # All seats are taken now: those who dawdle lose theirs.
    assert endpoint.exchange(endpoint.request(BODY)).startswith(OK)
    for connection in [*idle, half]:
        connection.close()


def test_only_this_machine_can_reach_it(endpoint: Endpoint) -> None:
    listens = f"0100007F:{endpoint.port:04X} 00000000:0000 0A"
    # A table that changes while it is read may lack a line.
    wait_until(lambda: listens in Path("/proc/net/tcp").read_text(), "it listens on loopback")


# --serve.


def url(process: subprocess.Popen) -> str:
    assert process.stderr is not None
    line = process.stderr.readline().decode()
    match = re.fullmatch(r"pulse: serving \S+ at (http://127\.0\.0\.1:\d+)/\n", line)
    assert match, line
    return match[1]


def get(address: str) -> dict:
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        return json.load(answer)


def test_serves_from_the_first_word_to_the_last(job: Job) -> None:
    script = f"{CLIENT}\nstep(24, 48, 3, loss=0.5)\npause()\nraise ValueError('bad')"
    process = job.start(job.script(script), "--serve", "--port", "0", "--no-linger")
    address = url(process)
    with urllib.request.urlopen(f"{address}/events", timeout=PATIENCE) as stream:
        wait_until(lambda: get(f"{address}/status")["epoch"] == 1.5, "half is served")
        assert get(f"{address}/progress")["progress"] == 50.0
        go_on(process)
        events = stream.read().decode()
    assert process.wait(PATIENCE) == 1
    final = [line for line in events.splitlines() if line.startswith("data: ")]
    last = [json.loads(line[6:]) for line in final if '"message"' in line][-1]
    assert (last["status"], last["message"]) == ("error", "exit code 1: ValueError: bad")
    assert last == json.loads(job.status_file.read_bytes())


def test_goes_on_serving_when_told_to(job: Job) -> None:
    process = job.start(["sh", "-c", "exit 3"], "--serve", "--port", "0", "--keep-serving")
    address = url(process)
    wait_until(lambda: get(f"{address}/status")["status"] == "error", "the end is served")
    assert get(f"{address}/progress")["liveness"] == "finished"
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 3


def lingering(job: Job, *options: str) -> tuple[subprocess.Popen, str]:
    """A server whose command has ended with exit code 3, and its URL."""
    process = job.start(["sh", "-c", "exit 3"], "--serve", "--port", "0", *options)
    address = url(process)
    assert process.stderr is not None
    assert process.stderr.readline().startswith(b"pulse: listening to: ")
    line = process.stderr.readline().decode()
    assert "the command has ended: error; serving that until somebody has seen it" in line
    return process, address


@pytest.mark.parametrize("path", ["status", "progress", "history"])
def test_the_end_is_served_until_somebody_has_seen_it(job: Job, path: str) -> None:
    process, address = lingering(job)
    get(f"{address}/{path}")
    assert process.wait(PATIENCE) == 3


def test_a_stream_that_begins_after_the_end_has_seen_it(job: Job) -> None:
    process, address = lingering(job)
    with urllib.request.urlopen(f"{address}/events", timeout=PATIENCE) as stream:
        assert '"status": "error"' in stream.read().decode()
    assert process.wait(PATIENCE) == 3


def test_what_machines_ask_has_not_seen_the_end(job: Job) -> None:
    process, address = lingering(job)
    for path in ("metrics", "livez", "readyz"):
        urllib.request.urlopen(f"{address}/{path}", timeout=PATIENCE).close()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(4)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 3


def test_nobody_is_waited_for_longer_than_asked(job: Job) -> None:
    process, _ = lingering(job, "--linger", "300ms")
    assert process.wait(PATIENCE) == 3


def test_a_command_that_was_stopped_is_not_served_any_longer(job: Job) -> None:
    process = job.start(["sleep", "60"], "--serve", "--port", "0")
    address = url(process)
    wait_until(lambda: get(f"{address}/status")["status"] == "running", "it runs")
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 128 + signal.SIGTERM


def test_starts_nothing_when_it_cannot_serve(job: Job) -> None:
    result = job.run(["touch", "started"], "--serve", "--host", "192.0.2.1", "--allow-anonymous")
    assert result.returncode == 125
    assert b"cannot listen on 192.0.2.1" in result.stderr
    assert not (job.directory / "started").exists()
    assert not job.status_file.exists()


def test_beside_another_run_the_next_port_is_taken(job: Job) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = job.run(["true"], "--serve", "--no-linger", "--port", str(port))
    assert result.returncode == 0
    said = result.stderr.decode()
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use by " in said
    assert f"(process {os.getpid()})" in said
    served = int(re.search(r"serving .* at http://127\.0\.0\.1:(\d+)/", said)[1])
    assert port < served <= port + 100


def test_serving_hands_nothing_down(job: Job) -> None:
    """No descriptor of the server, the endpoint or the output relay is the command's."""
    script = """
import os
print(sorted(os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")
             if int(fd) > 2 and os.path.exists(f"/proc/self/fd/{fd}")))
"""
    with open(os.devnull) as null:
        result = job.run(job.script(script), "--serve", "--port", "0", "--no-linger", stdin=null)
    assert b"socket" not in result.stdout
    assert b"pipe" not in result.stdout
    assert b"anon_inode" not in result.stdout
