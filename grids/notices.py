"""What people are told about their home on record."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.notices import Kind, notify, register
from grids.models import Residency

HOME = register(
    Kind(
        "home_recorded",
        _("My home was recorded"),
        _("Your home was recorded"),
        _("{community} has recorded that you live there. If this is not so, please call the community."),
    )
)


def home_recorded(home: Residency, at: datetime) -> None:
    """Tell the person that staff have recorded a home of theirs."""
    notify(home.person, HOME, f"home:{home.pk}", words={"community": str(home.community)}, url="/me/", at=at)
