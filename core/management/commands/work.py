from __future__ import annotations

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
SET_RIGHT_SECONDS = 60


class Command(BaseCommand):
    help = "Does what is to be done outside requests, such as sending mail. Runs until it is told to end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now and end, for cron")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        if once:
            jobs.set_right(now=timezone.now())
            jobs.run_all_due()
            return
        self.stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        logger.info("worker started")
        self._work()
        logger.info("worker ended")

    def _stop(self, number: int, frame: Any) -> None:
        """End after the job at hand; asked again, at once."""
        self.stopping = True
        signal.signal(number, signal.SIG_DFL)

    def _work(self) -> None:
        set_right_at: float | None = None
        outages = 0
        is_busy = False
        while not self.stopping:
            try:
                if not is_busy:
                    # While there is work, a connection is not asked before each job whether it still answers.
                    close_old_connections()
                if set_right_at is None or time.monotonic() - set_right_at > SET_RIGHT_SECONDS:
                    jobs.set_right(now=timezone.now())
                    set_right_at = time.monotonic()
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
        # In slices, because a signal handler does not cut a sleep short.
        end = time.monotonic() + seconds
        while not self.stopping and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))
