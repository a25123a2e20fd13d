"""The scripts of docs/DEPLOYMENT.md that tell of transitions, each with a receiver of this machine."""

from __future__ import annotations

import email
import email.policy
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from deployment import replaced
from documents import take
from processes import PATIENCE, PulseServer, StatusFile, free_port, wait_until

#: What shells, JSON, SMTP and chats give a meaning.
MESSAGE = "50 % \"off\" $(exit) `x` 'y' \\ <!channel> & ü\n.\nend"

HOSTS = {
    "ntfy": "https://ntfy.sh/",
    "slack": "https://hooks.slack.com/",
    "discord": "https://discord.com/",
    "mail": "smtp://mail.example.org",
    "apprise": "json://receiver.example.org/",
}
WEB = [name for name in HOSTS if name != "mail"]

SCRIPTS = [block.text for block in take("docs/DEPLOYMENT.md", "shell")]


class Receiver:
    """An HTTP server that keeps what it is sent; it refuses the first `refusals` of that."""

    def __init__(self, refusals: int = 0) -> None:
        self.received: list[tuple[dict[str, str], str]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.received.append((dict(self.headers), body))
                self.send_response(500 if len(receiver.received) <= refusals else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server.server_port

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receivers() -> Iterator[Callable[..., Receiver]]:
    made: list[Receiver] = []

    def make(refusals: int = 0) -> Receiver:
        made.append(Receiver(refusals))
        return made[-1]

    yield make
    for receiver in made:
        receiver.close()


class MailBox:
    """Takes mails into a list; without one it refuses them."""

    def __init__(self, mails: list[tuple[list[str], bytes]] | None) -> None:
        self.mails = mails

    async def handle_DATA(self, server: object, session: object, envelope: Envelope) -> str:  # noqa: N802
        if self.mails is None:
            return "550 no"
        self.mails.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def mail_servers() -> Iterator[Callable[..., Controller]]:
    made: list[Controller] = []

    def make(mails: list[tuple[list[str], bytes]] | None = None) -> Controller:
        box = MailBox(mails)
        made.append(
            Controller(box, hostname="127.0.0.1", port=free_port(), ready_timeout=PATIENCE)
        )
        made[-1].start()
        return made[-1]

    yield make
    for controller in made:
        controller.stop()


def script(name: str, port: int, folder: Path) -> Path:
    """A recipe that talks to a port of this machine; the rest of it as it stands there."""
    host = HOSTS[name]
    (text,) = (text for text in SCRIPTS if host in text)
    scheme = {"mail": "smtp", "apprise": "json"}.get(name, "http")
    path = folder / name
    path.write_text(replaced(text, {host: f"{scheme}://127.0.0.1:{port}" + host[-1] * (host[-1] == "/")}))
    path.chmod(0o700)
    return path


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """apprise is where pytest is."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")


@pytest.mark.parametrize("name", HOSTS)
def test_there_is_a_recipe(name: str) -> None:
    assert len(SCRIPTS) == len(HOSTS)
    assert sum(HOSTS[name] in text for text in SCRIPTS) == 1


def said(name: str, headers: dict[str, str], body: str) -> str:
    """What a person reads."""
    if name == "ntfy":
        assert headers["Title"].startswith("status@") or headers["Title"].startswith("test_")
        return body
    document = json.loads(body)
    if name == "slack":
        return document["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    if name == "discord":
        assert document["allowed_mentions"] == {"parse": []}
        return document["content"]
    return f"{document['title']} {document['message']}"


@pytest.mark.parametrize("name", WEB)
def test_a_receiver_is_told_in_whole(
    serve: Callable[..., PulseServer],
    status_file: StatusFile,
    receivers: Callable[..., Receiver],
    tmp_path: Path,
    name: str,
) -> None:
    receiver = receivers()
    serve("--on-transition", str(script(name, receiver.port, tmp_path)), "--poll-interval", "50ms")
    status_file.error(0.5, message=MESSAGE)
    wait_until(lambda: receiver.received, "it is told")
    text = said(name, *receiver.received[0])
    assert "error" in text
    assert MESSAGE in text
    if name == "slack":
        assert "<" not in receiver.received[0][1]


@pytest.mark.parametrize("name", HOSTS)
@pytest.mark.parametrize("fault", ["refused", "away"])
def test_a_receiver_that_does_not_take_it_is_a_failure(
    receivers: Callable[..., Receiver],
    mail_servers: Callable[..., Controller],
    tmp_path: Path,
    name: str,
    fault: str,
) -> None:
    port = free_port()
    if fault == "refused":
        port = (mail_servers() if name == "mail" else receivers(refusals=100)).port
    told = {"PULSE_RUN": "a@1", "PULSE_TRANSITION": "done", "PULSE_MESSAGE": "m", "PULSE_EPOCH": "1"}
    told |= {"PULSE_TRANSITION_ID": "1", "PULSE_TRANSITION_TIME": "1"}
    path = script(name, port, tmp_path)
    result = subprocess.run([path], env=os.environ | told, capture_output=True, timeout=60)
    assert result.returncode != 0


def test_a_receiver_that_refuses_is_told_again(
    serve: Callable[..., PulseServer],
    status_file: StatusFile,
    receivers: Callable[..., Receiver],
    tmp_path: Path,
) -> None:
    receiver = receivers(refusals=1)
    serve("--on-transition", str(script("ntfy", receiver.port, tmp_path)), "--poll-interval", "50ms")
    status_file.done(message="all is well")
    wait_until(lambda: len(receiver.received) == 2, "it is told again")
    assert receiver.received[0] == receiver.received[1]


def test_a_mail_is_told_in_whole(
    serve: Callable[..., PulseServer],
    status_file: StatusFile,
    mail_servers: Callable[..., Controller],
    tmp_path: Path,
) -> None:
    mails: list[tuple[list[str], bytes]] = []
    path = script("mail", mail_servers(mails).port, tmp_path)
    serve("--on-transition", str(path), "--poll-interval", "50ms")
    status_file.done(message=MESSAGE)
    wait_until(lambda: mails, "the mail is there")
    recipients, content = mails[0]
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert recipients == ["you@example.org"]
    assert mail["Subject"].endswith(": done")
    assert len(mail["Message-ID"]) == len("<@example.org>") + 32
    assert mail["Date"].datetime
    assert mail.get_content().rstrip("\r\n").replace("\r\n", "\n") == MESSAGE
