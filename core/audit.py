"""Append-only rows about changes of plain rows. Written in the business transaction, without a lock."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext

from core import clock
from core.masking import mask_name
from core.models import AuditEntry


def actor_name(actor: Any) -> str:
    """Return how a log names who acted: staff in full, residents masked, the system as such."""
    if actor is None:
        return gettext("the system")
    return str(actor) if actor.is_staff else mask_name(str(actor))


def record(
    obj: models.Model,
    verb: str,
    *,
    by: Any,
    fields: Iterable[str] = (),
    on_behalf_of: int | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> AuditEntry:
    """Insert one audit row.

    Args:
        obj: the row that was changed.
        verb: "create", "change", "delete" or a service's own verb.
        by: the acting User, None for the system.
        fields: names of the changed fields; values are never stored.
        on_behalf_of: id of the Person who was served.
        reason: a code from a list.
    """
    return AuditEntry.objects.create(
        actor=by,
        on_behalf_of_id=on_behalf_of,
        content_type=ContentType.objects.get_for_model(obj),
        object_id=obj.pk,
        verb=verb,
        fields=sorted(set(fields)),
        reason=reason,
        at=at or clock.now(),
    )
