"""Themes and public notices: what creates and changes them."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from core import records, states
from core.permissions import require
from core.refusals import Refusal, Refused
from core.states import Done
from grids import reviews
from grids.services import refuse_cycle
from stories.models import PublicNotice, Theme


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
