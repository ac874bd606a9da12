"""Connections to a running site, byte by byte: ordinary readers, and a crowd of silent and slow ones beside them."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

GET = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
SLOW = {"headers": GET % b"/" + b"X-Slow: ", "body": POST % 100_000}


def fetch(port: int, path: str) -> bytes:
    """All that is answered."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(GET % path.encode() + b"Connection: close\r\n\r\n")
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def read(port: int, path: str) -> float:
    """Seconds until a page is there as a whole. Raises RuntimeError when the answer is not 200."""
    started = time.perf_counter()
    answer = fetch(port, path)
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"{path} answered {answer[:40]!r}")
    return time.perf_counter() - started


def open_connection(port: int, begin: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.sendall(begin)
    return connection


@contextmanager
def idle_connections(port: int, *, silent: int = 500, slow: int = 50) -> Iterator[list[str]]:
    """Keeps so many connections open; those that the server closes are opened anew and named in the list given.

    The slow ones send a byte a second, half of them of their headers, half of their body.
    """

    def join(kind: str) -> socket.socket:
        connection = open_connection(port, SLOW.get(kind, b""))
        connection.setblocking(False)
        return connection

    kinds = ["silent"] * silent + [*itertools.islice(itertools.cycle(SLOW), slow)]
    held = [(kind, join(kind)) for kind in kinds]
    closed: list[str] = []
    is_over = threading.Event()

    def send_slowly() -> None:
        while not is_over.wait(1):
            for number, (kind, connection) in enumerate(held):
                try:
                    if kind in SLOW:
                        connection.send(b"x")
                    elif connection.recv(1) == b"":
                        raise ConnectionResetError
                except BlockingIOError:
                    continue
                except OSError:
                    closed.append(kind)
                    connection.close()
                    # A server that ends takes no new one.
                    with suppress(ConnectionRefusedError):
                        held[number] = kind, join(kind)

    sender = threading.Thread(target=send_slowly)
    sender.start()
    try:
        yield closed
    finally:
        is_over.set()
        sender.join()
        for _kind, connection in held:
            connection.close()
