"""Cells of lists: made without a template, because a list has hundreds of them."""

from datetime import date, datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import dates
from core.templatetags.linli import TONE_ICONS, icon


def badge_cell(label: str, tone: str = "") -> SafeString:
    """Return a state as word, icon and colour (templates/components/badge.html)."""
    shade = f" ll-badge--{tone}" if tone else ""
    return format_html('<span class="ll-badge{}">{}{}</span>', shade, icon(TONE_ICONS.get(tone, "")), label)


def moment_cell(value: datetime | None) -> SafeString | str:
    """Return day and time, kept together; "" for none."""
    if value is None:
        return ""
    return format_html(
        '<time class="nowrap num" datetime="{}">{}</time>', dates.machine(value), dates.daytime_text(value)
    )


def history_cell(value: date | None, precision: str) -> SafeString | str:
    """Return a date of history to its precision."""
    written = dates.fuzzy(value, precision)
    return (
        format_html('<time class="nowrap num" datetime="{}">{}</time>', written.machine, written.text)
        if written
        else ""
    )


def link_cell(url: str, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, text)


def pair_cell(taken: int, capacity: int) -> SafeString:
    """Return "18 / 30", kept together."""
    return format_html('<span class="nowrap num">{} / {}</span>', taken, capacity)
