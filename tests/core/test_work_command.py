from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from core import jobs
from core.models import Job, RateHit
from tests.factories import make_job

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_work_once_does_what_is_due_cleans_up_and_ends(register):
    noted = []
    register("test.note", lambda object_id, *, job: noted.append(object_id))
    for number in range(3):
        jobs.enqueue(kind="test.note", object_id=number)
    now = timezone.now()
    make_job(status="done", finished_at=now - timedelta(days=31))
    RateHit.objects.create(key="k", window_starts_at=now - timedelta(hours=2), window_ends_at=now - timedelta(hours=1))
    call_command("work", "--once")
    assert noted == ["0", "1", "2"]
    assert list(Job.objects.exclude(object_id="").values_list("status", flat=True)) == ["done"] * 3
    assert not RateHit.objects.exists()


def await_line(worker: subprocess.Popen, wanted: str) -> str:
    """Reads the worker's log until a line has these words."""
    assert worker.stdout is not None
    for line in worker.stdout:
        if wanted in line:
            return line
    raise AssertionError(f"The worker ended without a word of {wanted!r}.")


@pytest.fixture
def worker(tmp_path):
    """`worker()` starts `manage.py work` as a server does, on a database that does not exist yet."""
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{tmp_path / 'work.sqlite3'}",
            "DATA_DIR": str(tmp_path),
            "PYTHONUNBUFFERED": "1",
        }
        process = subprocess.Popen(
            [sys.executable, "manage.py", "work"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the same on every database")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_without_its_database_says_so_waits_and_ends_when_told(worker, number):
    process = worker()
    line = await_line(process, "database cannot be asked")
    assert '"exception"' in line
    assert '"again_in_s": 1.0' in line
    assert '"again_in_s": 2.0' in await_line(process, "database cannot be asked")
    process.send_signal(number)
    await_line(process, "worker ended")
    assert process.wait(timeout=20) == 0


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_worker_told_to_end_finishes_the_job_at_hand_first(register):
    """In this process, with the signal arriving in the middle of a job."""

    def told_to_end(object_id, *, job):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.05)

    register("test.told_to_end", told_to_end)
    for number in range(2):
        jobs.enqueue(kind="test.told_to_end", object_id=number)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    # Should the job never come, the test fails instead of waiting for ever.
    rescue = threading.Timer(20, os.kill, (os.getpid(), signal.SIGTERM))
    rescue.start()
    try:
        call_command("work")
    finally:
        rescue.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)
    assert sorted(Job.objects.exclude(object_id="").values_list("status", flat=True)) == ["done", "queued"]
