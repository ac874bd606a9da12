"""Numbers by month: how many wrote, who, for what, from which page, how soon they were answered and how it ended.

Door, outcome and time to the first answer stand in plain columns: they are counted when somebody looks, and written
down when an enquiry is deleted. Service, nation and page are sealed: the worker opens each enquiry once for them. The
request that stores an enquiry does not count, because all senders would wait for one row of numbers.

Restricted and quarantined enquiries and spam are not counted at all: an officer must not learn from a number that there
is a restricted one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptionError
from core.jobs import periodic
from enquiries.answers import Answers, Nation, Service
from enquiries.models import Enquiry, EnquiryQuerySet, MonthlyCount

Dimension = MonthlyCount.Dimension
NOT_SAID, NOT_YET = "not-said", "not-yet"
#: The most that the first answer took, and the words of the band.
BANDS: tuple[tuple[timedelta, str, str | Promise], ...] = (
    (timedelta(hours=4), "4h", _("Within 4 hours")),
    (timedelta(days=1), "1d", _("Within a day")),
    (timedelta(days=3), "3d", _("Within 3 days")),
    (timedelta(days=7), "7d", _("Within a week")),
    (timedelta.max, "longer", _("Later")),
)
#: Smaller numbers are hidden, because in a small place they are persons.
SMALLEST_SHOWN = 5
#: What is hidden together adds up to this at least, so that a sum known from elsewhere gives none of it away.
LEAST_HIDDEN_SUM = 2 * SMALLEST_SHOWN
BATCH = 200


def counted() -> EnquiryQuerySet:
    return Enquiry.objects.filter(is_restricted=False, is_quarantined=False).exclude(outcome=Enquiry.Outcome.SPAM)


def month_of(moment: datetime) -> date:
    return timezone.localdate(moment).replace(day=1)


def first_answer_band(enquiry: Enquiry) -> str:
    if enquiry.first_answered_at is None:
        return NOT_YET
    took = enquiry.first_answered_at - enquiry.received_at
    return next(name for most, name, _words in BANDS if took <= most)


def plain_values(enquiry: Enquiry) -> list[tuple[str, str]]:
    return [
        (Dimension.DOOR, enquiry.audience),
        (Dimension.FIRST_ANSWER, first_answer_band(enquiry)),
        (Dimension.OUTCOME, enquiry.outcome or NOT_YET),
    ]


def sealed_values(answers: Answers) -> list[tuple[str, str]]:
    return [
        *((Dimension.SERVICE, service) for service in answers.services or (NOT_SAID,)),
        (Dimension.NATION, answers.nation or NOT_SAID),
        # Nothing that a browser could have added: the path of one of our pages and no more.
        (Dimension.ASKED_FROM, (getattr(answers, "asked_from", "") or NOT_SAID)[:200]),
    ]


@periodic(every=timedelta(hours=1))
def count_new(*, now: datetime) -> int:
    """Count what is sealed in each enquiry, once. What cannot be read is tried again in the next hour."""
    done, last = 0, ""
    while True:
        waiting = counted().filter(is_counted=False, pk__gt=last).order_by("pk")[:BATCH]
        batch = list(waiting.values_list("pk", flat=True))
        if not batch:
            return done
        last = batch[-1]
        for reference in batch:
            with transaction.atomic():
                enquiry = counted().select_for_update().filter(pk=reference, is_counted=False).first()
                if enquiry:
                    done += _count_sealed(enquiry)


def count_gone(enquiry: Enquiry) -> None:
    """Write down the numbers of an enquiry that is being deleted, in that transaction."""
    if not counted().filter(pk=enquiry.pk).exists():
        return
    if not enquiry.is_counted:
        _count_sealed(enquiry)
    _add(month_of(enquiry.received_at), plain_values(enquiry))


def _count_sealed(enquiry: Enquiry) -> bool:
    try:
        values = sealed_values(enquiry.answers)
    except EncryptionError:
        return False
    _add(month_of(enquiry.received_at), values)
    Enquiry.objects.filter(pk=enquiry.pk).update(is_counted=True)
    return True


def _add(month: date, values: Iterable[tuple[str, str]]) -> None:
    with connection.cursor() as cursor:
        # In order, so that two transactions never wait for each other.
        for dimension, value in sorted(values):
            cursor.execute(
                "INSERT INTO enquiries_monthlycount (month, dimension, value, number) VALUES (%s, %s, %s, 1) "
                "ON CONFLICT (month, dimension, value) DO UPDATE SET number = enquiries_monthlycount.number + 1",
                [month, dimension, value],
            )


@dataclass(frozen=True, slots=True)
class Row:
    """One value of one table. A number that is hidden is None."""

    words: str | Promise
    numbers: list[int | None]


@dataclass(frozen=True, slots=True)
class Table:
    dimension: str
    title: str | Promise
    rows: list[Row]


def months_until(last: date, *, number: int = 12) -> list[date]:
    """The first days of so many months, the last one at the end."""
    months = [last.replace(day=1)]
    while len(months) < number:
        months.insert(0, (months[0] - timedelta(days=1)).replace(day=1))
    return months


def tables(months: list[date]) -> list[Table]:
    """One table for each dimension: a row for each value, a number for each month, small ones hidden."""
    numbers: dict[str, dict[date, Counter[str]]] = {
        dimension: {month: Counter() for month in months} for dimension in Dimension.values
    }
    for count in MonthlyCount.objects.filter(month__in=months):
        numbers[count.dimension][count.month][count.value] += count.number
    first = timezone.make_aware(datetime.combine(months[0], datetime.min.time()))
    columns = ("audience", "received_at", "first_answered_at", "outcome")
    for enquiry in counted().filter(received_at__gte=first).only(*columns).iterator(chunk_size=2000):
        month = month_of(enquiry.received_at)
        if month in numbers[Dimension.DOOR]:
            for dimension, value in plain_values(enquiry):
                numbers[dimension][month][value] += 1
    return [_table(Dimension(dimension), by_month) for dimension, by_month in numbers.items()]


def _table(dimension: MonthlyCount.Dimension, by_month: dict[date, Counter[str]]) -> Table:
    words = words_of(dimension)
    found = sum(by_month.values(), Counter())
    # In the order of the choices; pages by their number.
    values = [value for value in words if value in found]
    values += [value for value, _number in found.most_common() if value not in words]
    shown = {month: without_small(numbers) for month, numbers in by_month.items()}
    rows = [Row(words.get(value, value), [shown[month].get(value, 0) for month in by_month]) for value in values]
    return Table(dimension, dimension.label, rows)


def words_of(dimension: str) -> Mapping[str, str | Promise]:
    not_said: dict[str, str | Promise] = {NOT_SAID: _("Not said")}
    if dimension == Dimension.DOOR:
        return dict(Enquiry.Audience.choices)
    if dimension == Dimension.SERVICE:
        return dict(Service.choices) | not_said
    if dimension == Dimension.NATION:
        return dict(Nation.choices) | not_said
    if dimension == Dimension.OUTCOME:
        return dict(Enquiry.Outcome.choices) | {NOT_YET: _("Not closed yet")}
    if dimension == Dimension.FIRST_ANSWER:
        return {name: words for _most, name, words in BANDS} | {NOT_YET: _("No answer recorded")}
    return {"/": _("Home page"), NOT_SAID: _("Not known")}


def without_small(numbers: Counter[str]) -> dict[str, int | None]:
    """Hide the numbers under five, and so many of the next smallest that no sum gives away what is hidden.

    Every table of a month adds up to the same sum, so one number alone could be worked out.
    """
    rising = sorted((number, value) for value, number in numbers.items() if number)
    hidden: list[tuple[int, str]] = []
    for number, value in rising:
        is_given_away = hidden and (len(hidden) < 2 or sum(n for n, _value in hidden) < LEAST_HIDDEN_SUM)
        if number < SMALLEST_SHOWN or is_given_away:
            hidden.append((number, value))
    return {**numbers, **{value: None for _number, value in hidden}}
