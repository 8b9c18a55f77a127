"""The web server's entry. Requests get time-outs that management commands must not have."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

STATEMENT_TIMEOUT_MS = 5_000
LOCK_TIMEOUT_MS = 3_000
IDLE_TIMEOUT_MS = 30_000

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def limit_statements(database: dict) -> None:
    """Give each connection of `database` (an entry of DATABASES) time-outs, on PostgreSQL."""
    if database["ENGINE"] != "django.db.backends.postgresql":
        return
    limits = {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_TIMEOUT_MS,
    }
    given = database.setdefault("OPTIONS", {}).get("options", "")
    database["OPTIONS"]["options"] = " ".join(
        [given, *(f"-c {name}={value}" for name, value in limits.items())]
    ).strip()


limit_statements(settings.DATABASES["default"])
application = get_wsgi_application()

from portal.demo import guard  # noqa: E402  it looks into the database, so the apps must be loaded

if reason := guard.why_not():
    raise ImproperlyConfigured(reason)
