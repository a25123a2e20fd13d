"""A server that says exactly what a test wants: for answers that Pulse itself never gives."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

from processes import PATIENCE, wait_until


class StubServer:
    """Answers each `GET` of a path with the next of `answers`, the last one again and again.

    Other paths get 404, or `other`. An answer is sent as it is; `hold` keeps the connection open
    after it. With a certificate and its key it speaks TLS, and ends without saying so.
    """

    def __init__(
        self,
        *answers: bytes,
        path: str = "/events",
        hold: bool = False,
        port: int = 0,
        other: bytes = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self._answers = list(answers)
        self._path = path
        self._hold = hold
        self._other = other
        self._tls = None
        if certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(*certificate)
        self.held: list[socket.socket] = []
        #: The heads of the requests for the stream.
        self.requests: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", port))
        place = "https://localhost" if certificate else "http://127.0.0.1"
        self.url = f"{place}:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> StubServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(PATIENCE)
        for connection in self.held:
            connection.close()

    def wait_for_requests(self, count: int) -> None:
        wait_until(lambda: len(self.requests) >= count, f"{count} requests have come")

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            # A client that goes away early is no reason to answer no other.
            with suppress(OSError):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        if self._tls:
            try:
                connection = self._tls.wrap_socket(connection, server_side=True)
            except OSError:
                return
        head = b""
        while b"\r\n\r\n" not in head:
            data = connection.recv(4096)
            if not data:
                break
            head += data
        if not head.startswith(f"GET {self._path} ".encode()):
            connection.sendall(self._other)
            connection.close()
            return
        self.requests.append(head.decode())
        answer = self._answers[0] if len(self._answers) == 1 else self._answers.pop(0)
        connection.sendall(answer)
        if self._hold:
            self.held.append(connection)
        else:
            connection.close()


def stream(*blocks: str) -> bytes:
    """An event stream that ends with the connection."""
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    return (head + "".join(blocks)).encode()


def update(identifier: str, status: str = "running", epoch: float = 1.0) -> str:
    """The blocks of one state."""
    liveness = {"running": "live", "idle": "waiting"}.get(status, "finished")
    return (
        f"id: {identifier}\nevent: status\n"
        f'data: {{"status": "{status}", "epoch": {epoch}, "total_epochs": 3.0, "loss": 0.5, '
        '"message": "from a stub", "timestamp": 1700000000}\n\n'
        f'event: progress\ndata: {{"liveness": "{liveness}", "eta_seconds": null, '
        '"source": "ok", "source_error": null}\n\n'
    )
