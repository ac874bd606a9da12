import logging
import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.utils import timezone

from core import jobs

logger = logging.getLogger("core.worker")

IDLE_SECONDS = 1.0
LONGEST_OUTAGE_PAUSE = 30.0
REPAIR_SECONDS = 60


class Command(BaseCommand):
    help = "Does the waiting jobs, such as sending mail. Runs until it is told to end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do the due jobs and end, for cron")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        if once:
            jobs.repair_queue(now=timezone.now())
            jobs.run_all_due()
            return
        self.stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        logger.info("worker started")
        self._work()
        logger.info("worker ended")

    def _stop(self, number: int, frame: Any) -> None:
        """End after the present job. The second signal ends it at once."""
        self.stopping = True
        signal.signal(number, signal.SIG_DFL)

    def _work(self) -> None:
        repaired_at: float | None = None
        outages = 0
        is_busy = False
        while not self.stopping:
            try:
                if not is_busy:
                    # A busy worker does not check its connection before each job.
                    close_old_connections()
                if repaired_at is None or time.monotonic() - repaired_at > REPAIR_SECONDS:
                    jobs.repair_queue(now=timezone.now())
                    repaired_at = time.monotonic()
                is_busy = jobs.run_next()
            except (DatabaseError, InterfaceError) as error:
                pause = min(2.0**outages, LONGEST_OUTAGE_PAUSE)
                outages = min(outages + 1, 10)
                logger.error("database cannot be asked", extra={"data": {"again_in_s": pause}}, exc_info=error)
                connections.close_all()
                is_busy = False
                self._pause(pause)
            else:
                outages = 0
                if not is_busy:
                    self._pause(IDLE_SECONDS)

    def _pause(self, seconds: float) -> None:
        # Sleep in slices, because a signal handler does not cut a sleep short.
        end = time.monotonic() + seconds
        while not self.stopping and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))
