"""`pulse run` finds the logs that a command writes, wherever they are."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import ENVIRONMENT, Job, without_remarks
from processes import PATIENCE


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    job = Job(tmp_path)
    yield job
    job.close()


def go_on(process) -> None:
    process.stdin.write(b"\n")
    process.stdin.flush()


#: The last of the sources, as the line at the start names it.
OUTPUT = "the command's output"

LINE = json.dumps({"current_steps": 8, "total_steps": 48, "loss": 0.25, "epoch": 0.5})

#: How each kind of log is written, and what is to be seen of it.
LOGS = {
    "lines": (f"out('a/trainer_log.jsonl').write({LINE!r} + '\\n')", {"epoch": 0.5, "loss": 0.25}),
    "table": (
        "out('logs/version_0/metrics.csv').write('epoch,step,train_loss\\n2,7,0.75\\n')",
        {"epoch": 2.0, "loss": 0.75, "message": "Training, step 7"},
    ),
    "open table": (
        "file = out('any.log'); file.write('epoch,loss\\n0,0.5\\n'); file.flush()",
        {"epoch": 1.0, "loss": 0.5},
    ),
}


@pytest.mark.parametrize("kind", LOGS)
def test_a_log_is_found(job: Job, kind: str) -> None:
    write, fields = LOGS[kind]
    script = f"""
import os, sys
def out(path):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    return open(path, "w")
{write}
sys.stdin.readline()
raise MemoryError("no room")
"""
    process = job.start(job.script(script))
    job.wait_for(kind, status="running", **fields)
    go_on(process)
    assert process.wait(PATIENCE) == 1
    assert (job.status().status, job.status().epoch) == ("error", fields["epoch"])
    assert job.status().message == "exit code 1: MemoryError: no room"


@pytest.mark.parametrize(
    ("flags", "sources"),
    [
        (
            (),
            [
                "the trainer's callbacks",
                "event files, CSV and trainer_log.jsonl below this folder",
                OUTPUT,
            ],
        ),
        (("--trainer-log", "out", "--no-log-search"), ["out", "the trainer's callbacks", OUTPUT]),
        (("--no-kubeflow", "--no-log-search"), [OUTPUT]),
        (("--no-kubeflow", "--no-log-search", "--no-capture"), []),
    ],
)
def test_it_says_at_the_start_what_it_listens_to(
    job: Job, flags: tuple[str, ...], sources: list[str]
) -> None:
    result = job.run(["sh", "-c", "echo started >&2"], *flags)
    said = ", ".join([str(job.status_file), *sources])
    assert result.stderr.decode() == f"pulse: listening to: {said}\nstarted\n"


def test_it_says_once_what_it_reads_whatever_that_is(job: Job) -> None:
    """The output first, then a table, then what the command writes itself: the best one so far."""
    script = """
import os, sys
sys.stderr.write("\\r 25%|##   | 12/48 [00:03<00:09, 4.0it/s]\\n")
sys.stderr.flush()
sys.stdin.readline()
open("metrics.csv", "w").write("epoch,step,loss\\n1,24,0.5\\n")
sys.stdin.readline()
status = '{"status": "running", "epoch": 1.5, "total_epochs": 3, "loss": 0.5, "message": "", "timestamp": 9}'
path = os.environ["PULSE_STATUS_FILE"]
open("new.json", "w").write(status)
# In one piece: the test reads it as well.
os.replace("new.json", path)
sys.stdin.readline()
"""
    process = job.start(job.script(script))
    job.wait_for("the bar", message="Training, step 12 of 48")
    go_on(process)
    job.wait_for("the table", loss=0.5)
    go_on(process)
    job.wait_for("its own", epoch=1.5)
    # The last of its lines comes behind the writing of what it read.
    said = []
    while not said or not said[-1].endswith(b"which the command writes\n"):
        said.append(process.stderr.readline())
    go_on(process)
    assert process.wait(PATIENCE) == 0
    assert [line.split(b" from ")[1] for line in said if b": reading " in line] == [
        b"the command's output\n",
        b"metrics.csv\n",
        f"{job.status_file}, which the command writes\n".encode(),
    ]


@pytest.mark.parametrize("stdout", ["file", "pipe"])
@pytest.mark.parametrize("flags", [(), ("--no-log-search",)])
def test_lines_are_read_from_a_stdout_of_its_own(
    job: Job, stdout: str, flags: tuple[str, ...]
) -> None:
    script = """
import sys
print({"loss": 0.5, "epoch": 0.75}, flush=True)
sys.stdin.readline()
"""
    redirection = "> lines" if stdout == "file" else "| cat > lines"
    line = shlex.join(job.command(job.script(script), *flags)) + redirection
    process = subprocess.Popen(
        ["bash", "-c", line], cwd=job.directory, env=ENVIRONMENT, stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        job.wait_for("the line", epoch=0.75, loss=0.5)
    finally:
        _, errors = process.communicate(b"\n", timeout=PATIENCE)
    assert errors.splitlines()[-1] == b"pulse: reading the progress from the command's output"
    assert (job.directory / "lines").read_bytes() == b"{'loss': 0.5, 'epoch': 0.75}\n"


def test_a_named_folder_may_appear_late(job: Job) -> None:
    script = """
import os, sys
os.makedirs("late/run")
open("late/run/metrics.csv", "w").write("epoch,step,loss\\n1,24,0.5\\n")
sys.stdin.readline()
"""
    flags = ("--trainer-log", "late", "--total-steps", "48", "--total-epochs", "4")
    process = job.start(job.script(script), *flags)
    job.wait_for("half", epoch=2.0, total_epochs=4.0, message="Training, step 24 of 48")
    go_on(process)
    assert process.wait(PATIENCE) == 0
    assert job.status().status == "done"


def test_what_was_there_before_is_no_progress(job: Job) -> None:
    (job.directory / "metrics.csv").write_text("epoch,loss\n7,0.5\n")
    assert job.run(job.script("pass")).returncode == 0
    assert job.status().epoch == 0


def test_garbage_is_named_and_changes_nothing(job: Job) -> None:
    script = "open('events.out.tfevents.1.x', 'wb').write(b'\\xa5' * 5_000_000)"
    result = job.run(job.script(script))
    assert result.returncode == 0
    assert b"is no event file, or damaged" in result.stderr
    assert job.status().status == "done"


def test_no_log_is_looked_for_when_told_so(job: Job) -> None:
    script = f"open('trainer_log.jsonl', 'w').write({LINE!r} + '\\n')"
    result = job.run(job.script(script), "--no-log-search")
    assert (result.returncode, without_remarks(result.stderr)) == (0, b"")
    assert job.status().loss == 0


def test_a_bar_is_read_from_the_output(job: Job) -> None:
    script = """
import sys
sys.stderr.write("\\r 25%|##   | 12/48 [00:03<00:09, 4.0it/s, loss=0.5]")
sys.stderr.flush()
sys.stdin.readline()
"""
    process = job.start(job.script(script))
    job.wait_for("the bar", epoch=0.25, total_epochs=1.0, loss=0.5)
    go_on(process)
    assert process.wait(PATIENCE) == 0
    assert job.status().status == "done"


def test_a_bar_within_another_one_is_a_part_of_its_epoch(job: Job) -> None:
    script = """
import sys
def draw(text):
    sys.stderr.write(text)
    sys.stderr.flush()
draw("\\r  0%|    | 0/4 [00:00<?, ?it/s]\\n\\r  0%|    | 0/8 [00:00<?, ?it/s]\\x1b[A")
sys.stdin.readline()
draw("\\n\\r 50%|##  | 4/8 [00:01<00:01, 4.0it/s, loss=0.5]\\x1b[A")
sys.stdin.readline()
draw("\\n\\r100%|####| 8/8 [00:02<00:00, 4.0it/s]\\x1b[A\\r 25%|#   | 1/4 [00:02<00:06, 2.0s/it]")
sys.stdin.readline()
draw("\\n\\r 50%|##  | 4/8 [00:01<00:01, 4.0it/s, loss=0.25]\\x1b[A")
sys.stdin.readline()
"""
    process = job.start(job.script(script))
    for epoch, loss in ((0.0, 0.0), (0.5, 0.5), (1.0, 0.5), (1.5, 0.25)):
        job.wait_for(f"epoch {epoch}", epoch=epoch, total_epochs=4.0, loss=loss)
        go_on(process)
    assert process.wait(PATIENCE) == 0
    assert (job.status().status, job.status().epoch) == ("done", 4.0)


def test_a_flood_of_bars_costs_nothing_and_is_passed_on(job: Job) -> None:
    script = """
import sys
bar = "".join(f"\\r 10%|#    | {n}/1000000 [00:03<00:09, 4.0it/s]" for n in range(20000))
for _ in range(20):
    sys.stderr.write(bar)
raise MemoryError("no room")
"""
    # Who doesn't read for two seconds holds the reason up: a busy machine has more than one try.
    for _ in range(5):
        result = job.run(job.script(script))
        assert len(result.stderr) > 10_000_000
        if job.status().message != "exit code 1":
            break
    assert job.status().message == "exit code 1: MemoryError: no room"
