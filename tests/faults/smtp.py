"""A mail server that misbehaves in every way: is a mail tried for long enough, given up when it must, never sent plain?

    python -m tests.faults.smtp [--database sqlite|postgresql] [--short]

TRUST F3. For each fault one mail meets a scripted server that has it and no other. Its clock is moved to the next time
at which the mail is due, until it is sent or given up. A second mail meets the same fault for some tries and then a
server that works. In the end a mail that cannot be written at all stands in front of a good one.
"""

from __future__ import annotations

import datetime as dt
import logging
import socketserver
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.faults.table import Table
from tests.faults.trial import on_databases
from tests.running_site import free_port

#: Of the settings, here short: the silent server takes all of it at each try.
TIMEOUT_SECONDS = 0.2
TRIES_BEFORE_IT_PASSES = 8
TRIED_FOR = dt.timedelta(hours=72)


@dataclass(frozen=True)
class Fault:
    """`replies` by the verb of the command; None says nothing, "cut" ends the connection. "END" follows the text."""

    name: str
    replies: dict[str, str | None] = field(default_factory=dict)
    is_permanent: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    #: Nobody listens at all.
    is_away: bool = False


FAULTS = [
    Fault("connection refused", is_away=True),
    Fault("no such name", settings={"EMAIL_HOST": "mail.invalid"}),
    Fault("silent", {"CONNECT": None}),
    Fault("421 at once", {"CONNECT": "421 away"}),
    Fault("450 to the recipient", {"RCPT": "450 mailbox busy"}),
    Fault("452 to the sender", {"MAIL": "452 no room"}),
    Fault("535 to the password", {"AUTH": "535 wrong"}, settings={"EMAIL_HOST_USER": "a", "EMAIL_HOST_PASSWORD": "b"}),
    Fault("550 to the recipient", {"RCPT": "550 nobody here"}, is_permanent=True),
    Fault("554 after the text", {"END": "554 refused"}, is_permanent=True),
    Fault("cut after the text", {"END": "cut"}),
    Fault("no STARTTLS, though required", settings={"EMAIL_USE_TLS": True}),
    Fault("bad certificate", {"EHLO": "250-here\r\n250 STARTTLS"}, settings={"EMAIL_USE_TLS": True}),
]


class Server(socketserver.ThreadingTCPServer):
    """Speaks SMTP, except for its fault."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, replies: dict[str, str | None], certificate: Path):
        super().__init__(("127.0.0.1", port), Conversation)
        self.replies, self.certificate = replies, certificate
        self.mails: list[str] = []
        #: Commands that came over a connection that is not encrypted.
        self.plain: list[str] = []


class Conversation(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        with suppress(OSError):
            self.is_plain = True
            if self.answer("CONNECT", "220 here"):
                while (line := self.rfile.readline()) and self.do(line.decode("latin-1").strip()):
                    pass

    def answer(self, verb: str, usual: str) -> bool:
        """Returns False where the connection is over."""
        reply = self.server.replies.get(verb, usual)
        if reply is None:
            self.rfile.read()
            return False
        if reply == "cut":
            return False
        self.wfile.write(f"{reply}\r\n".encode())
        return not reply.startswith("421")

    def do(self, line: str) -> bool:
        verb = line.partition(" ")[0].upper()
        if self.is_plain:
            self.server.plain.append(verb)
        if verb == "STARTTLS":
            self.wfile.write(b"220 go ahead\r\n")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.server.certificate)
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
            self.is_plain = False
            return True
        if verb == "DATA":
            self.wfile.write(b"354 go ahead\r\n")
            text = b"".join(iter(self.rfile.readline, b".\r\n"))
            if self.server.replies.get("END", "250").startswith("250"):  # type: ignore[union-attr]
                self.server.mails.append(text.decode())
            return self.answer("END", "250 kept")
        if verb == "RCPT" and "bad" in line:
            return self.answer("BAD", "550 nobody here")
        usual = {"EHLO": "250-here\r\n250 AUTH PLAIN LOGIN", "QUIT": "221 bye", "AUTH": "235 ok"}
        return self.answer(verb, usual.get(verb, "250 ok")) and verb != "QUIT"


@contextmanager
def listening(port: int, replies: dict[str, str | None], certificate: Path) -> Iterator[Server]:
    with Server(port, replies, certificate) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def make_certificate(folder: Path) -> Path:
    """One that nobody has signed but itself, for another name."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elsewhere.example")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM
    private = key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "certificate.pem"
    path.write_bytes(private + certificate.public_bytes(form))
    return path


@dataclass
class Course:
    """What became of one mail: when it was tried, and how it ended."""

    tries: list[dt.datetime] = field(default_factory=list)
    status: str = ""
    error: str = ""

    def __str__(self) -> str:
        hours = (self.tries[-1] - self.tries[0]).total_seconds() / 3600
        return f"{len(self.tries)} tries in {hours:.1f} h, {self.status}: {self.error or 'no error'}"


def follow(object_id: str, *, at_most: int = 1000) -> Course:
    """Do this job whenever it is due, at once, until it is finished or was tried so often."""
    from core import jobs, mail
    from core.models import Job

    course = Course()
    job = Job.objects.get(object_id=object_id)
    while job.status == Job.Status.QUEUED and len(course.tries) < at_most:
        course.tries.append(job.due_at)
        assert jobs.run_next(now=job.due_at), "The job is due and was not done."
        job.refresh_from_db()
    mail.close()
    course.status, course.error = job.status, job.error
    return course


def is_growing(course: Course) -> bool:
    """Whether each wait could be the double of the one before, up to an hour, spread by half."""
    waits = [(later - earlier).total_seconds() for earlier, later in pairwise(course.tries)]
    longest = [min(10 * 2**number, 3600) for number in range(len(waits))]
    return all(0.5 * most - 1 <= wait <= most + 1 for wait, most in zip(waits, longest, strict=True))


@contextmanager
def meeting(fault: Fault, certificate: Path, *, port: int) -> Iterator[list[str]]:
    """Let mail meet this fault, with the waits of production. Yields the commands that were not encrypted."""
    from django.test import override_settings

    given = {"EMAIL_PORT": port, "EMAIL_TIMEOUT": TIMEOUT_SECONDS, "EMAIL_HOST": "127.0.0.1"} | fault.settings
    with override_settings(JOBS_BACKOFF_BASE_SECONDS=10, JOBS_BACKOFF_MAX_SECONDS=3600, **given):
        if fault.is_away:
            yield []
        else:
            with listening(port, fault.replies, certificate) as server:
                yield server.plain


def try_fault(table: Table, fault: Fault, certificate: Path, *, port: int, is_whole: bool) -> None:
    """`is_whole` follows a mail to its end, which takes some eighty tries."""
    from django.test import override_settings

    from core import jobs
    from tests.faults.mails.jobs import KIND

    if is_whole or fault.is_permanent:
        jobs.enqueue(kind=KIND, object_id=fault.name)
        with meeting(fault, certificate, port=port):
            course = follow(fault.name)
        hours = course.tries[-1] - course.tries[0]
        has_tried = len(course.tries) == 1 if fault.is_permanent else hours >= TRIED_FOR and is_growing(course)
        target = "1 try, dead" if fault.is_permanent else "growing gaps, 72 h, dead"
        table.row(fault.name, target, course, is_met=has_tried and course.status == "dead")
    if fault.is_permanent:
        return
    again = f"{fault.name} again"
    jobs.enqueue(kind=KIND, object_id=again)
    with meeting(fault, certificate, port=port) as plain:
        course = follow(again, at_most=TRIES_BEFORE_IT_PASSES)
    if fault.settings.get("EMAIL_USE_TLS"):
        told = [verb for verb in plain if verb in {"MAIL", "RCPT", "DATA", "AUTH"}]
        table.none(f"{fault.name}: told without encryption", told)
    with override_settings(EMAIL_PORT=port, EMAIL_HOST="127.0.0.1"), listening(port, {}, certificate) as server:
        after = follow(again)
    is_met = is_growing(course) and after.status == "done" and len(server.mails) == 1
    table.row(f"{fault.name}, and passes", "sent", f"{after.status} after {course.error}", is_met=is_met)


def try_queue(table: Table, certificate: Path, *, port: int) -> None:
    """One mail of three has a bad recipient; one that cannot be written stands before a good one."""
    from django.test import RequestFactory, override_settings

    from core import jobs
    from core.health import ready
    from core.models import Job
    from tests.faults.mails.jobs import KIND

    with override_settings(EMAIL_PORT=port, EMAIL_HOST="127.0.0.1"), listening(port, {}, certificate) as server:
        for name in ("good-1", "bad", "good-2", "poi\nson", "good-3"):
            jobs.enqueue(kind=KIND, object_id=name)
        jobs.run_all_due()
    found = dict(
        Job.objects.filter(object_id__in=["good-1", "good-2", "good-3", "bad", "poi\nson"]).values_list(
            "object_id", "status"
        )
    )
    good = [found[f"good-{number}"] for number in (1, 2, 3)]
    table.row("one bad recipient of three: the others", "sent", ", ".join(good), is_met=good == ["done"] * 3)
    table.row("the bad recipient", "dead", found["bad"], is_met=found["bad"] == "dead")
    table.row("a mail that cannot be written", "dead", found["poi\nson"], is_met=found["poi\nson"] == "dead")
    table.row("arrived", "3", len(server.mails), is_met=len(server.mails) == 3)
    report = ready(RequestFactory().get("/health/ready")).content.decode()
    table.row(
        "/health/ready says so",
        "degraded",
        "degraded" if '"degraded"' in report else report,
        is_met='"degraded"' in report,
    )


def trial(database: str, *, is_short: bool, port: int, log: Path, whole: int) -> Table:
    table = Table(f"F3 mail server's faults, {database}", is_short)
    with TemporaryDirectory(prefix="faults-") as folder:
        certificate = make_certificate(Path(folder))
        # A line for each try.
        logging.disable()
        for number, fault in enumerate(FAULTS):
            try_fault(table, fault, certificate, port=free_port(), is_whole=number < whole)
        try_queue(table, certificate, port=free_port())
    return table


def main(arguments: list[str] | None = None) -> int:
    return on_databases(
        trial,
        module="tests.faults.smtp",
        purpose=__doc__,
        arguments=arguments,
        full={"whole": len(FAULTS)},
        short={"whole": 1},
    )


if __name__ == "__main__":
    sys.exit(main())
