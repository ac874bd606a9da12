"""The web server: gunicorn keeps the processes, waitress the connections.

In each process one loop takes requests in and sends answers out. A thread is given a request only once all of it is
there, and is free again as soon as the answer is made. So nobody waits for a connection that is silent or slow, and a
request that was cut off never reaches the site.
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

from core.http import admin_path
from core.middleware.bad_input import LARGEST_ADMIN_BODY, LARGEST_PUBLIC_BODY

# Of a body that is refused for its size, so much is still taken in: a connection closed on somebody who is still
# sending breaks before the answer is read.
HEARD_OUT_BYTES = 67_108_864
# Of staff's uploads so many are taken in at once by a process. They wait on the disk, half a gigabyte at most.
UPLOADS_AT_ONCE = 20
# How long a process that stops keeps idle connections, for a request that may already be on its way.
LINGER_SECONDS = 2


class Nowhere:
    """Stands where a body is kept, and keeps nothing."""

    def append(self, data: bytes) -> None: ...

    def close(self) -> None: ...

    def getbuf(self) -> Nowhere:
        return self

    def getfile(self) -> BytesIO:
        return BytesIO()


class RequestParser(HTTPRequestParser):
    """Takes in no body that the site refuses. `BadInputMiddleware` sees from the length announced what to answer."""

    completed: bool
    expect_continue: bool
    uploads: WeakSet[RequestParser] = WeakSet()
    is_stopping = False

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        is_upload = self.content_length > LARGEST_PUBLIC_BODY
        is_allowed = self.content_length <= LARGEST_ADMIN_BODY and self.path.startswith(admin_path())
        if is_upload and is_allowed and len(self.uploads) < UPLOADS_AT_ONCE:
            self.uploads.add(self)
        elif is_upload and self.expect_continue:
            self.refuse()
        elif is_upload:
            self.body_rcv = FixedStreamReceiver(min(self.content_length, HEARD_OUT_BYTES), Nowhere())
        if self.is_stopping or (is_upload and self not in self.uploads):
            self.headers["CONNECTION"] = "close"

    def received(self, data: bytes) -> int:
        consumed = super().received(data)
        if self.chunked and not self.completed and self.body_bytes_received > LARGEST_PUBLIC_BODY:
            self.headers |= {"CONNECTION": "close", "CONTENT_LENGTH": str(self.body_bytes_received)}
            self.refuse()
            self.completed = True
        return consumed

    def refuse(self) -> None:
        """Answer at once, without what is still to come."""
        self.body_rcv, self.expect_continue = None, False


class Channel(HTTPChannel):
    """One connection."""

    parser_class = RequestParser

    def add_channel(self, map: dict[int, Any] | None = None) -> None:
        super().add_channel(map)
        self.server.changed.add(self._fileno)

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Waitress has a thread wait here. Who asks on and on and reads no answer is sent away instead."""
        if len(self.requests) > 1 and self.total_outbufs_len > self.adj.outbuf_high_watermark:
            self.connected, self.will_close = False, True
        else:
            super()._flush_outbufs_below_high_watermark()

    def is_busy(self) -> bool:
        return bool(self.request or self.requests or self.total_outbufs_len)


class WaitressWorker(Worker):
    """A process of gunicorn with waitress in it. Those settings of gunicorn that are about HTTP and TLS do nothing."""

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
            # core.throttle and SECURE_PROXY_SSL_HEADER judge them: they know how many proxies there are.
            clear_untrusted_proxy_headers=False,
            log_socket_errors=False,
            ident=None,
        )
        self.listeners = [channel for channel in self.channels.values() if channel.accepting]
        for listener in self.listeners:
            listener.channel_class, listener.changed = Channel, self.changed

        self.loop(lambda: self.alive and self.ppid == os.getppid())
        RequestParser.is_stopping = True
        for listener in self.listeners:
            # Its own `close` would take away what wakes the loop.
            wasyncore.dispatcher.close(listener)
        idle_until = time.monotonic() + LINGER_SECONDS
        latest = time.monotonic() + self.cfg.graceful_timeout
        self.loop(lambda: any(time.monotonic() < (latest if is_busy else idle_until) for is_busy in self.connections()))
        server.task_dispatcher.shutdown()

    def connections(self) -> list[bool]:
        """Of each connection, whether it is busy."""
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

    def loop(self, is_wanted: Callable[[], bool]) -> None:
        """Take in and send out for as long as `is_wanted`.

        Before each turn waitress's own loop asks every connection what it waits for. With hundreds that takes longer
        than many an answer, so only those are asked that may wait for something else now.
        """
        all_again_at = 0.0
        while is_wanted():
            self.notify()
            if time.monotonic() >= all_again_at:
                self.changed.update(self.channels)
                all_again_at = time.monotonic() + 1
            for number in list(self.changed):
                self.watch(number)
                # While a thread is at work for it, it may change at any time; the thread wakes the loop.
                if not getattr(self.channels.get(number), "requests", None):
                    self.changed.discard(number)
            for key, events in self.selector.select(0.5):
                self.changed.add(key.fd)
                for event, handle in (selectors.EVENT_READ, wasyncore.read), (selectors.EVENT_WRITE, wasyncore.write):
                    if events & event and key.fd in self.channels:
                        handle(self.channels[key.fd])

    def watch(self, number: int) -> None:
        with suppress(KeyError):
            self.selector.unregister(number)
        if channel := self.channels.get(number):
            read = selectors.EVENT_READ if channel.readable() else 0
            write = selectors.EVENT_WRITE if channel.writable() else 0
            if read | write:
                self.selector.register(number, read | write)
