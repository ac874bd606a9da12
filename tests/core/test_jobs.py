from __future__ import annotations

import smtplib
import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, close_old_connections, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import jobs
from core.job_transitions import TRANSITIONS
from core.models import Job
from core.transitions import WrongState
from tests.factories import make_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(register) -> list[str]:
    """What the kind "test.note" has noted so far."""
    noted: list[str] = []
    register("test.note", lambda object_id, *, job: noted.append(object_id))
    return noted


def test_a_job_is_done_once_and_says_when(done):
    job = jobs.enqueue(kind="test.note", object_id=7)
    assert jobs.run_all_due() == 1
    job.refresh_from_db()
    assert (done, job.status, job.attempts, job.error) == (["7"], Job.Status.DONE, 1, "")
    assert job.finished_at is not None
    assert job.lease is None


def test_a_rolled_back_request_leaves_no_job(done):
    with transaction.atomic():
        jobs.enqueue(kind="test.note", object_id=1)
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_a_job_waits_until_it_is_due(done):
    now = timezone.now()
    jobs.enqueue(kind="test.note", object_id=1, due_at=now + timedelta(hours=1))
    assert jobs.run_next(now=now) is False
    assert jobs.run_next(now=now + timedelta(hours=1)) is True


def test_jobs_run_by_priority_and_then_in_turn(done):
    for object_id, priority in [("second", 0), ("third", 0), ("last", -5), ("first", 5)]:
        jobs.enqueue(kind="test.note", object_id=object_id, priority=priority)
    jobs.run_all_due()
    assert done == ["first", "second", "third", "last"]


def test_a_kind_nobody_registered_is_refused():
    with pytest.raises(jobs.UnknownKind):
        jobs.enqueue(kind="test.nobody", object_id=1)


def test_a_kind_this_worker_does_not_know_is_left_to_others(done):
    job = make_job(kind="test.of_the_next_version")
    assert jobs.run_all_due() == 0
    job.refresh_from_db()
    assert job.status == Job.Status.QUEUED


def test_one_kind_has_one_handler(register, done):
    with pytest.raises(ValueError, match=r"test\.note"):
        register("test.note", print)


def test_a_failing_job_is_retried_for_three_days_and_then_dead(register, settings):
    settings.JOBS_BACKOFF_BASE_SECONDS, settings.JOBS_BACKOFF_MAX_SECONDS = 10, 3600

    def fail(object_id, *, job):
        raise ConnectionRefusedError("secret text of a person")

    register("test.fail", fail)
    job = jobs.enqueue(kind="test.fail", object_id=1)
    now = began = job.due_at
    gaps = []
    # Every hour or sooner, and then no more.
    for _ in range(300):
        if not jobs.run_next(now=now):
            break
        job.refresh_from_db()
        gaps.append(job.due_at - now)
        now = max(now, job.due_at)
    seconds = [gap.total_seconds() for gap in gaps]
    assert 5 <= seconds[0] <= 10
    assert 10 <= seconds[1] <= 20
    assert 20 <= seconds[2] <= 40
    assert max(seconds) <= 3600
    assert timedelta(hours=72) <= now - began <= timedelta(hours=73)
    assert job.error == "ConnectionRefusedError"
    assert job.finished_at == now


def test_two_jobs_that_failed_together_are_not_tried_together_again():
    assert len({jobs.back_off(5) for _ in range(20)}) > 15


def test_a_permanent_failure_is_dead_at_once(register):
    def refuse(object_id, *, job):
        raise jobs.PermanentError("gone")

    register("test.refuse", refuse)
    job = jobs.enqueue(kind="test.refuse", object_id=1)
    jobs.run_all_due()
    job.refresh_from_db()
    assert (job.status, job.error, job.attempts) == (Job.Status.DEAD, "gone", 1)


@pytest.mark.parametrize("code", ["", "what she wrote to us in full", "mother@example.org", "a\nb", "x" * 101])
def test_a_failure_cannot_carry_a_text(code):
    with pytest.raises(ValueError):
        jobs.PermanentError(code)


@pytest.mark.parametrize(
    ("error", "described"),
    [
        (smtplib.SMTPDataError(554, b"no mail for mother@example.org"), "SMTPDataError 554"),
        (smtplib.SMTPRecipientsRefused({"mother@example.org": (550, b"gone")}), "SMTPRecipientsRefused 550"),
        (smtplib.SMTPServerDisconnected("mother@example.org"), "SMTPServerDisconnected"),
        (KeyError("mother@example.org"), "KeyError"),
    ],
)
def test_only_the_class_and_server_code_of_an_error_are_stored(error, described):
    assert jobs.error_code(error) == described


def test_a_dead_workers_job_is_taken_over_when_its_lease_runs_out(done, settings):
    job = jobs.enqueue(kind="test.note", object_id=1)
    now = job.due_at
    assert jobs._claim(now).pk == job.pk
    assert jobs.run_next(now=now + timedelta(seconds=settings.JOBS_LEASE_SECONDS - 1)) is False
    assert jobs.run_next(now=now + timedelta(seconds=settings.JOBS_LEASE_SECONDS)) is True
    job.refresh_from_db()
    assert (done, job.status, job.attempts) == (["1"], Job.Status.DONE, 2)


def test_a_long_job_has_a_long_lease(register):
    register("test.long", print, lease=timedelta(minutes=10))
    now = jobs.enqueue(kind="test.long", object_id=1).due_at
    assert jobs._claim(now).leased_until == now + timedelta(minutes=10)


def test_a_job_that_kills_every_worker_is_dead_after_three_days(done):
    job = jobs.enqueue(kind="test.note", object_id=1)
    first = now = job.due_at
    while (claimed := jobs._claim(now)) is not None:
        now = claimed.leased_until
    job.refresh_from_db()
    assert (done, job.status, job.error) == ([], Job.Status.DEAD, "LeaseExpired")
    assert timedelta(hours=72) <= now - first <= timedelta(hours=73)


def test_a_worker_that_lost_its_lease_cannot_overwrite(register):
    """The first worker was so slow that a second one took over and failed."""

    def slow(object_id, *, job):
        Job.objects.filter(pk=job.pk).update(
            lease=uuid.uuid4(), leased_until=timezone.now() + timedelta(minutes=1), attempts=2
        )

    register("test.slow", slow)
    job = jobs.enqueue(kind="test.slow", object_id=1)
    jobs.run_next()
    job.refresh_from_db()
    assert (job.status, job.attempts, job.finished_at) == (Job.Status.RUNNING, 2, None)


def test_a_slow_worker_keeps_its_job_unless_another_has_taken_it(register):
    register("test.nothing", print)
    claimed_at = timezone.now() - timedelta(seconds=100)
    jobs.enqueue(kind="test.nothing", object_id=1, due_at=claimed_at)
    claimed = jobs._claim(claimed_at)
    # A hundred seconds have gone by in the handler.
    claimed.held_until -= 100
    assert jobs.extend_lease(claimed, seconds=60) is True
    assert Job.objects.get().leased_until > timezone.now() + timedelta(seconds=60)
    Job.objects.update(lease=uuid.uuid4())
    assert jobs.extend_lease(claimed, seconds=60) is True, "nobody can have taken it before its lease was over"
    claimed.held_until -= 100
    assert jobs.extend_lease(claimed, seconds=60) is False


def test_a_retried_job_has_all_its_tries_again_and_keeps_its_message_id(register, settings):
    job = make_job(
        status="dead", attempts=9, error="SMTPDataError 554", finished_at=timezone.now(), first_tried_at=timezone.now()
    )
    now = timezone.now()
    TRANSITIONS["retry"].apply(Job.objects.all(), at=now)
    again = Job.objects.get()
    assert (again.status, again.attempts, again.error) == ("queued", 0, "")
    assert again.due_at <= now
    assert (again.first_tried_at, again.finished_at) == (None, None)
    assert again.message_id == job.message_id


def test_running_and_done_jobs_are_neither_retried_nor_discarded():
    now = timezone.now()
    make_job(status="done", finished_at=now)
    make_job(status="running", lease=uuid.uuid4(), leased_until=now)
    for transition in TRANSITIONS.values():
        with pytest.raises(WrongState):
            transition.apply(Job.objects.all(), at=now)


def test_settled_jobs_go_after_thirty_days_and_dead_ones_stay():
    now = timezone.now()
    old, young = now - timedelta(days=30, seconds=1), now - timedelta(days=29)
    for status in ("done", "discarded", "dead"):
        make_job(kind=status, status=status, finished_at=old)
        make_job(kind=f"young {status}", status=status, finished_at=young)
    make_job(kind="queued", created_at=old, due_at=old)
    assert jobs.prune(now=now) == 2
    assert set(Job.objects.values_list("kind", flat=True)) == {
        "dead",
        "young done",
        "young discarded",
        "young dead",
        "queued",
    }


@pytest.fixture
def runs(register_periodic) -> dict[str, list]:
    """When "hourly" and "failing" ran; the one succeeds, the other never does. Both are called every hour."""
    ran: dict[str, list] = {"hourly": [], "failing": []}

    def hourly(*, now):
        ran["hourly"].append(now)

    def failing(*, now):
        ran["failing"].append(now)
        raise ConnectionRefusedError("secret text of a person")

    register_periodic(hourly, every=timedelta(hours=1))
    register_periodic(failing, every=timedelta(hours=1))
    return ran


def test_periodic_work_runs_when_a_worker_starts_and_then_every_hour(runs):
    now = timezone.now()
    for minute in range(0, 180, 10):
        moment = now + timedelta(minutes=minute, seconds=30)
        jobs.repair_queue(now=moment)
        while jobs.run_next(now=moment):
            pass
    assert len(runs["hourly"]) == 3


def test_several_workers_run_periodic_work_once(runs):
    now = timezone.now()
    jobs.repair_queue(now=now)
    first = jobs._claim(now)
    jobs.repair_queue(now=now)
    assert Job.objects.filter(kind=first.kind).count() == 1
    with pytest.raises(IntegrityError, match=r"job_periodic_once|core_job\.kind"), transaction.atomic():
        Job.objects.create(kind=first.kind)


def work_for(hours: int) -> None:
    now = timezone.now()
    for _ in range(hours):
        jobs.repair_queue(now=now)
        jobs.run_all_due(now=now)
        now += timedelta(hours=1)


def test_failing_periodic_work_is_tried_again_for_ever_and_holds_up_nothing(runs):
    work_for(100)
    assert len(runs["hourly"]) == 100
    assert len(runs["failing"]) > 80
    failing = Job.objects.get(kind__endswith="failing")
    assert (failing.status, failing.error) == (Job.Status.QUEUED, "ConnectionRefusedError")


def test_failing_periodic_work_is_named_in_the_log(runs, caplog):
    work_for(3)
    failing = Job.objects.get(kind__endswith="failing")
    assert any(record.data["kind"] == failing.kind for record in caplog.records if record.levelname == "WARNING")


def test_periodic_work_whose_worker_died_is_taken_over(runs, settings):
    now = timezone.now()
    jobs.repair_queue(now=now)
    while jobs._claim(now):
        pass
    later = now + timedelta(seconds=settings.JOBS_LEASE_SECONDS)
    jobs.repair_queue(now=later)
    jobs.run_all_due(now=later)
    assert len(runs["hourly"]) == 1


def test_periodic_work_that_no_longer_exists_is_forgotten(runs):
    make_job(kind="core.jobs.of_an_older_version", object_id="", due_at=timezone.now() - timedelta(hours=25))
    make_job(kind="core.jobs.of_the_next_version", object_id="")
    make_job(kind="test.of_the_next_version", due_at=timezone.now() - timedelta(hours=25))
    jobs.repair_queue(now=timezone.now())
    assert not Job.objects.filter(kind="core.jobs.of_an_older_version").exists()
    assert Job.objects.filter(kind__endswith="of_the_next_version").count() == 2


def test_a_job_of_an_ordinary_kind_is_never_taken_for_periodic_work(done):
    with pytest.raises(ValueError, match="object ID"):
        jobs.enqueue(kind="test.note", object_id="")
    make_job(kind="test.note", object_id="", due_at=timezone.now() - timedelta(days=2))
    work(timezone.now())
    assert done == [""]


def test_no_kind_is_registered_twice_or_too_long(register, register_periodic):
    def hourly(*, now): ...

    hourly.__qualname__ = "hourly"
    register_periodic(hourly, every=timedelta(hours=1))
    with pytest.raises(ValueError, match="Two handlers"):
        register_periodic(hourly, every=timedelta(days=1))
    with pytest.raises(ValueError, match="60 characters"):
        register("x" * 61, print)
    hourly.__qualname__ = "x" * 61
    with pytest.raises(ValueError, match="60 characters"):
        register_periodic(hourly, every=timedelta(hours=1))
    register("x" * 60, print)


TEN_YEARS = timedelta(days=3652)


@pytest.fixture
def failing(register) -> None:
    def fail(object_id, *, job):
        raise ConnectionRefusedError

    register("test.fail", fail)


def work(now) -> None:
    """What a worker does within its first minute."""
    jobs.repair_queue(now=now)
    jobs.run_all_due(now=now)


def test_jobs_that_failed_while_the_clock_was_ahead_are_retried(failing):
    now = timezone.now()
    young = jobs.enqueue(kind="test.fail", object_id=1)
    # In its third day of trying, it is not given up because of the jump.
    old = make_job(kind="test.fail", attempts=20, first_tried_at=now - timedelta(hours=50))
    work(now + TEN_YEARS)
    assert not Job.objects.filter(due_at__lt=now + TEN_YEARS - timedelta(days=1)).exists()
    assert jobs.clock_state(now=now) == "jumped"
    work(now)
    assert not any(wrong.exists() for wrong, _ in jobs._jobs_with_future_times(now))
    for job in (young, old):
        attempts = job.attempts
        job.refresh_from_db()
        assert (job.status, job.attempts) == (Job.Status.QUEUED, attempts + 2)
        assert now < job.due_at < now + timedelta(hours=1)
        assert job.first_tried_at <= now


def test_a_job_taken_while_the_clock_was_ahead_is_taken_over(done):
    now = timezone.now()
    jobs.enqueue(kind="test.note", object_id=1)
    jobs._claim(now + TEN_YEARS)
    work(now)
    assert done == ["1"]


def test_jobs_queued_while_the_clock_was_ahead_keep_their_delay(done):
    now = timezone.now()
    ahead = now + TEN_YEARS
    make_job(kind="test.note", object_id="at once", created_at=ahead, due_at=ahead)
    make_job(kind="test.note", object_id="tomorrow", created_at=ahead, due_at=ahead + timedelta(days=1))
    work(now)
    assert done == ["at once"]
    work(now + timedelta(days=1, seconds=1))
    assert done == ["at once", "tomorrow"]


def test_a_far_day_that_somebody_chose_stays(done):
    now = timezone.now()
    job = jobs.enqueue(kind="test.note", object_id=1, due_at=now + TEN_YEARS)
    work(now)
    job.refresh_from_db()
    assert (done, job.due_at) == ([], now + TEN_YEARS)
    assert not Job.objects.dead().exists()


def test_a_clock_that_was_ahead_does_not_stop_periodic_work_for_years(runs):
    now = timezone.now()
    work(now + TEN_YEARS)
    work(now)
    assert len(runs["hourly"]) == 2


def test_clocks_a_little_apart_take_no_job_from_a_worker(done):
    now = timezone.now()
    jobs.enqueue(kind="test.note", object_id=1)
    jobs._claim(now + timedelta(minutes=4))
    work(now)
    assert done == []
    assert not Job.objects.dead().exists()


def test_a_clock_that_was_ahead_is_told_until_somebody_has_seen_it(done):
    now = timezone.now()
    make_job(status="done", finished_at=now + TEN_YEARS)
    for _ in range(3):
        work(now)
    notice = Job.objects.dead().get()
    assert (notice.kind, notice.error) == (jobs.CLOCK_JUMPED, "ClockJumped")
    TRANSITIONS["retry"].apply(Job.objects.dead(), at=now)
    work(now)
    assert not Job.objects.dead().exists()


def test_five_jumps_leave_one_notice_that_comes_back_after_it_was_seen(done):
    now = timezone.now()
    for _ in range(5):
        make_job(status="done", finished_at=now + TEN_YEARS)
        work(now)
        assert Job.objects.dead().count() == 1
    TRANSITIONS["discard"].apply(Job.objects.dead(), at=now)
    make_job(status="done", finished_at=now + TEN_YEARS)
    work(now)
    assert Job.objects.filter(kind=jobs.CLOCK_JUMPED).get().status == "dead"


@pytest.mark.parametrize("state", ["dead", "waiting"])
def test_a_job_retried_while_the_clock_is_ahead_is_done_once_it_is_right(done, state):
    now = timezone.now()
    fields = {"status": "dead", "finished_at": now} if state == "dead" else {"due_at": now + TEN_YEARS}
    job = make_job(kind="test.note", attempts=3, first_tried_at=now, error="OSError", **fields)
    TRANSITIONS["retry"].apply(Job.objects.filter(pk=job.pk), at=now + TEN_YEARS)
    work(timezone.now())
    assert done == [job.object_id]


def test_a_worker_whose_clock_is_behind_repairs_nothing_and_says_so(done):
    now = timezone.now()
    due_at = now + timedelta(days=7)
    chosen, tried = make_job(kind="test.note", due_at=due_at), make_job(first_tried_at=now, attempts=1, due_at=due_at)
    ended = make_job(status="done", finished_at=now)
    jobs.repair_queue(now=now - TEN_YEARS)
    for job in (chosen, tried, ended):
        before = (job.due_at, job.created_at, job.finished_at)
        job.refresh_from_db()
        assert (job.due_at, job.created_at, job.finished_at) == before
    assert Job.objects.dead().get().error == "ClockBehind"
    assert jobs.clock_state(now=now - TEN_YEARS) == "behind"


def test_a_day_that_was_chosen_while_the_clock_was_ahead_stays(done):
    now = timezone.now()
    due_at = now + timedelta(days=7)
    job = make_job(kind="test.note", created_at=now + TEN_YEARS, due_at=due_at)
    work(now)
    job.refresh_from_db()
    assert (done, job.due_at, job.created_at) == ([], due_at, now)
    work(due_at)
    assert done == [job.object_id]


def test_nothing_is_deleted_by_a_clock_that_cannot_be_right():
    now = timezone.now()
    jobs.repair_queue(now=now)
    ended = make_job(status="done", finished_at=now - timedelta(days=40))
    for wrong in (now + TEN_YEARS, now - TEN_YEARS):
        jobs.repair_queue(now=wrong)
        assert jobs.prune(now=wrong) == 0
    # The clock is right again, and a person has seen the notice.
    work(now)
    assert Job.objects.filter(pk=ended.pk).exists()
    TRANSITIONS["discard"].apply(Job.objects.dead(), at=now)
    assert jobs.prune(now=now) == 1


def test_many_jobs_not_yet_due_are_not_scanned(done, django_assert_num_queries):
    now = timezone.now()
    for priority in (5, 3):
        Job.objects.bulk_create(
            Job(kind="test.note", object_id=str(n), priority=priority, due_at=now + timedelta(days=1 + n))
            for n in range(200)
        )
    jobs.enqueue(kind="test.note", object_id="due")
    # One for leases, one for each priority, and the claim itself with its two savepoints.
    with django_assert_num_queries(4 + 4):
        claimed = jobs._claim(timezone.now())
    assert claimed.object_id == "due"


@pytest.fixture
def crowd(register) -> None:
    """A few thousand jobs: due, due tomorrow, tried, and done."""
    for kind in ("test.note", "test.mail"):
        register(kind, print)
    now = timezone.now()
    crowds = [
        {"due_at": now - timedelta(hours=1)},
        {"due_at": now + timedelta(days=1), "priority": 5},
        {"due_at": now + timedelta(minutes=1), "first_tried_at": now - timedelta(hours=2), "attempts": 3},
        {"status": "done", "finished_at": now - timedelta(days=3)},
    ]
    Job.objects.bulk_create(
        Job(kind=kind, object_id=str(n), **fields)
        for fields in crowds
        for kind in ("test.note", "test.mail")
        for n in range(500)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_the_claim_reads_its_two_indexes_and_sorts_no_crowd(crowd):
    now = timezone.now()
    due = jobs._candidates(now)[:1].explain()
    make_job(status="running", kind="test.note", lease=uuid.uuid4(), leased_until=now)
    expired = jobs._candidates(now)[:1].explain()
    assert "job_queue" in due
    assert "job_leases" in expired
    # PostgreSQL may sort the jobs of one moment among themselves.
    assert "Sort" not in due.replace("Incremental Sort", "")
    for plan in (due, expired):
        assert "USE TEMP B-TREE FOR ORDER BY" not in plan
        assert "Seq Scan" not in plan


def test_repair_and_health_read_no_crowd(crowd):
    now = timezone.now()
    with CaptureQueriesContext(connection) as queries:
        jobs.repair_queue(now=now)
        jobs.clock_state(now=now)
        Job.objects.overdue_since(at=now)
    for query in queries:
        if query["sql"].startswith("SELECT") and "core_job" in query["sql"]:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{query['sql']}")
                plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
            assert "SCAN core_job" not in plan.replace("SCAN core_job USING", ""), query["sql"]
            assert "Seq Scan" not in plan, query["sql"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets in one writer at a time")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_workers_claim_at_once_and_neither_waits(register):
    register("test.note", print)
    for number in range(2):
        jobs.enqueue(kind="test.note", object_id=number)
    claimed = []

    def claim_beside() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        try:
            claimed.append(jobs._claim(timezone.now()))
        except OperationalError as error:  # shown by the assertion below
            claimed.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        first = jobs._claim(timezone.now())
        beside = threading.Thread(target=claim_beside)
        beside.start()
        beside.join()
    assert [first.object_id, claimed[0].object_id] == ["0", "1"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_four_workers_do_every_job_exactly_once(register):
    """In one process. The fault runs use several."""
    noted: list[str] = []
    register("test.note", lambda object_id, *, job: noted.append(object_id))
    for number in range(60):
        jobs.enqueue(kind="test.note", object_id=number)
    barrier = threading.Barrier(4)
    errors = []

    def work():
        try:
            barrier.wait()
            jobs.run_all_due()
        except Exception as error:  # shown by the assertion below
            errors.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    close_old_connections()
    assert errors == []
    assert sorted(noted, key=int) == [str(number) for number in range(60)]
    assert set(Job.objects.values_list("status", "attempts")) == {("done", 1)}


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "lost"}, "job_finished_at_the_end"),
        ({"status": "running"}, "job_leased_while_running"),
        ({"status": "queued", "lease": uuid.uuid4()}, "job_leased_while_running"),
        ({"status": "done"}, "job_finished_at_the_end"),
        ({"status": "queued", "finished_at": timezone.now()}, "job_finished_at_the_end"),
    ],
)
def test_the_database_refuses_a_job_in_an_impossible_state(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_job(**fields)


def test_no_two_jobs_share_a_message_id():
    job = make_job()
    with pytest.raises(IntegrityError, match="message_id"), transaction.atomic():
        make_job(message_id=job.message_id)


def test_a_job_that_is_wanted_until_somebody_acts_outlasts_every_refusal(register):
    is_over = False

    def refuse(object_id, *, job):
        raise jobs.PermanentError("SMTPRecipientsRefused 554")

    register("test.wanted", refuse, until=lambda job: is_over)
    job = jobs.enqueue(kind="test.wanted", object_id=1)
    now = job.due_at
    gaps = []
    while now - job.created_at < timedelta(days=5):
        assert jobs.run_next(now=now)
        job.refresh_from_db()
        assert (job.status, job.error) == (Job.Status.QUEUED, "SMTPRecipientsRefused 554")
        gaps.append(job.due_at - now)
        now = job.due_at
    assert gaps[0] < timedelta(seconds=11)
    assert timedelta(minutes=30) <= gaps[-1] <= timedelta(hours=1)
    is_over = True
    jobs.run_next(now=now)
    job.refresh_from_db()
    assert (job.status, job.finished_at) == (Job.Status.DISCARDED, now)


def test_a_dead_worker_does_not_end_a_job_that_is_wanted(register):
    noted = []
    register("test.wanted", lambda object_id, *, job: noted.append(object_id), until=lambda job: False)
    now = timezone.now()
    make_job(
        kind="test.wanted",
        status="running",
        lease=uuid.uuid4(),
        leased_until=now,
        attempts=500,
        first_tried_at=now - timedelta(days=9),
    )
    jobs.run_next(now=now)
    assert len(noted) == 1
    assert not Job.objects.dead().exists()
