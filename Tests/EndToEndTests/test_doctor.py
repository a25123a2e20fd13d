"""`pulse doctor` against real directories, mounts, limits, writers and ports."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from certificates import certify
from hanging_directory import HangingDirectory
from processes import PATIENCE, PulseServer, StatusFile, pulse_binary, wait_until


def doctor(
    *arguments: str, within: str = "", user: str | None = None, binary: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run it; `within` is a shell command that execs its arguments somewhere else."""
    command = [binary or pulse_binary(), "doctor", "--port", "0", "--observe", "50ms", *arguments]
    if within:
        command = ["sh", "-c", f'{within} exec "$@"', "sh", *command]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, user=user)


def fix_of(result: subprocess.CompletedProcess[str], problem: str) -> str:
    """The fix below the problem that has these words; there must be one problem only."""
    assert result.returncode == 1, result.stdout
    lines = result.stdout.splitlines()
    assert lines[-1] == "1 problem found.", result.stdout
    index = next(i for i, line in enumerate(lines) if line.startswith("PROBLEM"))
    assert problem in lines[index], result.stdout
    assert lines[index + 1].startswith("         Fix: ")
    return lines[index + 1]


def test_a_sound_setup_has_no_problem_and_is_left_alone(status_file: StatusFile) -> None:
    status_file.running(1)
    before = sorted(os.listdir(status_file.path.parent)), status_file.path.stat()
    result = doctor("--status-file", str(status_file.path))
    assert result.returncode == 0
    assert result.stdout.splitlines()[-1] == "No problem found."
    assert "PROBLEM" not in result.stdout and result.stderr == ""
    after = sorted(os.listdir(status_file.path.parent)), status_file.path.stat()
    assert before[0] == after[0] and before[1].st_mtime_ns == after[1].st_mtime_ns


def test_no_file_yet_is_no_problem(status_file: StatusFile) -> None:
    result = doctor("-s", str(status_file.path))
    assert result.returncode == 0
    assert f"There is no {status_file.path} yet" in result.stdout
    # A place that nothing is mounted at looks like this.
    mounted = f"isn't mounted; see findmnt -T {status_file.path.parent}"
    assert mounted in result.stdout
    (status_file.path.parent / "train.log").touch()
    result = doctor("-s", str(status_file.path))
    assert result.returncode == 0 and "mounted" not in result.stdout


def test_what_is_no_run_of_a_directory_is_named(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    (runs / "b").mkdir(parents=True)
    StatusFile(runs / "a.json").running(1)
    StatusFile(runs / "b" / "status.json").running(1)
    sound = doctor("--runs-dir", str(runs))
    assert sound.returncode == 0
    assert f"ok       2 runs are served from {runs}." in sound.stdout
    StatusFile(runs / "my run.json").running(1)
    assert "Rename it" in fix_of(doctor("--runs-dir", str(runs)), "my run.json isn't served")
    missing = doctor("--runs-dir", str(tmp_path / "none"))
    assert f"mkdir -p {tmp_path}/none" in fix_of(missing, "does not exist")
    both = doctor("--runs-dir", str(runs), "--status-file", "a.json")
    assert both.returncode == 64 and "not both" in both.stderr


def test_a_file_of_a_directory_that_hangs_is_named(tmp_path: Path) -> None:
    backing = tmp_path / "backing"
    with HangingDirectory(backing, tmp_path / "runs") as directory:
        for name in ("a.json", "b.json", "c.json"):
            StatusFile(backing / name).running(1)
        directory.hang("b.json")
        output = tmp_path / "output"
        with output.open("wb") as file:
            command = [pulse_binary(), "doctor", "--port", "0", "--runs-dir", directory.path]
            process = subprocess.Popen(command, stdout=file)
        wait_until(lambda: "found." in output.read_text(), "it is done")
        # The kernel lets no process end that waits for a mount's answer.
        directory.free("b.json")
        assert process.wait(PATIENCE) == 1
    result = subprocess.CompletedProcess(command, 1, output.read_text())
    assert "findmnt -T" in fix_of(result, "b.json doesn't answer")
    assert "2 runs are served" in result.stdout


def test_no_directory_is_one(tmp_path: Path) -> None:
    result = doctor("-s", str(tmp_path / "my run" / "status.json"))
    assert f"mkdir -p '{tmp_path}/my run'" in fix_of(result, "does not exist")


def test_a_file_that_is_mounted_by_itself(status_file: StatusFile, tmp_path: Path) -> None:
    status_file.running(1)
    target = tmp_path / "mounted file.json"
    target.touch()
    mount = f"mount --bind {status_file.path} {shlex.quote(str(target))} &&"
    trial = subprocess.run(["unshare", "-m", "sh", "-c", f"{mount} true"], capture_output=True)
    if trial.returncode != 0:
        pytest.skip("mounting is not allowed here")

    def mounted(then: str = "") -> subprocess.CompletedProcess[str]:
        script = f'{mount} {then} exec "$@"'
        command = [pulse_binary(), "doctor", "-p", "0", "--observe", "1ms", "-s", str(target)]
        return subprocess.run(
            ["unshare", "-m", "sh", "-c", script, "sh", *command], capture_output=True, text=True
        )

    assert "Mount its directory" in fix_of(mounted(), "is mounted by itself: when its source")
    # What such a mount does: the source is replaced, and the mounted file stays as it was.
    shutil.copy(status_file.path, tmp_path / "new")
    replaced = mounted(f"mv {tmp_path / 'new'} {status_file.path} &&")
    assert "its source has been replaced already" in replaced.stdout


def test_a_directory_that_was_replaced_outside(status_file: StatusFile, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "mounted here"
    source.mkdir()
    target.mkdir()
    mount = f"mount --bind {source} {shlex.quote(str(target))} &&"
    if subprocess.run(["unshare", "-m", "sh", "-c", f"{mount} true"], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")

    def mounted(then: str = "") -> subprocess.CompletedProcess[str]:
        command = [pulse_binary(), "doctor", "-p", "0", "--observe", "1ms"]
        command += ["-s", str(target / "status.json")]
        script = f'{mount} {then} exec "$@"'
        return subprocess.run(
            ["unshare", "-m", "sh", "-c", script, "sh", *command], capture_output=True, text=True
        )

    assert mounted().returncode == 0
    result = mounted(f"rmdir {source} && mkdir {source} &&")
    fix = fix_of(result, f"mounted at {target} has been removed or replaced outside")
    assert f"umount '{target}'" in fix


def test_what_fstab_mounts_and_is_not_mounted(tmp_path: Path) -> None:
    point = tmp_path / "my data"
    point.mkdir()
    table = tmp_path / "fstab"
    escaped = str(point).replace(" ", "\\040")
    table.write_text(f"# device point type options\nnas:/export {escaped} nfs defaults 0 0\n")
    mount = f"mount --bind {table} /etc/fstab &&"
    trial = ["unshare", "-m", "sh", "-c", f"touch /etc/fstab && {mount} true"]
    if subprocess.run(trial, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")

    def mounted(then: str = "") -> subprocess.CompletedProcess[str]:
        # The directory of the file is in what isn't mounted.
        command = [pulse_binary(), "doctor", "-p", "0", "--observe", "1ms"]
        command += ["-s", str(point / "run" / "status.json")]
        return subprocess.run(
            ["unshare", "-m", "sh", "-c", f'{mount} {then} exec "$@"', "sh", *command],
            capture_output=True,
            text=True,
        )

    result = mounted()
    assert f"mount '{point}'" in fix_of(result, f"{point} is to be mounted by /etc/fstab, and isn't")
    assert "mkdir" not in result.stdout
    target = shlex.quote(str(point))
    there = mounted(f"mount -t tmpfs none {target} && mkdir {target}/run &&")
    assert there.returncode == 0, there.stdout


def test_a_link_is_named_by_what_it_leads_to(status_file: StatusFile, tmp_path: Path) -> None:
    status_file.running(1)
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "status.json"
    link.symlink_to("../status.json")
    result = doctor("-s", str(link))
    assert result.returncode == 0
    assert f"Fix: Name the file itself: --status-file {status_file.path}" in result.stdout
    assert "../" not in result.stdout
    # Nor from another directory, nor before it is there.
    status_file.remove()
    command = [pulse_binary(), "doctor", "-p", "0", "--observe", "1ms", "-s", "status.json"]
    there = subprocess.run(command, capture_output=True, text=True, cwd=link.parent)
    assert f"--status-file {status_file.path}" in there.stdout


def test_a_mode_that_does_not_last(status_file: StatusFile) -> None:
    status_file.running(1)
    status_file.path.chmod(0o644)

    def write() -> None:
        descriptor, name = tempfile.mkstemp(dir=status_file.path.parent)
        os.write(descriptor, status_file.path.read_bytes())
        os.close(descriptor)
        os.replace(name, status_file.path)
        # What an operator does about it, each time.
        time.sleep(0.1)
        status_file.path.chmod(0o644)
        time.sleep(0.1)

    result = write_while_observed(write, status_file.path)
    assert "os.fchmod(fd, 0o644)" in fix_of(result, "a mode that is set afterwards doesn't last")


@pytest.fixture
def foreign() -> Iterator[tuple[Path, str]]:
    """A directory that `nobody` can reach, and a binary that `nobody` can run."""
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    directory = Path(tempfile.mkdtemp(prefix="pulse-"))
    directory.chmod(0o755)
    binary = shutil.copy(pulse_binary(), directory / "pulse")
    yield directory, str(binary)
    shutil.rmtree(directory)


@pytest.mark.parametrize(
    ("mode", "file_mode", "level", "words"),
    [
        (0o700, 0o644, "PROBLEM", "can't be entered by this user"),
        (0o711, 0o644, "note", "can't be listed by this user"),
        (0o755, 0o600, "PROBLEM", "status.json can't be read by this user"),
    ],
)
def test_rights_of_another_user(
    foreign: tuple[Path, str], mode: int, file_mode: int, level: str, words: str
) -> None:
    directory, binary = foreign
    run = directory / "run"
    run.mkdir()
    status = StatusFile(run / "status.json")
    status.running(1)
    status.path.chmod(file_mode)
    run.chmod(mode)
    result = doctor("-s", str(status.path), user="nobody", binary=binary)
    line = next(line for line in result.stdout.splitlines() if words in line)
    assert line.startswith(level)
    assert ("fchmod" in result.stdout) == (file_mode == 0o600)
    assert (result.returncode == 1) == (level == "PROBLEM")


def write_while_observed(write, path: Path) -> subprocess.CompletedProcess[str]:
    """Let `write` run again and again while the doctor looks."""
    over = threading.Event()

    def loop() -> None:
        while not over.is_set():
            write()
            time.sleep(0.005)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        # Several writes, also on a busy machine.
        return doctor("-s", str(path), "--observe", "1500ms")
    finally:
        over.set()
        thread.join()


def test_an_atomic_writer_is_recognised(status_file: StatusFile) -> None:
    status_file.running(1)
    result = write_while_observed(lambda: status_file.running(1.5), status_file.path)
    assert result.returncode == 0, result.stdout
    assert "The file is replaced as a whole" in result.stdout


def test_a_writer_in_place_is_found_by_the_inode(status_file: StatusFile) -> None:
    status_file.running(1)
    document = status_file.path.read_bytes()
    descriptor = os.open(status_file.path, os.O_WRONLY)
    try:
        result = write_while_observed(lambda: os.pwrite(descriptor, document, 0), status_file.path)
    finally:
        os.close(descriptor)
    assert "os.replace" in fix_of(result, "is written in place")


@pytest.mark.parametrize(
    ("fields", "problem", "fix"),
    [
        (lambda now: {"timestamp": int(now * 1000)}, "in milliseconds", "int(time.time())"),
        (lambda now: {"timestamp": int(now) + 7200}, "ahead of this machine's clock", "NTP"),
        (lambda now: {"timestamp": int(now) - 7200}, "a time zone's distance", "utcnow"),
        (lambda _: {"loss": float("nan")}, "loss is NaN", "last finite loss"),
    ],
)
def test_what_writers_get_wrong(
    status_file: StatusFile, fields: Callable[[float], dict], problem: str, fix: str
) -> None:
    status_file.document(**fields(time.time()))
    assert fix in fix_of(doctor("-s", str(status_file.path)), problem)


@pytest.mark.parametrize("number", ["-1e19", "-9223372036854775808", "-9.3e18", "1e300", "-1"])
def test_a_number_that_is_no_time(status_file: StatusFile, number: str) -> None:
    status_file.running(1)
    document = json.loads(status_file.path.read_bytes())
    timestamp = f'"timestamp": {document["timestamp"]}'
    text = status_file.path.read_text().replace(timestamp, f'"timestamp": {number}')
    assert number in text
    status_file.raw(text.encode())
    result = doctor("-s", str(status_file.path))
    assert result.returncode == 1, result.stderr
    assert "PROBLEM  timestamp is" in result.stdout


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-(2**63), "before timestamp"), (2**63 - 1, "in the future of this machine")],
)
def test_a_file_time_that_no_clock_shows(seconds: int, words: str) -> None:
    # File systems on disks cut such times to what they can hold.
    with tempfile.TemporaryDirectory(dir="/dev/shm") as directory:
        status_file = StatusFile(Path(directory) / "status.json")
        status_file.running(1)
        os.utime(status_file.path, (seconds, seconds))
        result = doctor("-s", str(status_file.path))
    assert result.returncode in (0, 1), result.stderr
    assert words in result.stdout


def test_missing_fields_are_all_named(status_file: StatusFile) -> None:
    status_file.raw(b'{"status": "running", "epoch": 1, "lr": 0.1}')
    result = doctor("-s", str(status_file.path))
    assert result.returncode == 1
    assert "Fields are missing: total_epochs, loss, message, timestamp." in result.stdout
    assert "Fields are there that PULSE v1 doesn't have: lr." in result.stdout
    assert result.stdout.splitlines()[-1] == "3 problems found."


def test_a_taken_port(status_file: StatusFile) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = doctor("-s", str(status_file.path), "--port", str(port))
    assert f"sport = :{port}" in fix_of(result, f"127.0.0.1:{port} is taken, and no Pulse server answers")


@contextlib.contextmanager
def answering(answers: dict[str, bytes]) -> Iterator[int]:
    """A web server that gives these answers, whole with their heads, and 404 for other paths."""

    def answer() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            # Whoever only looks whether somebody listens asks for nothing.
            with connection, contextlib.suppress(IndexError, OSError):
                path = connection.recv(65536).split(b" ")[1].decode()
                absent = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
                connection.sendall(answers.get(path, absent))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)


def fine(*fields: str, body: bytes = b"ok\n") -> bytes:
    head = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("field", "words"),
    [("Server: nginx/1.22.1", "but nginx/1.22.1"), ("X-Powered-By: Pulse", "another web server")],
)
def test_a_200_of_another_server_is_not_believed(
    status_file: StatusFile, field: str, words: str
) -> None:
    other = fine(field)
    with answering({"/livez": other, "/status": other}) as port:
        result = doctor("-s", str(status_file.path), "--port", str(port))
    assert words in fix_of_line(result, "no Pulse server answers there")


def fix_of_line(result: subprocess.CompletedProcess[str], problem: str) -> str:
    """The line of the one problem, which has a fix below it."""
    fix_of(result, problem)
    return next(line for line in result.stdout.splitlines() if line.startswith("PROBLEM"))


def test_an_older_server_is_known_by_its_status(status_file: StatusFile) -> None:
    status_file.running(1)
    document = fine("Pulse-Source: ok", body=status_file.path.read_bytes())
    secret = b'HTTP/1.1 401 x\r\nWWW-Authenticate: Bearer realm="pulse"\r\nContent-Length: 0\r\n\r\n'
    for status in (document, secret):
        with answering({"/livez": fine(), "/status": status}) as port:
            result = doctor("-s", str(status_file.path), "--port", str(port))
        assert f"A Pulse server is listening on 127.0.0.1:{port}." in result.stdout


def test_the_clock_of_the_server(status_file: StatusFile) -> None:
    old = fine("Server: Pulse", "Date: Sat, 01 Jan 2000 00:00:00 GMT")
    with answering({"/livez": old}) as port:
        result = doctor("-s", str(status_file.path), "--port", str(port))
    assert "set-ntp" in fix_of(result, "days behind this machine's")


def test_a_certificate_that_ends_soon(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> None:
    certificate, key = map(str, certify(tmp_path, "localhost", days=2))
    result = doctor("-s", str(status_file.path), "--tls-certificate", certificate)
    assert "Renew it" in fix_of(result, f"The certificate in {certificate} expires in ")
    server = serve("--tls-certificate", certificate, "--tls-key", key)
    shown = doctor("-s", str(status_file.path), "--port", str(server.port))
    assert "restart it" in fix_of(shown, "The certificate that the server shows expires in ")
    for none in (key, str(tmp_path / "none.pem")):
        result = doctor("-s", str(status_file.path), "--tls-certificate", none)
        fix_of(result, f"{none} holds no certificate")


def test_a_setting_that_is_misspelt(status_file: StatusFile) -> None:
    result = subprocess.run(
        [pulse_binary(), "doctor", "--observe", "1ms", "-p", "0", "-s", str(status_file.path)],
        capture_output=True,
        text=True,
        env=os.environ | {"PULSE_STATUSFILE": "x", "PULSE_SERVER": "unix:/run/pulse/native"},
    )
    fix = fix_of(result, "PULSE_STATUSFILE in the environment is no setting")
    assert "Name it PULSE_STATUS_FILE, or take it out." in fix
    assert "PULSE_SERVER" not in result.stdout


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("gpu1:8080", "without scheme, port and path"),
        ("https://gpu1", "without scheme, port and path"),
        ("*.example.org", "there are no patterns"),
        ("müller.example", "in ASCII as browsers send it"),
        ("", "Write the name alone"),
    ],
)
def test_a_host_that_no_request_can_name(status_file: StatusFile, host: str, words: str) -> None:
    arguments = ["-s", str(status_file.path), "--allowed-host", host, "--allowed-host", "gpu2"]
    fix = fix_of(doctor(*arguments), f"--allowed-host '{host}' can be the Host of no request")
    assert words.lower() in fix.lower()


def test_variables_of_others(status_file: StatusFile) -> None:
    others = {"PULSE_PORT": "tcp://10.0.0.7:80", "PULSE_SOURCE": "alsa_input"}
    result = subprocess.run(
        [pulse_binary(), "doctor", "--observe", "1ms", "-s", str(status_file.path), "--json"],
        capture_output=True,
        text=True,
        env=os.environ | others,
    )
    assert result.stderr == ""
    found = [f for f in json.loads(result.stdout)["findings"] if f["check"] == "environment"]
    assert [f["level"] for f in found] == ["note", "note"]
    texts = " ".join(f["text"] for f in found)
    assert all(f"{name}={value}" in texts for name, value in others.items())
    assert "enableServiceLinks: false" in " ".join(f["fix"] for f in found)


def test_the_port_of_a_pulse_server_is_no_problem(
    server: PulseServer, status_file: StatusFile
) -> None:
    result = doctor("-s", str(status_file.path), "--port", str(server.port))
    assert result.returncode == 0
    assert f"A Pulse server is listening on 127.0.0.1:{server.port}." in result.stdout


def test_it_is_one_as_well_with_a_certificate_that_nobody_vouches_for(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> None:
    certificate, key = map(str, certify(tmp_path, "pulse.example.org"))
    status_file.running(1)
    server = serve("--tls-certificate", certificate, "--tls-key", key)
    result = doctor("-s", str(status_file.path), "--port", str(server.port))
    assert f"A Pulse server is listening on 127.0.0.1:{server.port}." in result.stdout


@pytest.mark.parametrize(
    ("limit", "setting"),
    [("max_inotify_watches", "max_user_watches"), ("max_inotify_instances", "max_user_instances")],
)
def test_an_inotify_limit_that_is_reached(
    status_file: StatusFile, limit: str, setting: str
) -> None:
    # In a user namespace of its own, so that nobody else feels it.
    set_limit = f"echo 0 > /proc/sys/user/{limit} &&"
    namespace = ["unshare", "--user", "--map-root-user", "sh", "-c"]
    if subprocess.run([*namespace, f"{set_limit} true"], capture_output=True).returncode != 0:
        pytest.skip("user namespaces are not allowed here")
    within = f"{shlex.join(namespace[:-2])} sh -c '{set_limit} exec \"$@\"' sh"
    status_file.running(1)
    command = shlex.join(
        [pulse_binary(), "doctor", "-p", "0", "--observe", "1ms", "-s", str(status_file.path)]
    )
    result = subprocess.run(f"{within} {command}", shell=True, capture_output=True, text=True)
    assert f"sysctl fs.inotify.{setting}=" in fix_of(result, "are used up")


@pytest.mark.parametrize("kind", ["directory", "pipe", "huge"])
def test_what_is_no_status_file_makes_it_wait_for_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "status.json"
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        with path.open("wb") as file:
            file.truncate(1 << 30)
    words = "is over 65536 bytes" if kind == "huge" else "a status file is a regular file"
    fix_of(doctor("-s", str(path)), words)


def test_a_document_for_scripts(status_file: StatusFile) -> None:
    status_file.document(loss=float("inf"))
    result = doctor("-s", str(status_file.path), "--json")
    assert result.returncode == 1
    document = json.loads(result.stdout)
    assert document["problems"] == 1
    assert {finding["level"] for finding in document["findings"]} == {"ok", "note", "problem"}
    problem = next(f for f in document["findings"] if f["level"] == "problem")
    assert problem["check"] == "document" and problem["fix"] == problem["mend"] != ""


def test_the_environment_of_the_server_is_used(status_file: StatusFile) -> None:
    status_file.running(1)
    result = subprocess.run(
        [pulse_binary(), "doctor", "--observe", "1ms", "-p", "0"],
        capture_output=True,
        text=True,
        env=os.environ | {"PULSE_STATUS_FILE": str(status_file.path), "PULSE_PORT": "x"},
    )
    assert result.returncode == 0 and str(status_file.path) not in result.stderr
    assert "The document is valid PULSE v1: running." in result.stdout
