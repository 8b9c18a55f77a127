"""The portal's template tags: icons, dates and the page components of templates/components/.

A component is an inclusion tag: what it takes is its signature, and its template sees nothing else.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache, wraps
from types import NoneType
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BaseForm
from django.http import QueryDict
from django.template import Context, Engine
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext
from lucide.templatetags.lucide import lucide

from core import clock, dates
from core.components import Act, ActivityCard, Chip, Fact, HonourCard, LinkRow, Panel, Seats, Step

register = template.Library()
KEPT_RENDERINGS = 4096
"""How many renderings a worker keeps: about 8 MB."""
PLAIN = (str, int, float, Decimal, date, bool, Promise, NoneType)


class _NotPlain(TypeError):
    """An argument whose text may change while it stays the same object."""


def _key(value: Any) -> Any:
    """Return what tells two arguments apart, types too: a safe string never stands for an equal unsafe one."""
    if isinstance(value, Decimal):
        return Decimal, str(value)
    if isinstance(value, PLAIN):
        return type(value), value
    if isinstance(value, (tuple, list)):
        return tuple(_key(item) for item in value)
    if is_dataclass(value):
        return type(value), *(_key(getattr(value, field.name)) for field in fields(value))
    raise _NotPlain


class _Call:
    """The arguments of a component, compared by `_key`, language and day."""

    __slots__ = ("args", "hash", "key", "kwargs")

    def __init__(self, args: tuple, kwargs: dict[str, Any]) -> None:
        self.args, self.kwargs = args, kwargs
        self.key = (get_language(), clock.today(), _key(args), *((name, _key(kwargs[name])) for name in sorted(kwargs)))
        self.hash = hash(self.key)

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Call) and self.key == other.key


def component(template_name: str) -> Callable:
    """Register an inclusion tag that sees nothing but its arguments, so that one rendering serves equal ones.

    Measured on the list of activities: 83,000 calls before, 45,000 with it and the cached navigation.
    """

    def decorate(build: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        def render(call: _Call) -> SafeString:
            made = build(*call.args, **call.kwargs)
            return Engine.get_default().get_template(template_name).render(Context(made))

        kept = lru_cache(maxsize=KEPT_RENDERINGS)(render)

        @wraps(build)
        def tag(*args: Any, **kwargs: Any) -> SafeString:
            try:
                call = _Call(args, kwargs)
            except _NotPlain:
                return Engine.get_default().get_template(template_name).render(Context(build(*args, **kwargs)))
            return kept(call)

        register.simple_tag(tag)
        return build

    return decorate


@register.simple_tag
def part(template_name: str, **kwargs: Any) -> str:
    """Include a template that sees nothing but `kwargs`; rendered once for each of their values."""
    return _part(template_name, get_language(), tuple((name, type(value), value) for name, value in kwargs.items()))


@lru_cache(maxsize=256)
def _part(template_name: str, language: str, kwargs: tuple) -> SafeString:
    return (
        Engine.get_default().get_template(template_name).render(Context({name: value for name, _type, value in kwargs}))
    )


@register.filter
def section(path: str) -> str:
    """Return a path for nav_link: itself if it is the page of a section, else any page below that section."""
    first, _slash, rest = (path or "").lstrip("/").partition("/")
    return f"/{first}/-" if rest else path


# The one place that knows where Bootstrap's wheel keeps its sheet; static/linli/linli.css imports the same file.
BOOTSTRAP_CSS = "js-lib-bootstrap5/css/bootstrap.min.css"

TONE_ICONS = {
    "go": "circle-check",
    "few": "hourglass",
    "info": "clock",
    "off": "lock",
    "zhu": "ban",
    "gold": "award",
}
PANEL_ICONS = {"open": "circle-check", "few": "hourglass", "full": "list-checks", "info": "clock", "off": "lock"}
MESSAGE_ICONS = {"success": "circle-check", "info": "info", "offer": "bell", "warning": "info", "error": "circle-alert"}
ACT_CLASSES = {
    "primary": "btn btn-primary",
    "secondary": "btn btn-outline-primary",
    "danger": "btn btn-outline-danger",
    "quiet": "btn btn-link",
}
QUALIFIER_MARKS = {"at_least": "≥", "approximate": "约", "more_than": "+"}


# ------------------------------------------------------------------ small parts


@register.simple_tag
def bootstrap_css() -> str:
    """Return the address of Bootstrap's sheet."""
    return static(BOOTSTRAP_CSS)


@cache
def _icon(name: str, classes: str) -> SafeString:
    attributes = {"class": classes, "aria-hidden": "true", "focusable": "false"}
    svg = re.sub(r"\s*\n\s*", " ", lucide(name, size=20, **attributes)).replace("> <", "><")
    return mark_safe(svg)  # noqa: S308  the package's own drawing; names and classes are written in templates


@register.simple_tag
def icon(name: str, extra: str = "") -> str:
    """Return a lucide icon as inline SVG, hidden from screen readers: always put a word beside it."""
    return _icon(str(name), f"i {extra}".strip()) if name else ""


@register.simple_tag
def absolute(path: str) -> str:
    """Return the absolute address of a local `path`."""
    return f"{getattr(settings, 'SITE_URL', '').rstrip('/')}{path}"


@register.simple_tag
def nav_link(label: str, url: str, path: str | None, also: str = "", icon_name: str = "") -> str:
    """Return a link of a navigation, marked as current if `path` is `url` (or under it, or under `also`)."""
    here = path or ""
    prefixes = tuple(prefix for prefix in (url, also) if len(prefix) > 1)
    if here and here == url:
        current = format_html(' aria-current="{}"', "page")
    elif here.startswith(prefixes):
        current = format_html(' aria-current="{}"', "true")
    else:
        current = SafeString("")
    return format_html('<a href="{}"{}>{}{}</a>', url, current, icon(icon_name), label)


@register.filter
def act_class(style: str) -> str:
    """Return the classes of a button style: primary, secondary, danger, quiet."""
    return ACT_CLASSES[style]


@register.filter
def dialled(number: str) -> str:
    """Return a telephone number as a tel: address takes it."""
    return re.sub(r"[^\d+*]", "", number)


@register.simple_tag
def phone(number: str) -> str:
    """Return a telephone number as a link that dials it."""
    return format_html('<a class="nb num" href="tel:{}">{}</a>', dialled(number), number)


# ------------------------------------------------------------------ dates


def _time(text: str, machine: str) -> str:
    return format_html('<time datetime="{}">{}</time>', machine, text)


@register.simple_tag
def day(value: date | datetime | None) -> str:
    """Return 11月22日 周日."""
    return _time(dates.day_text(value), dates.day_of(value).isoformat()) if value else ""


@register.simple_tag
def daytime(value: datetime | None) -> str:
    """Return 11月27日 周五 18:00."""
    return _time(dates.daytime_text(value), dates.machine(value)) if value else ""


@register.simple_tag
def when(start: datetime | None, end: datetime | None = None) -> str:
    """Return the hours alone: 9:00–11:30; an end on a later day carries its day."""
    if not start:
        return ""
    if end and dates.day_of(end) != dates.day_of(start):
        begin = _time(dates.clock_time(start), dates.machine(start))
        return format_html("{} {} {}", begin, dates.EN_DASH, daytime(end))
    return _time(dates.hours_text(start, end), dates.machine(start))


@register.simple_tag
def day_when(start: datetime | None, end: datetime | None = None) -> str:
    """Return day and hours, which may break between them: 11月28日 周六 14:00–16:00."""
    return format_html("{} {}", day(start), when(start, end)) if start else ""


@register.simple_tag
def this_moment() -> str:
    """Return the present moment as `daytime` writes it."""
    return daytime(clock.now())


@register.simple_tag
def fuzzy_date(value: date | None, precision: str = "day") -> str:
    """Return a date of history to its precision: 2015年4月, 2012年; nothing if unknown."""
    written = dates.fuzzy(value, precision)
    return _time(*written) if written else ""


# ------------------------------------------------------------------ states and seats


@component("components/badge.html")
def badge(label: str, tone: str = "", icon: str | None = None) -> dict[str, Any]:
    """A state in word, icon and colour. tone: go few info off zhu gold or "" (a plain tag without icon)."""
    return {"label": label, "tone": tone, "icon": TONE_ICONS.get(tone, "") if icon is None else icon}


@component("components/seats.html")
def seats(seats: Seats, wide: bool = False) -> dict[str, Any]:
    """A meter of taken seats with its words beside it (wide: below it, as in the panel)."""
    free = max(seats.capacity - seats.taken, 0)
    said = getattr(seats, "text", "")
    if not said and free:
        said = ngettext("%(count)s seat left", "%(count)s seats left", free) % {"count": free}
    elif not said:
        said = gettext("All %(count)s seats are taken") % {"count": seats.capacity}
    numbers = {"taken": seats.taken, "capacity": seats.capacity}
    return {
        **numbers,
        "few": Seats(seats.taken, seats.capacity).few,
        "text": said,
        "wide": wide,
        "label": gettext("%(taken)s taken of %(capacity)s seats") % numbers,
    }


@component("components/activity_card.html")
def activity_card(card: ActivityCard, heading: int = 3, row: bool = False) -> dict[str, Any]:
    """An activity in a list; row: for lists grouped by day, with the time where the date would be."""
    starts = card.starts_at
    return {
        "card": card,
        "heading": f"h{heading}",
        "row": row,
        "starts": starts,
        "month": dates.month_text(starts) if starts else "",
        "date": dates.day_of(starts).day if starts else "",
        "weekday": dates.weekday(starts) if starts else "",
        "today": bool(starts) and dates.day_of(starts) == clock.today(),
        "machine": dates.machine(starts) if starts else "",
        "start_clock": dates.clock_time(starts) if starts else "",
        "end_clock": dates.hours_text(starts, card.ends_at).partition(dates.EN_DASH)[2].strip() if starts else "",
    }


@component("components/panel.html")
def panel(panel: Panel, ident: str = "panel") -> dict[str, Any]:
    """What state this is in and what one can do now."""
    tone_icon = PANEL_ICONS.get(panel.tone, "info") if panel.icon is None else panel.icon
    return {"panel": panel, "icon": tone_icon, "ident": ident}


@component("components/timeline.html")
def timeline(steps: Iterable[Step]) -> dict[str, Any]:
    """What happened, what is now, what comes next."""
    return {"steps": steps}


# ------------------------------------------------------------------ facts and cards


@component("components/facts.html")
def facts(facts: Iterable[Fact]) -> dict[str, Any]:
    """A description list; facts without a value are left out."""
    return {"facts": [fact for fact in facts if fact.value not in (None, "")]}


@component("components/stat.html")
def stat(label: str, value: Any, unit: str = "", qualifier: str = "exact", url: str = "") -> dict[str, Any]:
    """A figure in a <dl class="ll-stats">; qualifier: exact, at_least, more_than, approximate, unreadable."""
    number = f"{value:,}" if isinstance(value, int) else value
    words = {"at_least": gettext("at least"), "more_than": gettext("more than"), "approximate": gettext("about")}
    return {
        "label": label,
        "value": number,
        "unit": unit,
        "url": url,
        "qualifier": qualifier,
        "words": words.get(qualifier, ""),
        "before": "≥" if qualifier == "at_least" else "",
        "after": "+" if qualifier == "more_than" else "",
    }


@component("components/honour_card.html")
def honour_card(card: HonourCard, heading: int = 3) -> dict[str, Any]:
    """An honour; a <li> of a <ul class="ll-grid">."""
    return {"card": card, "heading": f"h{heading}"}


@component("components/place_card.html")
def place_card(label: str, url: str, line: str = "", heading: int = 0) -> dict[str, Any]:
    """A community or another place to choose; a <li> of a <ul class="ll-doors"> or "ll-grid"."""
    return {"label": label, "url": url, "line": line, "heading": f"h{heading}" if heading else "p"}


@component("components/grid_card.html")
def grid_card(
    name: str, url: str = "", worker: str = "", phone: str = "", boundary: str = "", heading: int = 3
) -> dict[str, Any]:
    """A grid with who works there and how to call them; a <li>."""
    return {
        "name": name,
        "url": url,
        "worker": worker,
        "phone": phone,
        "boundary": boundary,
        "heading": f"h{heading}",
    }


@component("components/door.html")
def door(label: str, url: str, icon: str, line: str = "") -> dict[str, Any]:
    """A large link with an icon; a <li> of a <ul class="ll-doors">."""
    return {"label": label, "url": url, "icon": icon, "line": line}


@component("components/link_rows.html")
def link_rows(rows: Iterable[LinkRow], icon: str = "") -> dict[str, Any]:
    """A list of links with a line below each; `icon` for rows that have none of their own."""
    return {"rows": rows, "icon": icon}


@component("components/act.html")
def act(label: str, url: str, style: str = "secondary", icon: str = "", large: bool = False) -> dict[str, Any]:
    """A link that looks like a button; style: primary, secondary, danger, quiet."""
    return {"act": Act(label, url, style, icon), "large": large}


# ------------------------------------------------------------------ around a page


@component("components/crumbs.html")
def crumbs(*parts: str) -> dict[str, Any]:
    """The way from the home page: label, address, label, address, …, label of this page."""
    links = list(zip(parts[0::2], parts[1::2], strict=False))
    return {"links": links, "here": parts[-1] if len(parts) % 2 else ""}


@component("components/section_head.html")
def section_head(ident: str, label: str, url: str = "", link_label: str = "", heading: int = 2) -> dict[str, Any]:
    """The heading of a section with a link to all of it; name the section with aria-labelledby=ident."""
    return {"ident": ident, "label": label, "url": url, "link_label": link_label, "heading": f"h{heading}"}


@component("components/empty.html")
def empty(text: str, act_label: str = "", act_url: str = "", icon: str = "inbox") -> dict[str, Any]:
    """Nothing here: one sentence and one thing to do."""
    return {"text": text, "act_label": act_label, "act_url": act_url, "icon": icon}


@component("components/done.html")
def done(title: str, text: str = "", reference: str = "", acts: Iterable[Act] = (), heading: int = 1) -> dict[str, Any]:
    """It worked: title, what happens next, a number to keep, what one can do now."""
    return {"title": title, "text": text, "reference": reference, "acts": acts, "heading": f"h{heading}"}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """All errors of a bound form on top, with links to the fields; nothing when there are none."""
    rows = [
        {"label": form[name].label, "target": form[name].id_for_label or form[name].auto_id, "errors": errors}
        for name, errors in form.errors.items()
        if name in form.fields
    ]
    count = sum(len(row["errors"]) for row in rows) + len(form.non_field_errors())
    title = ngettext("Not saved: %(count)s thing to mend", "Not saved: %(count)s things to mend", count)
    return {"rows": rows, "general": form.non_field_errors(), "count": count, "title": title % {"count": count}}


@register.inclusion_tag("components/pagination.html")
def pagination(page: Page, query: QueryDict) -> dict[str, Any]:
    """Earlier, later and the numbers; keeps the other parameters of `query` (request.GET)."""

    def address(number: int) -> str:
        kept = query.copy()
        kept["page"] = str(number)
        return f"?{kept.urlencode()}"

    elided = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "earlier": address(page.number - 1) if page.has_previous() else "",
        "later": address(page.number + 1) if page.has_next() else "",
        "numbers": [(number, address(number) if isinstance(number, int) else "") for number in elided],
    }


@component("components/chips.html")
def chips(chips: Iterable[Chip], label: str, remove: bool = False) -> dict[str, Any]:
    """Links among which one is chosen; remove: chosen filters, each link takes one away."""
    return {"chips": chips, "label": label, "remove": remove}


@component("components/help_strip.html")
def help_strip(phone: str = "", url: str = "", label: str = "") -> dict[str, Any]:
    """The other way: the counter or a call."""
    return {"phone": phone, "url": url, "label": label}


@component("components/notice.html")
def notice(text: str, url: str = "", on: date | None = None, level: str = "info") -> dict[str, Any]:
    """A strip below the header; level: info, caution, urgent. At most two."""
    return {"text": text, "url": url, "on": on, "level": level, "icon": "info" if level == "info" else "triangle-alert"}


@component("components/msg.html")
def msg(
    text: str, tone: str = "success", title: str = "", url: str = "", act_label: str = "", focus: bool = False
) -> dict[str, Any]:
    """A message on top of a page; tone: success, info, offer, warning, error. focus: take it after a POST."""
    return {
        "text": text,
        "tone": tone,
        "title": title,
        "url": url,
        "act_label": act_label,
        "focus": focus,
        "icon": MESSAGE_ICONS.get(tone, "info"),
    }


@register.inclusion_tag("components/masked.html")
def masked(value: str) -> dict[str, Any]:
    """A value of which the middle is hidden: 138****5678."""
    return {"value": value}


@component("components/picture.html")
def picture(kind: str = "street", eager: bool = False) -> dict[str, Any]:
    """A quiet drawing where there is no photo; kind: craft, health, safety, volunteer."""
    return {"path": f"linli/img/{kind if kind in PICTURES else 'volunteer'}.svg", "eager": eager}


PICTURES = frozenset({"craft", "health", "safety", "volunteer"})


@register.simple_block_tag(end_name="endscroll")
def scroll(content: str, label: str) -> str:
    """A frame for a wide table, which scrolls inside: {% scroll "…" %}<table class="ll-table">…{% endscroll %}."""
    said = gettext("%(label)s, can be scrolled sideways") % {"label": label}
    return format_html('<div class="ll-scroll" role="region" tabindex="0" aria-label="{}">{}</div>', said, content)
