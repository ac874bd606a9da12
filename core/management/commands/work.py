from __future__ import annotations

import logging
import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.utils import timezone

from core import jobs, throttle

logger = logging.getLogger("core.worker")

IDLE_SECONDS = 1.0
LONGEST_OUTAGE_PAUSE = 30.0
HOUSEKEEPING_SECONDS = 3600


class Command(BaseCommand):
    help = "Does what the site has put off: sends mail, makes renditions. Runs until it is told to end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now and end, for cron")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        if once:
            jobs.run_all_due()
            _keep_house()
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
        house_kept = 0.0
        outages = 0
        while not self.stopping:
            try:
                close_old_connections()
                is_busy = jobs.run_next()
                if not house_kept or time.monotonic() - house_kept > HOUSEKEEPING_SECONDS:
                    _keep_house()
                    house_kept = time.monotonic()
            except (DatabaseError, InterfaceError) as error:
                pause = min(2.0**outages, LONGEST_OUTAGE_PAUSE)
                outages = min(outages + 1, 10)
                logger.error("database cannot be asked", extra={"data": {"again_in_s": pause}}, exc_info=error)
                connections.close_all()
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


def _keep_house() -> None:
    now = timezone.now()
    deleted = {"jobs": jobs.prune(now=now), "rate_hits": throttle.prune(now=now)}
    logger.info("housekeeping", extra={"data": deleted})
