"""Where the person at the desk works, in words."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.roles import STAFF, Role
from core import desk
from grids.models import Posting


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
