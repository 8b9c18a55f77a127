"""What a supervisor or load balancer asks."""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

_ready = {"migrated": False}


def _plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8", status=status)


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """200 while this process answers; asks nobody else."""
    return _plain("ok")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and knows every migration of this code, else 503.

    Migrations are looked at until they are complete once; a process never meets code newer than itself.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _ready["migrated"]:
            executor = MigrationExecutor(connection)
            _ready["migrated"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return _plain("database does not answer", 503)
    return _plain("ok") if _ready["migrated"] else _plain("migrations are missing", 503)
