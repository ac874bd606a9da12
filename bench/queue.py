"""`python -m bench.queue`: mails a second that one worker claims and sends, with 100, 10,000 and 100,000 waiting.

Each mail goes through `run_next` to a real SMTP server on loopback, in a process of its own. Beside the mails that are
due, as many are not due yet, with a higher priority. The sizes are measured in turn, in several rounds, because other
work on the machine comes and goes. Exit status 1 if the median rate at 100,000 is less than 0.8 of that at 100.
"""

import argparse
import json
import statistics
import sys
import time
from datetime import timedelta

import django

from bench.site import DATABASES, filled_site

SIZES = [100, 10_000, 100_000]
ROUNDS, MAILS = 3, 66
FLOOR = 0.8
KIND = "bench.mail"


def measure() -> dict[int, float]:
    """The median rate at each size, on the database of the environment."""
    django.setup()
    from django.db import connection
    from django.utils import timezone

    from core import jobs, mail
    from core.models import Job

    @jobs.job(KIND)
    def send(object_id: str, *, job: Job) -> None:
        mail.send(job=job, subject=f"Mail {object_id}", body="Words.\n", to="sink@example.org")

    def fill(number: int) -> None:
        now = timezone.now()
        for due_at, priority in ((now - timedelta(hours=1), 0), (now + timedelta(days=1), 5)):
            Job.objects.bulk_create(
                (Job(kind=KIND, object_id=str(n), due_at=due_at, priority=priority) for n in range(number)),
                batch_size=5_000,
            )

    rates: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        # Without making an object of each row first.
        Job.objects.all()._raw_delete("default")
        waiting = 0
        for size in SIZES:
            # What the mails of the smaller size took away is filled up.
            fill(size - waiting)
            # PostgreSQL does so by itself a minute after such a change.
            connection.cursor().execute("ANALYZE")
            assert jobs.run_next()
            mails = min(MAILS, size // 2)
            began = time.perf_counter()
            for _ in range(mails):
                assert jobs.run_next()
            rates[size].append(mails / (time.perf_counter() - began))
            waiting = size - mails - 1
    mail.close()
    assert not Job.objects.filter(kind=KIND).exclude(error="").exists()
    return {size: statistics.median(found) for size, found in rates.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--here", action="store_true", help="print the rates of this environment's database as JSON")
    if parser.parse_args().here:
        print(json.dumps(measure()))
        return 0
    is_met = True
    for database in DATABASES:
        with filled_site(database=database) as site:
            rates = json.loads(site.run("-m", "bench.queue", "--here", LOG_LEVEL="ERROR"))
        first, *_, last = rates.values()
        is_met &= last >= FLOOR * first
        for size, rate in rates.items():
            print(f"{database}, {size:>6} waiting: {rate:6.0f} mails a second, {rate / first:.2f} of the first")
    print(f"at least {FLOOR}: {'met' if is_met else 'MISSED'}")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
