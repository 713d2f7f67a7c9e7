"""One TCP connection to the server, for requests that no well-behaved client would send."""
import contextlib
import json
import select
import socket
from dataclasses import dataclass


@dataclass
class RawAnswer:
    status: int
    headers: dict  # names in lower case
    body: bytes

    @property
    def code(self):
        """The `code` of a problem, or None."""
        if self.headers.get("content-type") != "application/problem+json":
            return None
        return json.loads(self.body)["code"]


class RawConnection:
    """A context. Reads give up after `timeout_s`."""

    def __init__(self, server, timeout_s=60):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=timeout_s)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """Sends what the server takes; one that has refused already and closed is no error here."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)
            return True
        return False

    def stop_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Closes without the usual goodbye (RST)."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.socket.close()

    def is_answered(self):
        """Whether something to read has arrived (or the connection has ended)."""
        return bool(select.select([self.socket], [], [], 0)[0])

    def more(self):
        with contextlib.suppress(ConnectionResetError):
            piece = self.socket.recv(65536)
            self.received += piece
            return bool(piece)
        return False

    def read_answer(self):
        """The next answer, or None when the connection ended first."""
        while b"\r\n\r\n" not in self.received:
            if not self.more():
                return None
        head, self.received = self.received.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split(" ")[1])
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
        if status == 100:
            return self.read_answer()
        length = int(headers.get("content-length", 0))
        while len(self.received) < length:
            if not self.more():
                break
        body, self.received = self.received[:length], self.received[length:]
        return RawAnswer(status, headers, body)

    def read_end(self):
        """True when the server closes without a further answer."""
        return not self.more()


def exchange(server, data, timeout_s=60):
    """The answer to some bytes on a connection of their own."""
    with RawConnection(server, timeout_s) as connection:
        connection.send(data)
        return connection.read_answer()
