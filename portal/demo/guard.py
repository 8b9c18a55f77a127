"""When the demonstration must not run: in front of the public, or over a real community's data."""

from django.conf import settings
from django.db import connection
from django.db.utils import OperationalError
from django.utils.translation import gettext as _

from grids.models import Community


def foreign_communities() -> list[str]:
    """Return the names of the communities that load_demo did not make."""
    return list(Community.objects.filter(is_demo=False).values_list("name", flat=True))


def why_not_here() -> str:
    """Return why DEMO=1 is refused at this address, "" when it is not."""
    if not settings.DEMO or settings.SITE_IS_LOOPBACK:
        return ""
    return _("DEMO=1 shows passwords and turns the second factor off: it runs on http://127.0.0.1 only.")


def why_not_with_this_database() -> str:
    """Return why DEMO=1 is refused over this database, "" when it is not, or when it has no tables (or answer) yet."""
    if not settings.DEMO:
        return ""
    try:
        if Community._meta.db_table not in connection.introspection.table_names():
            return ""
    except OperationalError:
        return ""  # whoever needs the database next says what is wrong with it
    names = "、".join(foreign_communities()[:5])
    return _("DEMO=1 is refused: the database holds real communities (%(names)s).") % {"names": names} if names else ""


def why_not() -> str:
    """Return why DEMO=1 is refused, "" when it is not."""
    return why_not_here() or why_not_with_this_database()
