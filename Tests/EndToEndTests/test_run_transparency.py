"""`pulse run` can't be noticed by the command: terminal, signals, descriptors, environment."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import ENVIRONMENT, Job, TerminalProcess, without_remarks
from processes import PATIENCE, wait_until


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    job = Job(tmp_path)
    yield job
    job.close()


# The terminal.

#: Colours, bars, and both streams in turn, as tqdm and a trainer's log write them.
SHOW = r"""
import os, shutil, sys
print("isatty", [os.isatty(fd) for fd in (0, 1, 2)], tuple(shutil.get_terminal_size()), flush=True)
for step in range(300):
    sys.stderr.write(f"\r{step / 3:3.0f}%|{'█' * (step // 30):10}| {step}/300 [00:01<00:02, 9it/s]")
    sys.stderr.flush()
    if step % 7 == 0:
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()
        os.write(1, f"\033[32mstep {step}\033[0m: loss 0.{step}\n".encode())
sys.stderr.write("\n")
sys.exit(4)
"""


@pytest.mark.parametrize(
    "redirection", ["", " 2>errors", " >output", " 2>&1 | cat", " 2>/dev/null", " <&-"]
)
def test_output_is_byte_by_byte_what_it_is_without(job: Job, redirection: str) -> None:
    command = job.script(SHOW)
    results = []
    for words in (command, job.command(command)):
        line = " ".join(words) + redirection
        terminal = TerminalProcess(["/bin/bash", "-o", "pipefail", "-c", line], job.directory)
        code = terminal.end()
        files = [job.directory / name for name in ("errors", "output")]
        results.append((code, terminal.output, [f.read_bytes() for f in files if f.exists()]))
    assert results[0][0] == 4
    code, shown, files = results[1]
    assert (code, without_remarks(shown), [without_remarks(file) for file in files]) == results[0]
    assert job.status().message.startswith("exit code 4")


def test_the_terminals_last_line_is_known(job: Job) -> None:
    command = job.script("import sys\nsys.stdout.isatty() or 1/0\nraise ValueError('\033[31mbad')")
    terminal = TerminalProcess(job.command(command), job.directory)
    assert terminal.end() == 1
    assert terminal.text.endswith("ValueError: \033[31mbad\r\n")
    assert job.status().message == "exit code 1: ValueError: bad"


def test_the_keyboard_reaches_the_command(job: Job) -> None:
    command = job.script("name = input('name? ')\nprint('hello', name)")
    terminal = TerminalProcess(job.command(command), job.directory)
    terminal.wait_for("name? ")
    terminal.type(b"Ada\n")
    assert terminal.end() == 0
    assert "hello Ada" in terminal.text


def test_a_new_size_of_the_window_reaches_the_command(job: Job) -> None:
    script = """
import os, signal, sys
def show(*_):
    print("size", *os.get_terminal_size(1), flush=True)
signal.signal(signal.SIGWINCH, show)
show()
sys.stdin.readline()
"""
    terminal = TerminalProcess(job.command(job.script(script)), job.directory, 24, 80)
    terminal.wait_for("size 80 24")
    terminal.resize(50, 132)
    terminal.wait_for("size 132 50")
    terminal.type(b"\n")
    assert terminal.end() == 0


COUNT = """
import signal, sys
def note(number, _):
    with open("signals", "a") as file:
        file.write(signal.Signals(number).name + "\\n")
    if number == signal.SIGUSR1:
        sys.exit(7)
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
    signal.signal(number, note)
print("ready", flush=True)
while True:
    signal.pause()
"""


def signals(job: Job) -> list[str]:
    path = job.directory / "signals"
    return path.read_text().split() if path.exists() else []


@pytest.mark.parametrize(("key", "name"), [(b"\x03", "SIGINT"), (b"\x1c", "SIGQUIT")])
def test_a_key_sends_its_signal_once(job: Job, key: bytes, name: str) -> None:
    terminal = TerminalProcess(job.command(job.script(COUNT)), job.directory)
    terminal.wait_for("ready")
    terminal.type(key)
    wait_until(lambda: name in signals(job), f"{name} arrives")
    # Passed on in its turn: had the first one been passed on, it would have been before this.
    os.kill(terminal.pid, signal.SIGUSR1)
    assert terminal.end() == 7
    assert signals(job) == [name, "SIGUSR1"]


def test_a_terminal_that_goes_away_hangs_up_on_the_command(job: Job) -> None:
    """The kernel sends SIGHUP to the session's leader alone, which `pulse run` is here."""
    terminal = TerminalProcess(job.command(job.script(COUNT)), job.directory)
    terminal.wait_for("ready")
    terminal.hang_up()
    wait_until(lambda: "SIGHUP" in signals(job), "SIGHUP arrives")
    os.kill(terminal.pid, signal.SIGUSR1)
    assert os.waitstatus_to_exitcode(os.waitpid(terminal.pid, 0)[1]) == 7
    assert signals(job) == ["SIGHUP", "SIGUSR1"]


def test_ctrl_c_ends_a_plain_script_and_says_so(job: Job) -> None:
    command = job.script("import signal\nprint('ready', flush=True)\nwhile True: signal.pause()")
    terminal = TerminalProcess(job.command(command), job.directory)
    terminal.wait_for("ready")
    terminal.type(b"\x03")
    assert terminal.end() == 130
    assert job.status().message == "killed by SIGINT: KeyboardInterrupt"


#: A shell's part in job control: it stops with the job, and brings it back to the foreground.
SHELL = """
import os, signal, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
while True:
    _, status = os.waitpid(child, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        sys.exit(os.waitstatus_to_exitcode(status))
    os.tcsetpgrp(0, os.getpgrp())
    print("stopped", flush=True)
    sys.stdin.readline()
    os.tcsetpgrp(0, child)
    os.killpg(child, signal.SIGCONT)
"""


def test_ctrl_z_stops_all_of_it_and_it_goes_on(job: Job) -> None:
    script = """
import os, sys
open("pid", "w").write(f"{os.getpid()}\\n")
print("ready", flush=True)
print("got", sys.stdin.readline(), flush=True)
"""
    shell = [*job.script(SHELL, "shell.py"), *job.command(job.script(script))]
    terminal = TerminalProcess(shell, job.directory)
    terminal.wait_for("ready")
    terminal.type(b"\x1a")
    terminal.wait_for("stopped")
    trainer = Path(f"/proc/{job.wait_for_file('pid')}/stat")
    wait_until(lambda: trainer.read_text().rpartition(")")[2].split()[0] == "T", "it is stopped as well")
    terminal.type(b"go on\n")
    terminal.type(b"text\n")
    terminal.wait_for("got text")
    assert terminal.end() == 0
    assert job.status().status == "done"


def test_a_full_screen_program_can_have_the_terminal_itself(job: Job) -> None:
    command = job.script("import os\nprint(os.ttyname(0) == os.ttyname(1) == os.ttyname(2))")
    terminal = TerminalProcess(job.command(command, "--no-capture"), job.directory)
    assert terminal.end() == 0
    assert "True" in terminal.text


# Signals that somebody sends.


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"])
def test_passes_signals_on(job: Job, name: str) -> None:
    process = job.start(job.script(COUNT))
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.Signals[name])
    wait_until(lambda: signals(job) == [name], f"{name} arrives")
    process.send_signal(signal.SIGUSR1)
    assert process.wait(PATIENCE) == 7
    assert signals(job) == [name, "SIGUSR1"]


def test_ends_with_a_command_that_a_signal_ends(job: Job) -> None:
    process = job.start(["sh", "-c", "echo ready; exec sleep 60"])
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.terminate()
    assert process.wait(PATIENCE) == 143
    assert job.status().message == "killed by SIGTERM"


def test_no_hurry_comes_between_the_end_and_the_final_status(job: Job) -> None:
    """Ctrl-C is pressed more than once."""
    for _ in range(10):
        process = job.start(["sh", "-c", "echo ready; exec sleep 60"])
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        while process.poll() is None:
            process.terminate()
        assert process.returncode == 143
        assert job.status().message == "killed by SIGTERM"


# What a command inherits.

STATE = r"""
import os, re
text = open("/proc/self/status").read()
# Without 32 and 33, which are glibc's own: posix_spawn has a child ignore them.
print([hex(int(m, 16) & ~(3 << 31)) for m in re.findall(r"Sig(?:Blk|Ign):\s*(\w+)", text)])
# Without the listing's own descriptor, which is the lowest free one and closed by now.
print("open:", [fd for fd in sorted(os.listdir("/proc/self/fd")) if os.path.exists(f"/proc/self/fd/{fd}")])
print(sorted(os.environb.items()), os.getpgrp(), os.getcwd(), os.umask(0))
"""


def test_a_command_finds_everything_as_it_would_without(job: Job) -> None:
    """Signals that are blocked or ignored, open descriptors, an environment that is no UTF-8."""
    own = {
        "PULSE_STATUS_FILE",
        "PULSE_SUPERVISED",
        "KUBEFLOW_TRAINER_SERVER_URL",
        "KUBEFLOW_TRAINER_SERVER_TOKEN",
    }

    def prepare() -> None:
        # As under nohup, and with something inherited at 7.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
        os.dup2(0, 7, inheritable=True)

    outputs = []
    command = job.script(STATE)
    for words in (command, job.command(command)):
        result = subprocess.run(
            words,
            env={os.fsencode(k): os.fsencode(v) for k, v in ENVIRONMENT.items()} | {b"X": b"\xff="},
            cwd=job.directory,
            preexec_fn=prepare,
            close_fds=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
        text = result.stdout.decode()
        for name in own:
            text = re.sub(rf"\(b'{name}', b'[^']*'\),? ?", "", text)
        outputs.append(text)
    assert re.search(r"open: .*'7'.*", outputs[0])
    assert outputs[1] == outputs[0]


def test_nohup_means_what_it_says(job: Job) -> None:
    process = job.start(
        job.script("import sys\nprint('ready', flush=True)\nsys.stdin.readline()"),
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGHUP)
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.stdin.flush()
    assert process.wait(PATIENCE) == 0


def test_process_substitution_works(job: Job) -> None:
    line = " ".join(job.command(["cat"])) + " <(echo substituted)"
    result = subprocess.run(
        ["bash", "-c", line], env=ENVIRONMENT, capture_output=True, timeout=PATIENCE, check=True
    )
    assert result.stdout == b"substituted\n"


def test_arguments_arrive_as_they_are(job: Job) -> None:
    words = ["", "a b", "--help", "--", "-s", "$HOME", "é", "\n"]
    command = job.script("import sys\nprint(sys.argv[1:])")
    assert job.run([*command, *words]).stdout.decode() == f"{words}\n"


def test_a_reader_that_goes_away_is_felt(job: Job) -> None:
    """As without: who writes into a broken pipe is ended by SIGPIPE, or told."""
    line = " ".join(job.command(["yes"])) + " 2>&1 | head -2; echo ${PIPESTATUS[0]}"
    result = subprocess.run(
        ["bash", "-c", line], env=ENVIRONMENT, capture_output=True, timeout=PATIENCE, check=True
    )
    assert without_remarks(result.stdout) == b"y\n141\n"
    assert job.status().message == "killed by SIGPIPE: y"


def test_much_output_passes_whole(job: Job) -> None:
    count = 30_000_000
    script = f"import sys\nfor _ in range(300): sys.stderr.buffer.write(b'x' * {count // 300})"
    assert len(without_remarks(job.run(job.script(script)).stderr)) == count


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_descriptors_stay_closed(job: Job, closed: str) -> None:
    command = ["ls", "/proc/self/fd"]
    results = []
    for words in (command, job.command(command)):
        # `ls` has its directory at the lowest free number; what it shows goes to 1, or nowhere.
        line = " ".join(words) + " " + closed
        result = subprocess.run(
            ["bash", "-c", line], env=ENVIRONMENT, capture_output=True, timeout=PATIENCE
        )
        results.append((result.returncode, result.stdout))
    assert results[1] == results[0]
    assert job.status().status == ("done" if results[0][0] == 0 else "error")
