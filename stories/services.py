"""Themes, public notices and the pages of the site: what creates and changes them."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from core import clock, records, states, versions
from core.constraints import refusing
from core.permissions import require
from core.refusals import Refusal, Refused
from core.states import Done
from grids import reviews
from grids.services import refuse_cycle
from stories.models import PageEdition, PageSection, PublicNotice, Theme
from stories.states import PageKind
from stories.texts import BUILT_IN, BUILT_IN_VERSION


@transaction.atomic
def save_theme(
    theme: Theme,
    *,
    by: User | None,
    fields: list[str] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Theme:
    """Insert or change a theme.

    Effects, in order: the row, one audit row, the community's version.

    Raises:
        Refused: UNDER_ITSELF; OTHER_COMMUNITY, the parent belongs to another community (a theme of all communities may
            be anybody's parent); DUPLICATE, the name is taken there.
        Stale: somebody else changed it in the meantime.
    """
    if theme.parent is not None and theme.parent.community_id not in (None, theme.community_id):
        raise Refused(Refusal.OTHER_COMMUNITY)
    if theme.pk:
        refuse_cycle(theme)
    _refuse_same_name(theme)
    return records.save(theme, by=by, fields=fields, version=version, at=at)


def _refuse_same_name(theme: Theme) -> None:
    """The constraint does not see rows whose community or parent is NULL; themes are made by few hands."""
    same = Theme.objects.filter(name=theme.name, community=theme.community_id, parent=theme.parent_id)
    if same.exclude(pk=theme.pk).exists():
        raise Refused(Refusal.DUPLICATE)


def create(notice: PublicNotice, *, by: User | None, at: datetime | None = None) -> PublicNotice:
    """Insert a draft.

    Effects, in order: the row with `by` as its author, the first Transition, the community's version.

    Raises:
        ValidationError: title or text cannot be used.
        Refused: INVALID, it ends before it starts.
    """
    notice.drafted_by = by
    notice.clean_fields()
    return records.save(notice, by=by, at=at)


def change(
    notice: PublicNotice,
    *,
    by: User | None,
    fields: list[str],
    version: int | None = None,
    at: datetime | None = None,
) -> PublicNotice:
    """Change a draft; what was submitted is returned first.

    Effects, in order: the row, one audit row, the community's version.

    Raises:
        Refused: NOT_ALLOWED; INVALID, it ends before it starts.
        Stale: somebody else changed it in the meantime.
    """
    require("public_notice.change", by, notice, at)
    return records.save(notice, by=by, fields=fields, version=version, at=at)


@transaction.atomic
def submit(notice: PublicNotice, **how: Any) -> Done:
    """Ask a colleague to review the draft. Effects, arguments (by, version, reason, at) and errors: core.states.act."""
    return reviews.tell(notice, states.act(notice, "submit", **how))


@transaction.atomic
def return_to_draft(notice: PublicNotice, **how: Any) -> Done:
    """Give the draft back with a reason. Effects, arguments and errors: core.states.act."""
    return reviews.tell(notice, states.act(notice, "return", **how))


@transaction.atomic
def publish(notice: PublicNotice, **how: Any) -> Done:
    """Approve what another person wrote; it shows from `starts_at` on. As core.states.act; also Refused OWN_DRAFT."""
    return reviews.tell(notice, states.act(notice, "publish", **how))


def withdraw(notice: PublicNotice, **how: Any) -> Done:
    """Take the notice off the pages, with a reason. Effects, arguments and errors: core.states.act."""
    return states.act(notice, "withdraw", **how)


# --- pages of the whole site --------------------------------------------------------------------------------------


@transaction.atomic
def draft_page(edition: PageEdition, *, by: User | None, at: datetime | None = None) -> PageEdition:
    """Begin a new edition of the page `edition.kind` with the text in force, the built-in one if none is published.

    Effects, in order: the row with `by` as its author, its first Transition, the site's version, its sections.

    Raises:
        Refused: NOT_ALLOWED.
    """
    require("page.add", by, None, at)
    before = PageEdition.objects.in_force(edition.kind).prefetch_related("sections").first()
    built_in = BUILT_IN[edition.kind]
    edition.title = before.title if before else str(built_in.title)
    edition.drafted_by = by
    records.save(edition, by=by, at=at)
    for place, part in enumerate(before.sections.all() if before else built_in.sections, start=1):
        section = PageSection(edition=edition, heading=str(part.heading), text=str(part.text), order=10 * place)
        records.save(section, by=by, audited=False, at=at)
    return edition


def change_page(
    edition: PageEdition,
    *,
    by: User | None,
    fields: list[str],
    version: int | None = None,
    at: datetime | None = None,
) -> PageEdition:
    """Change the own draft; its sections are saved by the caller in the same transaction.

    Effects, in order: the row, one audit row, the site's version.

    Raises:
        Refused: NOT_ALLOWED, it is no draft or somebody else's.
        Stale: it was changed in the meantime.
    """
    require("page.change", by, edition, at)
    return records.save(edition, by=by, fields=fields, version=version, at=at)


def submit_page(edition: PageEdition, **how: Any) -> Done:
    """Ask a site administrator to review the draft. As core.states.act; also Refused TEXT_MISSING."""
    if not edition.sections.exists():
        raise Refused(Refusal.TEXT_MISSING)
    return states.act(edition, "submit", **how)


def return_page(edition: PageEdition, **how: Any) -> Done:
    """Give the draft back with a reason. Effects, arguments and errors: core.states.act."""
    return states.act(edition, "return", **how)


def publish_page(
    edition: PageEdition, *, by: User | None, version: int | None = None, at: datetime | None = None
) -> Done:
    """Approve what another person wrote; it replaces the published edition.

    Effects, in order: the Transition of the edition that is replaced, the Transition of this one with its number and
    moment, the site's version.

    Raises:
        Refused: NOT_ALLOWED; OWN_DRAFT; STALE, another edition of the page was published at the same moment.
        Conflict: it is not in review any more.
    """
    moment = at or clock.now()
    require("page.publish", by, edition, moment)
    with refusing():
        _supersede(edition, by=by, at=moment)
        number = _next_number(edition.kind)
        done = states.transition(
            edition, "publish", by=by, version=version, at=moment, number=number, published_at=moment
        )
        versions.bump(None)
    return done


def _supersede(edition: PageEdition, *, by: User | None, at: datetime) -> None:
    """Replace the published edition of the same page, if it is another one."""
    for earlier in PageEdition.objects.in_force(edition.kind).exclude(pk=edition.pk):
        try:
            states.transition(earlier, "supersede", by=by, at=at)
        except states.Conflict as conflict:
            raise Refused(Refusal.STALE) from conflict


def _next_number(kind: str) -> int:
    highest = PageEdition.objects.filter(kind=kind).aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def withdraw_page(edition: PageEdition, **how: Any) -> Done:
    """Take an edition off the pages, with a reason; without a published one the built-in text shows again.

    Effects, arguments and errors: core.states.act.
    """
    return states.act(edition, "withdraw", **how)


def privacy_version() -> str:
    """Return the version of the privacy notice in force, for accounts.consents: the edition's number as text."""
    number = PageEdition.objects.in_force(PageKind.PRIVACY).values_list("number", flat=True).first()
    return BUILT_IN_VERSION if number is None else str(number)
