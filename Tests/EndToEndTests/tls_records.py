"""A client of TLS 1.3 by GnuTLS' own functions: Python's sends no record without data."""

from __future__ import annotations

import ctypes
import socket
import threading

from processes import PATIENCE

_GNUTLS_CLIENT = 1 << 1
_CREDENTIALS = 1
_AGAIN = -28
#: gnutls_session_key_update: the other side may keep its key, or has to change it as well.
KEEP, ASK = 0, 1

_library = ctypes.CDLL("libgnutls.so.30")
for _name in ("gnutls_record_send", "gnutls_record_recv"):
    getattr(_library, _name).restype = ctypes.c_ssize_t


class RecordClient:
    """A session whose records are collected, so that several go out in one segment.

    GnuTLS speaks to one end of a pair of sockets; what it writes is taken from the other.
    """

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._inner, self._outer = socket.socketpair()
        self._inner.settimeout(None)
        self._session, credentials = ctypes.c_void_p(), ctypes.c_void_p()
        _library.gnutls_init(ctypes.byref(self._session), _GNUTLS_CLIENT)
        _library.gnutls_certificate_allocate_credentials(ctypes.byref(credentials))
        _library.gnutls_credentials_set(self._session, _CREDENTIALS, credentials)
        priorities = b"NORMAL:-VERS-ALL:+VERS-TLS1.3"
        assert _library.gnutls_priority_set_direct(self._session, priorities, None) == 0
        _library.gnutls_transport_set_int2(
            self._session, self._inner.fileno(), self._inner.fileno()
        )
        self._from_server = threading.Thread(target=self._bring, daemon=True)
        self._from_server.start()
        self._shakes_hands()

    def _bring(self) -> None:
        """Bring what the server sends, to its end."""
        try:
            while data := self._socket.recv(65_536):
                self._outer.sendall(data)
            self._outer.shutdown(socket.SHUT_WR)
        except OSError:
            # The client is closed.
            pass

    def _shakes_hands(self) -> None:
        done: list[int] = []

        def shake() -> None:
            done.append(_library.gnutls_handshake(self._session))

        hands = threading.Thread(target=shake)
        hands.start()
        while hands.is_alive():
            self._outer.settimeout(0.05)
            try:
                self._socket.sendall(self._outer.recv(65_536))
            except TimeoutError:
                continue
        assert done == [0], f"gnutls_handshake gave {done}"
        self.flush()

    def update_key(self, how: int = KEEP) -> None:
        assert _library.gnutls_session_key_update(self._session, how) == 0

    def write(self, data: bytes) -> None:
        assert _library.gnutls_record_send(self._session, data, len(data)) == len(data)

    def flush(self) -> None:
        """Send the records that were written, in one piece."""
        self._outer.setblocking(False)
        pieces = b""
        try:
            while data := self._outer.recv(65_536):
                pieces += data
        except BlockingIOError:
            pass
        self._outer.setblocking(True)
        self._socket.sendall(pieces)

    def read_to_end(self) -> bytes:
        answer = b""
        buffer = ctypes.create_string_buffer(65_536)
        while True:
            count = _library.gnutls_record_recv(self._session, buffer, 65_536)
            # Behind a record without data, such as the answer to a key update.
            if count == _AGAIN:
                continue
            if count <= 0:
                return answer
            answer += buffer.raw[:count]

    def close(self) -> None:
        self._socket.close()
        self._inner.close()
        self._outer.close()
