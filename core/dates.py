"""Dates and times in words, always where the communities are (settings.TIME_ZONE).

Every date that a person reads is written here: 11月22日 周日, 11月27日 周五 18:00, 9:00–11:30, 2012年春.
A day of another year carries its year and no weekday.
"""

from datetime import date, datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from core import clock

Day = date | datetime
EN_DASH = "–"
WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
SEASONS = (_("spring"), _("summer"), _("autumn"), _("winter"))  # from March, three months each


class Written(NamedTuple):
    """A moment as people read it and as machines do (the `datetime` attribute of <time>)."""

    text: str
    machine: str


def local(value: Day) -> Day:
    """Return `value` in the local time zone; plain dates and naive moments stay as they are."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value, timezone.get_default_timezone())
    return value


def weekday(value: Day) -> str:
    """Return the short name of the weekday: 周日."""
    return str(WEEKDAYS[local(value).weekday()])


def month_text(value: Day) -> str:
    """Return the month alone: 11月."""
    return written(local(value), pgettext("date format", "N"))


def clock_time(value: datetime) -> str:
    """Return hour and minute: 9:00."""
    return written(local(value), "G:i")


def day_text(value: Day, today: date | None = None) -> str:
    """Return the day: 11月22日 周日, or 2025年11月22日 in a year other than that of `today`."""
    moment = local(value)
    if moment.year != (today or clock.today()).year:
        return written(moment, pgettext("date format", "j N Y"))
    return f"{written(moment, pgettext('date format', 'j N'))} {weekday(moment)}"


def daytime_text(value: datetime, today: date | None = None) -> str:
    """Return day and time: 11月27日 周五 18:00."""
    return f"{day_text(value, today)} {clock_time(value)}"


def hours_text(start: datetime, end: datetime | None = None) -> str:
    """Return the hours within one day: 9:00–11:30; an end on a later day is named with its day."""
    if end is None:
        return clock_time(start)
    if day_of(start) == day_of(end):
        return f"{clock_time(start)}{EN_DASH}{clock_time(end)}"
    return f"{clock_time(start)} {EN_DASH} {daytime_text(end)}"


def when_text(start: datetime, end: datetime | None = None, today: date | None = None) -> str:
    """Return day and hours: 11月28日 周六 14:00–16:00."""
    return f"{day_text(start, today)} {hours_text(start, end)}"


def day_of(value: Day) -> date:
    """Return the local calendar day of `value`."""
    moment = local(value)
    return moment.date() if isinstance(moment, datetime) else moment


def machine(value: Day) -> str:
    """Return the ISO form, moments to the minute with their offset."""
    moment = local(value)
    return moment.isoformat(timespec="minutes") if isinstance(moment, datetime) else moment.isoformat()


def fuzzy(value: Day | None, precision: str = "day") -> Written | None:
    """Return a date of history to its precision (day, month, season, year), always with the year; None if unknown."""
    if value is None or precision == "unknown":
        return None
    moment = day_of(value)
    if precision == "day":
        return Written(written(moment, pgettext("date format", "j N Y")), moment.isoformat())
    if precision == "month":
        return Written(written(moment, pgettext("date format", "N Y")), f"{moment:%Y-%m}")
    year = written(moment, pgettext("date format", "Y"))
    if precision == "season":
        season = SEASONS[(moment.month - 3) % 12 // 3]
        return Written(gettext("%(season)s of %(year)s") % {"year": year, "season": season}, f"{moment:%Y}")
    return Written(year, f"{moment:%Y}")
