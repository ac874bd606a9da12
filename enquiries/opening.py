"""The calendar of the desk: when somebody is there, and what follows from it.

The line on the form, the moment an answer is due and the reminders all count by this one calendar.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Self

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from holidays import HolidayBase, country_holidays

from core.content import Period, current_period, period_of

# Of a desk that has said nothing of its hours.
USUAL_HOURS = {weekday: (time(9), time(17)) for weekday in range(5)}
# Nothing is looked for further away.
LONGEST_SEARCH = 400

#: The beginning and the end of one day at the desk, in UTC: the clock of the site repeats an hour in autumn.
Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Days without anybody there, both included, and what the form says of them."""

    starts_on: date
    ends_on: date
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    #: The hours of each weekday, 0 for Monday. A weekday that is missing is closed.
    hours: Mapping[int, tuple[time, time]]
    closures: tuple[Closed, ...] = ()

    @classmethod
    def load(cls, period: Period | None = None) -> Self:
        """Take the hours and the closures that staff have set from the present period."""
        period = period or current_period()
        return period.once(cls, lambda: cls._of(period.rows))

    @classmethod
    def _of(cls, rows: dict[str, list[dict]]) -> Self:
        hours = {
            row["weekday"]: (time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"]))
            for row in rows["opening_hours"]
        }
        closures = (
            Closed(
                starts_on=date.fromisoformat(row["starts_on"]),
                ends_on=date.fromisoformat(row["ends_on"]),
                words=row["words"],
            )
            for row in rows["closures"]
        )
        return cls(hours=hours or USUAL_HOURS, closures=tuple(closures))

    def window(self, day: date) -> Window | None:
        """When the desk is open on that day."""
        if day.weekday() not in self.hours or day in _bank_holidays(settings.BANK_HOLIDAYS) or self.closure_on(day):
            return None
        opens, closes = (timezone.make_aware(datetime.combine(day, at)) for at in self.hours[day.weekday()])
        return opens.astimezone(UTC), closes.astimezone(UTC)

    def closure_on(self, day: date) -> Closed | None:
        return next((closure for closure in self.closures if closure.starts_on <= day <= closure.ends_on), None)

    def windows_from(self, moment: datetime) -> Iterator[Window]:
        """The windows that end after the moment, the earliest first."""
        return (window for window in self._windows(moment, step=1) if window[1] > moment)

    def windows_before(self, moment: datetime) -> Iterator[Window]:
        """The windows that begin before the moment or at it, the latest first."""
        return (window for window in self._windows(moment, step=-1) if window[0] <= moment)

    def _windows(self, moment: datetime, *, step: int) -> Iterator[Window]:
        today = timezone.localdate(moment)
        for distance in range(LONGEST_SEARCH):
            if window := self.window(today + timedelta(days=step * distance)):
                yield window

    def end_of_next_day(self, moment: datetime) -> datetime:
        """When the desk closes on the next day it is open."""
        today = timezone.localdate(moment)
        ends = (ends for _begins, ends in self.windows_from(moment) if timezone.localdate(ends) > today)
        return next(ends, moment + timedelta(days=1))

    def later(self, moment: datetime, hours: int) -> datetime:
        """The moment after so many hours at the desk."""
        left = timedelta(hours=hours)
        for begins, ends in self.windows_from(moment):
            begins = max(begins, moment)
            if ends - begins >= left:
                return begins + left
            left -= ends - begins
        return moment + timedelta(hours=hours)

    def earlier(self, moment: datetime, hours: int) -> datetime:
        """The moment since which so many hours at the desk have passed."""
        left = timedelta(hours=hours)
        for begins, ends in self.windows_before(moment):
            ends = min(ends, moment)
            if ends - begins >= left:
                return ends - left
            left -= ends - begins
        return moment - timedelta(days=LONGEST_SEARCH)

    def last_opening(self, moment: datetime) -> datetime:
        """When the desk last opened, today or before."""
        return next((begins for begins, _ends in self.windows_before(moment)), moment - timedelta(days=LONGEST_SEARCH))

    def note(self, at: datetime) -> str:
        """Say in a sentence or two when somebody is back. Empty while the desk is open."""
        begins = next((begins for begins, _ends in self.windows_from(at)), None)
        if begins is not None and begins <= at:
            return ""
        words = self._words(at, begins)
        if begins is None:
            return f"{words} {_('We are closed until further notice. Nobody reads your message before.')}".strip()
        local = timezone.localtime(begins)
        back = _("We are closed until %(day)s, %(time)s. Your message is read then.") % {
            "day": date_format(local, "l j F"),
            "time": date_format(local, "G:i"),
        }
        return f"{words} {back}".strip()

    def _words(self, at: datetime, begins: datetime | None) -> str:
        """What staff say of the first closure until the desk opens."""
        day, last = timezone.localdate(at), timezone.localdate(begins or at)
        while day <= last:
            closure = self.closure_on(day)
            if closure and closure.words:
                return closure.words
            day += timedelta(days=1)
        return ""


def opening_note(request: HttpRequest) -> str:
    """The line of the form while nobody is there: "We are closed until Monday 5 January, 9:00. ..." or nothing."""
    try:
        return Calendar.load(period_of(request)).note(timezone.now())
    except (OperationalError, InterfaceError):
        # The form is also the page that says that nothing can be stored, and whom to ring.
        return ""


@cache
def _bank_holidays(nation: str) -> HolidayBase:
    return country_holidays("GB", subdiv=nation)
