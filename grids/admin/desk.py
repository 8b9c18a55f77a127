"""What places put on the desk: who works where, and what no grid and nobody answers for (S3-06)."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.roles import STAFF, Role
from core import desk
from core.scope import scoped
from grids.models import Grid, Household, Posting


@desk.register_place_words
def place_words(request: HttpRequest) -> str:
    """Return the places of the live staff postings: “新城社区” or “新城社区 第三网格”."""
    rows = Posting.objects.live().filter(user=request.user, role__in=STAFF)
    words = []
    for posting in rows.select_related("region", "community", "grid__community").order_by("pk"):
        if posting.role == Role.SITE_ADMINISTRATOR:
            text = _("the whole site")
        elif posting.grid:
            text = f"{posting.grid.community} {posting.grid}"
        else:
            text = str(posting.place)
        if text not in words:
            words.append(text)
    return "、".join(words)


@desk.register
def desk_items(request: HttpRequest, at: datetime) -> Iterable[desk.DeskItem]:
    """Households without a grid, and grids for which nobody answers, for those who can mend it."""
    assigning, posting = request.scope_for("building.change"), request.scope_for("posting.add")
    if assigning and request.scope_for("household.view"):
        count = scoped(Household.objects.without_grid().filter(until=None), assigning).count()
        url = reverse("admin:grids_household_changelist") + "?orphans=1"
        yield desk.DeskItem(_("households without a grid"), count, url)
    if posting:
        count = scoped(Grid.objects.active().without_worker(at), posting).count()
        url = reverse("admin:grids_grid_changelist") + "?unmanned=1"
        yield desk.DeskItem(_("grids without a grid worker"), count, url)
