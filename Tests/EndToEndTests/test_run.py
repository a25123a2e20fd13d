"""`pulse run` writes the final status: how a command ends, and what the status file says then."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import ENVIRONMENT, Job, without_remarks
from processes import PATIENCE, wait_until

#: Waits for a line, so that the test decides when it goes on.
PAUSE = "import sys\nsys.stdin.readline()\n"


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    job = Job(tmp_path)
    yield job
    job.close()


def go_on(process: subprocess.Popen) -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.stdin.flush()


def test_says_running_while_it_runs_and_done_when_it_is_done(job: Job) -> None:
    process = job.start(job.script(PAUSE), "--total-epochs", "3")
    program = Path(sys.executable).name
    job.wait_for(
        "running", status="running", epoch=0.0, total_epochs=3.0, message=f"Started {program}"
    )
    go_on(process)
    assert process.wait(PATIENCE) == 0
    state = job.status()
    assert (state.status, state.epoch, state.total_epochs) == ("done", 3.0, 3.0)
    assert state.message == "exit code 0; nothing was reported"
    assert abs(state.timestamp - time.time()) < 60


@pytest.mark.parametrize("code", [1, 3, 77, 255])
def test_passes_the_exit_code_on(job: Job, code: int) -> None:
    assert job.run(["sh", "-c", f"exit {code}"]).returncode == code
    assert (job.status().status, job.status().message) == ("error", f"exit code {code}")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL", "SIGINT", "SIGSEGV", "SIGABRT", "SIGHUP"])
def test_names_the_signal(job: Job, name: str) -> None:
    number = signal.Signals[name]
    result = job.run(["sh", "-c", f"kill -{name[3:]} $$"])
    assert result.returncode == 128 + number
    assert (job.status().status, job.status().message) == ("error", f"killed by {name}")


@pytest.mark.parametrize("way", ["pipe", "same pipe", "file", "null"])
def test_keeps_the_last_line_of_stderr(job: Job, way: str) -> None:
    command = job.script("print('loading')\nraise ValueError('bad shape')")
    log = job.directory / "log"
    log.write_text("what was there before\n")
    with log.open("ab") as file:
        where = {
            "pipe": subprocess.PIPE,
            "same pipe": subprocess.STDOUT,
            "file": file,
            "null": subprocess.DEVNULL,
        }[way]
        result = job.run(command, stderr=where)
    assert result.returncode == 1
    assert job.status().message == "exit code 1: ValueError: bad shape"
    shown = {"pipe": result.stderr, "same pipe": result.stdout, "file": log.read_bytes()}
    if way in shown:
        assert shown[way].endswith(b"\nValueError: bad shape\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("python3 train.py 2>&1 | tee log; exit 1", "exit code 1: ValueError: bad shape"),
        ("echo 'ERROR: no data'; echo going >&2; exit 2", "exit code 2: ERROR: no data"),
        ("echo 'ERROR: no data'; python3 train.py", "exit code 1: ValueError: bad shape"),
        ("echo 'step 12'; exit 3", "exit code 3"),
    ],
)
@pytest.mark.parametrize("way", ["pipe", "file"])
def test_an_error_is_told_that_stdout_alone_names(
    job: Job, way: str, line: str, message: str
) -> None:
    job.script("raise ValueError('bad shape')")
    with (job.directory / "output").open("wb") as file:
        job.run(["sh", "-c", line], stdout={"pipe": subprocess.PIPE, "file": file}[way])
    assert job.status().message == message


def test_what_pulse_says_itself_is_no_reason(job: Job) -> None:
    with (job.directory / "log").open("wb") as file:
        job.run(["sh", "-c", "exit 1"], stderr=file)
    assert (job.directory / "log").read_bytes().startswith(b"pulse: listening to: ")
    assert job.status().message == "exit code 1"


def test_takes_no_line_that_was_in_the_file_before(job: Job) -> None:
    log = job.directory / "log"
    log.write_text("of another time\n")
    with log.open("ab") as file:
        job.run(["sh", "-c", "exit 1"], stderr=file)
    assert job.status().message == "exit code 1"


def test_knows_no_last_line_when_told_to_keep_out(job: Job) -> None:
    result = job.run(["sh", "-c", "echo no >&2; exit 1"], "--no-capture")
    assert without_remarks(result.stderr) == b"no\n"
    assert job.status().message == "exit code 1"


@pytest.mark.parametrize(
    ("command", "code", "reason"),
    [
        (["no-such-trainer"], 127, "No such file or directory"),
        (["./no-such-trainer"], 127, "No such file or directory"),
        (["./directory"], 126, "Permission denied"),
        (["./text"], 126, "Permission denied"),
        (["./nonsense"], 126, "Exec format error"),
    ],
)
def test_says_why_a_command_cannot_start(
    job: Job, command: list[str], code: int, reason: str
) -> None:
    (job.directory / "directory").mkdir()
    (job.directory / "text").write_text("text")
    (job.directory / "nonsense").write_text("text")
    (job.directory / "nonsense").chmod(0o755)
    result = job.run(command, "--total-epochs", "3")
    assert result.returncode == code
    state = job.status()
    assert (state.status, state.epoch, state.total_epochs) == ("error", 0.0, 3.0)
    assert state.message == f"cannot start {command[0]}: {reason}"
    assert without_remarks(result.stderr).decode() == f"pulse: {state.message}\n"


# Two runs and one file.


def test_two_runs_do_not_share_a_status_file(job: Job) -> None:
    first = job.start(job.script("print('ready', flush=True)\n" + PAUSE))
    assert first.stdout is not None
    assert first.stdout.readline() == b"ready\n"
    before = job.status_file.read_bytes()
    second = job.run(["touch", "started"])
    assert second.returncode == 125
    said = second.stderr.decode()
    assert f"is in use by another pulse run (process {first.pid})" in said
    assert "--status-file" in said
    assert not (job.directory / "started").exists()
    assert job.status_file.read_bytes() == before
    go_on(first)
    assert first.wait(PATIENCE) == 0
    assert job.run(["true"]).returncode == 0
    # Nothing is left behind.
    assert {path.name for path in job.directory.iterdir()} == {"status.json", "train.py"}


def test_the_lock_is_of_the_file_and_not_of_its_path(job: Job) -> None:
    first = job.start(job.script("print('ready', flush=True)\n" + PAUSE))
    assert first.stdout is not None
    assert first.stdout.readline() == b"ready\n"
    original = job.status_file
    for name in ("link.json", "sub/../status.json"):
        (job.directory / "sub").mkdir(exist_ok=True)
        job.status_file = job.directory / name
        if not job.status_file.exists():
            job.status_file.symlink_to(original)
        assert job.run(["true"]).returncode == 125
    job.status_file = job.directory / "other.json"
    assert job.run(["true"]).returncode == 0
    go_on(first)
    assert first.wait(PATIENCE) == 0


def test_a_run_that_was_killed_locks_nothing(job: Job) -> None:
    first = job.start(job.script("print('ready', flush=True)\n" + PAUSE))
    assert first.stdout is not None
    assert first.stdout.readline() == b"ready\n"
    first.kill()
    first.wait()
    # Its command runs on, and holds no lock either.
    assert job.run(["true"]).returncode == 0
    assert job.status().status == "done"


def test_a_run_within_a_run_is_its_trainer(job: Job) -> None:
    inner = job.command(job.script("raise ValueError('bad')"))
    assert job.run(inner).returncode == 1
    assert job.status().message == "exit code 1: ValueError: bad"


def test_what_could_not_begin_leaves_no_lock(job: Job) -> None:
    assert job.run(["true"], "--serve", "--port", "1", "--host", "203.0.113.1").returncode == 125
    assert list(job.directory.iterdir()) == []


# What a command leaves behind.


@pytest.mark.parametrize(
    "line",
    [
        "sleep 60",
        "nohup sleep 60 >/dev/null 2>&1",
        "setsid sleep 60 >/dev/null 2>&1 </dev/null",
    ],
)
@pytest.mark.parametrize(
    ("code", "message"), [(0, "exit code 0; nothing was reported"), (3, "exit code 3")]
)
def test_says_that_processes_still_run(job: Job, line: str, code: int, message: str) -> None:
    command = ["bash", "-c", f"{line} & echo $! > pid; exit {code}"]
    result = job.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert result.returncode == code
        assert job.status().message == f"{message}; processes that it started still run"
    finally:
        os.kill(int(job.wait_for_file("pid")), signal.SIGKILL)


def test_a_trainer_that_outlives_its_shell_is_told(job: Job) -> None:
    process = job.start(["bash", "-c", "sleep 60 & echo $! > pid; wait"])
    pid = int(job.wait_for_file("pid"))
    process.terminate()
    try:
        assert process.wait(PATIENCE) == 143
        assert job.status().message == "killed by SIGTERM; processes that it started still run"
    finally:
        os.kill(pid, signal.SIGKILL)


def test_helpers_that_end_just_after_are_no_leftovers(job: Job) -> None:
    job.run(["bash", "-c", "sleep 0.2 & exit 0"])
    assert job.status().message == "exit code 0; nothing was reported"


def test_starts_nothing_where_it_cannot_write(job: Job) -> None:
    job.status_file = job.directory / "none" / "status.json"
    result = job.run(["touch", "started"])
    assert result.returncode == 125
    assert b"cannot write the status" in result.stderr
    assert not (job.directory / "started").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--"],
        ["train.py"],
        ["--total-epochs", "nan", "--", "true"],
        ["--keep-serving", "--", "true"],
        ["--linger", "1m", "--", "true"],
        ["--no-linger", "--", "true"],
        ["--serve", "--no-linger", "--linger", "1m", "--", "true"],
        ["--serve", "--keep-serving", "--linger", "1m", "--", "true"],
        ["--serve", "--linger", "10", "--", "true"],
    ],
)
def test_refuses_what_it_does_not_understand(job: Job, arguments: list[str]) -> None:
    command = job.command([])[:-1] + arguments
    assert subprocess.run(command, capture_output=True, timeout=PATIENCE).returncode == 64
    assert not job.status_file.exists()


def test_takes_settings_from_the_environment(job: Job) -> None:
    other = job.directory / "other.json"
    settings = {"PULSE_TOTAL_EPOCHS": "7", "PULSE_STATUS_FILE": str(other)}
    own = [job.command([])[0], "run", "--total-epochs", "4", "--", "true"]
    subprocess.run(own, env=ENVIRONMENT | settings, timeout=PATIENCE, check=True)
    assert json.loads(other.read_bytes())["total_epochs"] == 4.0


# What the trainer says itself comes first.

WRITER = """
import os, sys
import pulse_wrapper as pulse
path = os.environ["PULSE_STATUS_FILE"]
assert os.path.isabs(path)
os.chdir("/")
"""


@pytest.mark.parametrize(("last", "code"), [("done", 0), ("error", 0), ("error", 3)])
def test_leaves_the_final_status_to_a_trainer_with_one(job: Job, last: str, code: int) -> None:
    script = (
        f"{WRITER}pulse.write_{last}_status(path, 2.0, 2.0, 0.25, 'my own word')\nsys.exit({code})"
    )
    assert job.run(job.script(script)).returncode == code
    assert (job.status().status, job.status().message) == (last, "my own word")


@pytest.mark.parametrize("last", ["done", "running"])
@pytest.mark.parametrize(
    ("ending", "code", "message"),
    [
        ("sys.exit(3)", 3, "exit code 3 after the training"),
        (
            "raise OSError('no space left')",
            1,
            "exit code 1 after the training: OSError: no space left",
        ),
        ("os.kill(os.getpid(), 9)", 137, "killed by SIGKILL after the training"),
    ],
)
def test_what_fails_after_the_training_is_an_error(
    job: Job, last: str, ending: str, code: int, message: str
) -> None:
    script = f"{WRITER}pulse.write_{last}_status(path, 2.0, 2.0, 0.25, 'its own')\n{ending}"
    assert job.run(job.script(script)).returncode == code
    state = job.status()
    assert (state.status, state.epoch, state.total_epochs, state.loss) == ("error", 2.0, 2.0, 0.25)
    assert state.message == message


def test_what_fails_after_the_log_has_ended_is_an_error(job: Job) -> None:
    text = line(40, 0.5) + line(48, 0.25)
    script = f"open({str(job.trainer_log)!r}, 'w').write({text!r})\nraise OSError('no space left')"
    assert job.run(job.script(script), "--trainer-log", "trainer_log.jsonl").returncode == 1
    assert job.status().status == "error"
    assert job.status().message == "exit code 1 after the training: OSError: no space left"


def test_a_loop_that_ends_in_its_first_epoch_has_not_reached_the_last(job: Job) -> None:
    job.run(job.script(f"{WRITER}pulse.write_running_status(path, 0.0, 3.0, 0.5, 'begin')"))
    assert job.status().message == "Training completed; the last report was epoch 0 of 3"


def test_a_command_is_told_that_it_is_supervised(job: Job) -> None:
    job.run(job.script("import os\nopen('seen', 'w').write(os.environ['PULSE_SUPERVISED'])"))
    assert (job.directory / "seen").read_text() == "1"


@pytest.mark.parametrize(
    ("ending", "status", "epoch", "message"),
    [
        ("sys.exit(0)", "done", 3.0, "Training completed; the last report was epoch 1.5 of 3"),
        ("sys.exit(9)", "error", 1.5, "exit code 9"),
        ("os.kill(os.getpid(), 9)", "error", 1.5, "killed by SIGKILL"),
    ],
)
def test_ends_what_a_trainer_began(
    job: Job, ending: str, status: str, epoch: float, message: str
) -> None:
    job.run(
        job.script(f"{WRITER}pulse.write_running_status(path, 1.5, 3.0, 0.5, 'half')\n{ending}")
    )
    state = job.status()
    assert (state.status, state.epoch, state.total_epochs) == (status, epoch, 3.0)
    assert (state.loss, state.message) == (0.5, message)


def test_never_writes_over_a_trainer_that_writes(job: Job) -> None:
    """Neither its log nor its callbacks count then."""
    script = f"""{WRITER}
pulse.write_running_status(path, 0.5, 3.0, 0.5, "own")
with open({str(job.trainer_log)!r}, "w") as log:
    log.write('{{"current_steps": 40, "total_steps": 48, "loss": 0.1, "epoch": 2.5}}\\n')
{PAUSE}
"""
    process = job.start(job.script(script), "--trainer-log", str(job.trainer_log))
    job.wait_for("own", message="own")
    # Twice as long as it takes to look: what would be written is written by then.
    deadline = time.monotonic() + 1.2
    while time.monotonic() < deadline:
        assert job.status().message == "own"
        time.sleep(0.05)
    go_on(process)
    assert process.wait(PATIENCE) == 0
    assert (job.status().epoch, job.status().loss) == (3.0, 0.5)


def test_ends_what_a_trainer_wrote_wrong(job: Job) -> None:
    script = f"""{WRITER}
pulse.write_running_status(path, 1.0, 3.0, 0.5, "own")
import json
sys.stdin.readline()
document = dict(status="running", epoch=2.0, total_epochs=3.0, loss=float("nan"), message="own")
document["timestamp"] = 1
with open(path, "w") as file:
    json.dump(document, file)
sys.exit(1)
"""
    process = job.start(job.script(script))
    assert process.stderr is not None
    # The first one is known then.
    while not process.stderr.readline().endswith(b"which the command writes\n"):
        assert process.poll() is None
    go_on(process)
    assert process.wait(PATIENCE) == 1
    state = job.status()
    assert (state.status, state.epoch, state.loss) == ("error", 1.0, 0.5)
    assert state.message.startswith("loss is NaN")
    assert state.message.endswith("; exit code 1")


# The log of LLaMA-Factory.


def line(step: int, loss: object = 0.5, **fields: object) -> str:
    entry = {
        "current_steps": step,
        "total_steps": 48,
        "loss": loss,
        "lr": 1e-05,
        "epoch": step / 16,
    }
    return json.dumps(entry | {"percentage": round(step / 48 * 100, 2)} | fields) + "\n"


def test_follows_a_log_that_appears_late(job: Job) -> None:
    process = job.start(job.script(PAUSE), "--trainer-log", str(job.trainer_log))
    job.wait_for("running", status="running")
    job.trainer_log.write_text(line(8, 0.75) + line(24)[:20])
    job.wait_for("step 8", epoch=0.5, total_epochs=3.0, loss=0.75, message="Training, step 8 of 48")
    with job.trainer_log.open("a") as log:
        log.write(line(24)[20:])
    job.wait_for("step 24", epoch=1.5, loss=0.5)
    go_on(process)
    assert process.wait(PATIENCE) == 0
    assert (job.status().status, job.status().epoch, job.status().loss) == ("done", 3.0, 0.5)


def test_reads_the_log_to_its_torn_end(job: Job) -> None:
    """The last lines come just before the end, and the very last has no line end."""
    text = line(8) + line(40, 0.25).rstrip("\n")
    script = f"import sys\nopen({str(job.trainer_log)!r}, 'w').write({text!r})\nsys.exit(1)"
    assert job.run(job.script(script), "--trainer-log", "trainer_log.jsonl").returncode == 1
    assert (job.status().epoch, job.status().loss) == (2.5, 0.25)


@pytest.mark.parametrize(("loss", "name"), [(float("nan"), "NaN"), (float("inf"), "inf")])
def test_shows_a_loss_that_is_not_finite(job: Job, loss: float, name: str) -> None:
    process = job.start(job.script(PAUSE), "--trainer-log", str(job.trainer_log))
    job.wait_for("running", status="running")
    job.trainer_log.write_text(line(8, 0.75) + line(16, loss))
    job.wait_for(name, epoch=1.0, loss=0.75, message=f"loss is {name} at step 16")
    go_on(process)
    assert process.wait(PATIENCE) == 0
    message = "; Training completed; the last report was epoch 1 of 3"
    assert job.status().message == f"loss is {name} at step 16{message}"


def test_does_not_take_an_earlier_run_for_this_one(job: Job) -> None:
    """A resumed run appends."""
    job.trainer_log.write_text(line(40, 9.0))
    process = job.start(job.script(PAUSE), "--trainer-log", str(job.trainer_log))
    job.wait_for("running", status="running", epoch=0.0)
    with job.trainer_log.open("a") as log:
        log.write(line(16, 0.75))
    job.wait_for("step 16", epoch=1.0, loss=0.75)
    go_on(process)
    assert process.wait(PATIENCE) == 0


def test_starts_over_with_a_log_that_is_deleted_at_the_start(job: Job) -> None:
    job.trainer_log.write_text(line(40, 9.0))
    process = job.start(job.script(PAUSE), "--trainer-log", str(job.trainer_log))
    job.wait_for("running", status="running", epoch=0.0)
    job.trainer_log.unlink()
    job.trainer_log.write_text(line(8, 0.75))
    job.wait_for("step 8", epoch=0.5, loss=0.75)
    go_on(process)
    assert process.wait(PATIENCE) == 0


def test_two_nodes_that_write_one_log_are_one_run(job: Job) -> None:
    """The slower one's lines are passed over; a trainer that was started again is followed."""
    process = job.start(job.script(PAUSE), "--trainer-log", str(job.trainer_log))
    job.wait_for("running", status="running")
    with job.trainer_log.open("w") as log:
        for step in range(17, 33):
            log.write(line(step, 0.5, elapsed_time=f"0:{step:02}:00"))
            log.write(line(step - 1, 0.75, elapsed_time=f"0:{step - 1:02}:00"))
    job.wait_for("step 32", epoch=2.0, loss=0.5, message="Training, step 32 of 48")
    with job.trainer_log.open("a") as log:
        log.write(line(24, 0.25, elapsed_time="0:01:00"))
    job.wait_for("step 24", epoch=1.5, loss=0.25)
    go_on(process)
    assert process.wait(PATIENCE) == 0


def test_reads_the_other_dialect(job: Job) -> None:
    process = job.start(job.script(PAUSE), "--trainer-log", str(job.trainer_log))
    job.wait_for("running", status="running")
    entry = {"epoch": 0.5, "loss": 0.75, "learning_rate": 1e-5, "step": 8, "total_steps": 48}
    job.trainer_log.write_text(json.dumps(entry) + "\n")
    job.wait_for("step 8", epoch=0.5, total_epochs=3.0, loss=0.75)
    go_on(process)
    assert process.wait(PATIENCE) == 0


# When somebody is killed.


def test_says_so_when_the_trainer_is_killed_from_outside(job: Job) -> None:
    process = job.start(
        job.script("import os\nopen('pid', 'w').write(f'{os.getpid()}\\n')\n" + PAUSE)
    )
    os.kill(int(job.wait_for_file("pid")), signal.SIGKILL)
    assert process.wait(PATIENCE) == 137
    assert job.status().message == "killed by SIGKILL"


def test_the_trainer_goes_on_when_pulse_is_killed(job: Job) -> None:
    """With a stderr that works. The status stays as it was, and grows stale."""
    script = """
import os, sys
open("pid", "w").write(f"{os.getpid()}\\n")
sys.stdin.readline()
print("still here", file=sys.stderr, flush=True)
open("end", "w").write("reached\\n")
"""
    process = job.start(job.script(script))
    job.wait_for_file("pid")
    before = job.status()
    process.kill()
    assert process.wait(PATIENCE) == -signal.SIGKILL
    go_on(process)
    assert job.wait_for_file("end") == "reached"
    assert process.stderr is not None
    assert without_remarks(process.stderr.read()) == b"still here\n"
    assert job.status() == before


def test_what_a_command_leaves_behind_keeps_its_stderr(job: Job) -> None:
    script = "import sys; sys.stdin.readline(); print('late', file=sys.stderr)"
    command = ["sh", "-c", f'exec 3<&0; python3 -c "{script}" <&3 & exit 0']
    process = job.start(command)
    assert process.wait(PATIENCE) == 0
    assert job.status().status == "done"
    go_on(process)
    assert process.stderr is not None
    assert without_remarks(process.stderr.read()) == b"late\n"


MEMORY = Path("/sys/fs/cgroup/memory")


@pytest.mark.skipif(
    not os.access(MEMORY / "memory.oom_control", os.W_OK), reason="no memory group to be had"
)
def test_knows_when_the_kernel_ran_out_of_memory(job: Job) -> None:
    group = MEMORY / Path("/proc/self/cgroup").read_text().split(":memory:/")[1].split("\n")[0]
    group /= f"pulse-test-{os.getpid()}"
    group.mkdir()
    try:
        (group / "memory.limit_in_bytes").write_text(str(128 << 20))

        def enter() -> None:
            (group / "cgroup.procs").write_text(str(os.getpid()))

        command = job.script(
            "hog = bytearray(1 << 30)\nfor i in range(0, 1 << 30, 4096): hog[i] = 1"
        )
        assert job.run(command, preexec_fn=enter).returncode == 137
        assert job.status().message == "killed by SIGKILL: out of memory?"
    finally:
        wait_until(lambda: not (group / "cgroup.procs").read_text(), "the group is empty")
        group.rmdir()
