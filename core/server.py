"""The web server: gunicorn keeps the processes, waitress the connections.

In each process one loop takes requests in and sends answers out. A thread is given a request only once all of it is
there, and is free again as soon as the answer is made. So nobody waits for a connection that is silent or slow, and a
request that was cut off never reaches the site. Whether the process is alive is answered by a thread that does nothing
else, while all others wait for a locked database.
"""

from __future__ import annotations

import os
import resource
import selectors
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import BytesIO
from typing import Any
from weakref import WeakSet

from gunicorn.workers.base import Worker
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver
from waitress.task import ThreadedTaskDispatcher, WSGITask

from core.deadline import ARRIVED_AT
from core.http import admin_path
from core.middleware.bad_input import LARGEST_ADMIN_BODY, LARGEST_PUBLIC_BODY

# Read this much of a body that is too large. A client whose connection is closed while it sends never reads the answer.
MAX_DISCARDED_BYTES = 67_108_864
# Concurrent uploads of staff in one process. They wait on the disk and take half a gigabyte at most.
UPLOADS_AT_ONCE = 20
LIVE = "/health/live"
# A process that stops waits so long for requests that are already on their way.
LINGER_SECONDS = 2


class DiscardBuffer:
    """A request body that discards its data."""

    def append(self, data: bytes) -> None: ...

    def close(self) -> None: ...

    def getbuf(self) -> DiscardBuffer:
        return self

    def getfile(self) -> BytesIO:
        return BytesIO()


class RequestParser(HTTPRequestParser):
    """Stores no body that the site refuses. `BadInputMiddleware` decides the answer by Content-Length."""

    completed: bool
    expect_continue: bool
    uploads: WeakSet[RequestParser] = WeakSet()
    is_stopping = False
    #: When all of it was there, of time.monotonic().
    arrived_at = 0.0

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        is_upload = self.content_length > LARGEST_PUBLIC_BODY
        is_allowed = self.content_length <= LARGEST_ADMIN_BODY and self.path.startswith(admin_path())
        if is_upload and is_allowed and len(self.uploads) < UPLOADS_AT_ONCE:
            self.uploads.add(self)
        elif is_upload and self.expect_continue:
            self.refuse()
        elif is_upload:
            self.body_rcv = FixedStreamReceiver(min(self.content_length, MAX_DISCARDED_BYTES), DiscardBuffer())
        if self.is_stopping or (is_upload and self not in self.uploads):
            self.headers["CONNECTION"] = "close"

    def received(self, data: bytes) -> int:
        consumed = super().received(data)
        if self.chunked and not self.completed and self.body_bytes_received > LARGEST_PUBLIC_BODY:
            self.headers |= {"CONNECTION": "close", "CONTENT_LENGTH": str(self.body_bytes_received)}
            self.refuse()
            self.completed = True
        self.arrived_at = time.monotonic()
        return consumed

    def refuse(self) -> None:
        """Answer at once, without reading the rest."""
        self.body_rcv, self.expect_continue = None, False


class Task(WSGITask):
    """One answer. Waitress closes the connection after each without a length, also after 304, which has no body."""

    def set_close_on_finish(self) -> None:
        is_asked = self.version != "1.1" or "close" in self.request.headers.get("CONNECTION", "").lower()
        if self.has_body or is_asked:
            super().set_close_on_finish()

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ[ARRIVED_AT] = self.request.arrived_at
        return environ


class Channel(HTTPChannel):
    """One connection."""

    parser_class = RequestParser
    task_class = Task

    def add_channel(self, map: dict[int, Any] | None = None) -> None:
        super().add_channel(map)
        self.server.changed.add(self._fileno)

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Disconnect a client that pipelines requests and reads no answer. Waitress would block a thread for it."""
        if len(self.requests) > 1 and self.total_outbufs_len > self.adj.outbuf_high_watermark:
            self.connected, self.will_close = False, True
        else:
            super()._flush_outbufs_below_high_watermark()

    def is_busy(self) -> bool:
        return bool(self.request or self.requests or self.total_outbufs_len)


class Dispatcher:
    """Gives requests to the threads of the site, and /health/live to one of its own, which no other can occupy."""

    def __init__(self, site: ThreadedTaskDispatcher):
        self.site, self.live = site, ThreadedTaskDispatcher()
        self.live.set_thread_count(1)

    def add_task(self, channel: Channel) -> None:
        # A request that cannot be read has no path.
        is_live = getattr(channel.requests[0], "path", "") == LIVE
        (self.live if is_live else self.site).add_task(channel)

    def shutdown(self) -> None:
        self.site.shutdown()
        self.live.shutdown()


class WaitressWorker(Worker):
    """A process of gunicorn with waitress in it. It ignores gunicorn's settings of HTTP and TLS."""

    def run(self) -> None:
        # Each connection is an open file.
        hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard_limit, hard_limit))
        self.channels: dict[int, Any] = {}
        self.changed: set[int] = set()
        self.selector = selectors.DefaultSelector()
        server = create_server(
            self.serve,
            map=self.channels,
            sockets=[listener.sock for listener in self.sockets],
            threads=self.cfg.threads,
            connection_limit=self.cfg.worker_connections,
            backlog=self.cfg.backlog,
            channel_timeout=self.cfg.keepalive,
            cleanup_interval=5,
            recv_bytes=65_536,
            max_request_header_size=32_768,
            max_request_body_size=2**40,
            # core.throttle and SECURE_PROXY_SSL_HEADER check them: they know how many proxies there are.
            clear_untrusted_proxy_headers=False,
            log_socket_errors=False,
            ident=None,
        )
        self.listeners = [channel for channel in self.channels.values() if channel.accepting]
        dispatcher = Dispatcher(server.task_dispatcher)
        for listener in self.listeners:
            listener.channel_class, listener.changed = Channel, self.changed
            listener.task_dispatcher = dispatcher

        self.loop(lambda: self.alive and self.ppid == os.getppid())
        RequestParser.is_stopping = True
        for listener in self.listeners:
            # Its own `close` would remove the trigger that wakes the loop.
            wasyncore.dispatcher.close(listener)
        idle_until = time.monotonic() + LINGER_SECONDS
        latest = time.monotonic() + self.cfg.graceful_timeout
        self.loop(lambda: any(time.monotonic() < (latest if is_busy else idle_until) for is_busy in self.connections()))
        dispatcher.shutdown()

    def connections(self) -> list[bool]:
        """For each connection, whether it is busy."""
        return [channel.is_busy() for channel in self.channels.values() if isinstance(channel, Channel)]

    def serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        answer = self.wsgi(environ, start_response)
        if environ["REQUEST_METHOD"] == "HEAD":
            # waitress would send it.
            getattr(answer, "close", int)()
            return []
        return answer

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        self.listeners[0].pull_trigger()

    def loop(self, should_run: Callable[[], bool]) -> None:
        """Serve connections while `should_run()`.

        Waitress's own loop asks every connection before each turn what it waits for, which with hundreds takes longer
        than many an answer. This one asks only those whose state may have changed.
        """
        next_full_check = 0.0
        while should_run():
            self.notify()
            if time.monotonic() >= next_full_check:
                self.changed.update(self.channels)
                next_full_check = time.monotonic() + 1
            for number in list(self.changed):
                self.update(number)
                # While a thread is at work for it, it may change at any time; the thread wakes the loop.
                if not getattr(self.channels.get(number), "requests", None):
                    self.changed.discard(number)
            for key, events in self.selector.select(0.5):
                self.changed.add(key.fd)
                for event, handle in (selectors.EVENT_READ, wasyncore.read), (selectors.EVENT_WRITE, wasyncore.write):
                    if events & event and key.fd in self.channels:
                        handle(self.channels[key.fd])

    def update(self, number: int) -> None:
        with suppress(KeyError):
            self.selector.unregister(number)
        if channel := self.channels.get(number):
            read = selectors.EVENT_READ if channel.readable() else 0
            write = selectors.EVENT_WRITE if channel.writable() else 0
            if read | write:
                self.selector.register(number, read | write)
