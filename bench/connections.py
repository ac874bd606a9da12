"""`python -m bench.connections`: how long a reader waits beside silent and slow connections, and without them.

The silent ones say nothing. The slow ones send a byte a second, half of them of their headers, half of their body. A
reader opens a new connection for every page. Both medians come from turns of the same run, so that their ratio hardly
depends on the machine. Ceiling: 1.5.
"""

import argparse
import itertools
import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.site import filled_site

RATIO_CEILING = 1.5
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
    """Keeps so many connections open; those that the server closes are opened anew and named in the list given."""

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


def waits(port: int, path: str, *, rounds: int = 5, seconds: float = 3) -> tuple[list[float], list[float]]:
    """What readers of a page waited in seconds, without and with 500 silent and 50 slow connections, in turns."""

    def read_for_a_while() -> Iterator[float]:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            yield read(port, path)
            time.sleep(0.002)

    alone: list[float] = []
    beside: list[float] = []
    list(read_for_a_while())
    for _round in range(rounds):
        alone += read_for_a_while()
        with idle_connections(port):
            time.sleep(1)
            beside += read_for_a_while()
    return alone, beside


def report(name: str, alone: list[float], beside: list[float]) -> float:
    """Print what both come to; returns the ratio of their medians."""
    ratio = statistics.median(beside) / statistics.median(alone)
    for word, numbers in ("alone", alone), ("beside 500 silent and 50 slow", beside):
        milliseconds = [1000 * quantile for quantile in statistics.quantiles(numbers, n=100)]
        print(
            f"{name}, {word}: median {milliseconds[49]:.2f} ms, p99 {milliseconds[98]:.2f} ms, "
            f"longest {1000 * max(numbers):.0f} ms, {len(numbers)} read"
        )
    print(f"{name}: a reader waits {ratio:.2f} times as long (ceiling {RATIO_CEILING})")
    return ratio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3, help="of each turn")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    pages = "/bench/empty/", "/", "/news/online-grooming-offences-record-high/"
    with filled_site(1, settings_module="bench.settings") as site:
        turns = {"rounds": options.rounds, "seconds": options.seconds}
        ratios = [report(path, *waits(site.port, path, **turns)) for path in pages]
    sys.exit("the ceiling was missed" if max(ratios) > RATIO_CEILING else 0)


if __name__ == "__main__":
    main()
