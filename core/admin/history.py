"""What happened, in words: the history of one object, and one's own last steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.audit import actor_name
from core.models import AuditEntry, Transition

SHOWN_AT_MOST = 500
RECENT = 8

VERBS: dict[str, str | Promise] = {
    "create": gettext_lazy("added"),
    "change": gettext_lazy("changed"),
    "delete": gettext_lazy("deleted"),
    "load_demo": gettext_lazy("written by the demonstration"),
    "look_up": gettext_lazy("looked up by number"),
    "look_up_nothing": gettext_lazy("looked up a number that is not recorded"),
    "register": gettext_lazy("registered"),
    "link": gettext_lazy("linked the account with a known person"),
    "replaced": gettext_lazy("records went to the known person"),
    "switch_notices": gettext_lazy("chose how to be told"),
    "activate_factor": gettext_lazy("set up the second factor"),
    "replace_factor": gettext_lazy("replaced the second factor"),
    "deactivate_factor": gettext_lazy("removed the own second factor"),
    "use_recovery_code": gettext_lazy("confirmed with a recovery code"),
    "new_recovery_codes": gettext_lazy("made new recovery codes"),
}


@dataclass(frozen=True)
class Line:
    """One step: when, who, what, why.

    Attributes:
        details: names of the changed fields, or the reason.
        state, tone: the state it led to, "" for a plain change.
        on_behalf: done at the counter for somebody else.
        title, url: the object, where the reader may see it.
    """

    at: datetime
    actor: str
    words: str
    details: str = ""
    state: str = ""
    tone: str = ""
    on_behalf: bool = False
    title: str = ""
    url: str = ""


def line_of(row: Transition | AuditEntry, model: type[models.Model], admin: Any = None, **more: Any) -> Line:
    """Put one row of the log of a `model` object into words."""
    common = {"at": row.at, "actor": actor_name(row.actor), "on_behalf": row.on_behalf_of_id is not None, **more}
    words = str(_verb(row.verb, admin))
    if isinstance(row, Transition):
        machine = model.machine  # type: ignore[attr-defined]
        move = machine.moves.get(row.verb)
        reason = getattr(row, "reason_text", None)
        return Line(
            words=str(move.label) if move else words, details=reason.text if reason else "",
            state=machine.label(row.target), tone=machine.tone(row.target), **common,
        )  # fmt: skip
    return Line(words=words, details="、".join(_names(model, row.fields)), **common)


def _verb(verb: str, admin: Any) -> Any:
    if verb in VERBS:
        return VERBS[verb]
    act = admin.all_acts().get(verb) if admin is not None else None
    return act.label if act else verb


def _names(model: type[models.Model], names: Iterable[str]) -> list[str]:
    found = []
    for name in names:
        if name.endswith("_index"):
            continue  # it changes with the number beside it
        try:
            found.append(str(getattr(model._meta.get_field(name), "verbose_name", name)))
        except FieldDoesNotExist:
            found.append(name)
    return found


class HistoryPage:
    """The part of ScopedAdmin that tells the history of an object."""

    object_history_template = "admin/scoped_history.html"

    def history_lines(self, request: HttpRequest, obj: Any, limit: int = SHOWN_AT_MOST) -> list[Line]:
        """Return transitions and audit entries of one object, the latest first.

        Who lacks the right to the history sees the own steps only (security §3.2, change log).
        """
        kind = ContentType.objects.get_for_model(obj)
        audits = AuditEntry.objects.filter(content_type=kind, object_id=obj.pk).select_related("actor__person")
        moves = Transition.objects.filter(content_type=kind, object_id=obj.pk) if hasattr(obj, "machine") else None
        if not request.scope_for("history.view").covers(obj):  # type: ignore[attr-defined]
            audits = audits.filter(actor=request.user)
            moves = moves.filter(actor=request.user) if moves is not None else None
        rows: list[Any] = list(audits.order_by("-pk")[:limit])
        if moves is not None:
            rows += moves.select_related("actor__person", "reason_text").order_by("-pk")[:limit]
        rows.sort(key=lambda row: (row.at, row.pk), reverse=True)
        return [line_of(row, self.model, self) for row in rows[:limit]]  # type: ignore[attr-defined]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show all steps of one object."""
        obj = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if not self.has_view_permission(request, obj):  # type: ignore[attr-defined]
            raise PermissionDenied
        if obj is None:
            raise Http404(_("This page does not exist."))
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("History"), "opts": self.model._meta, "object": obj,  # type: ignore[attr-defined]
            "back": self.change_url(obj.pk), "lines": self.history_lines(request, obj),  # type: ignore[attr-defined]
            **(extra_context or {}),
        }  # fmt: skip
        return TemplateResponse(request, self.object_history_template, context)


def recent_of(request: HttpRequest, site: Any) -> list[Line]:
    """Return the reader's own last steps; objects that are out of reach by now are named by their kind only."""
    user = request.user
    rows: list[Any] = list(AuditEntry.objects.filter(actor=user).order_by("-pk")[:RECENT])
    rows += Transition.objects.filter(actor=user).select_related("reason_text").order_by("-pk")[:RECENT]
    rows = sorted(rows, key=lambda row: row.at, reverse=True)[:RECENT]
    wanted: dict[type[models.Model], set[int]] = {}
    for row in rows:
        row.actor = user
        model = ContentType.objects.get_for_id(row.content_type_id).model_class()
        if model is not None:
            wanted.setdefault(model, set()).add(row.object_id)
    seen = {model: _in_reach(request, site, model, keys) for model, keys in wanted.items()}
    return [line for row in rows if (line := _recent(row, site, seen)) is not None]


def _in_reach(request: HttpRequest, site: Any, model: type[models.Model], keys: set[int]) -> dict[int, Any]:
    admin = site.admin_of(model)
    if admin is None or not admin.has_view_permission(request):
        return {}
    return admin.get_queryset(request).in_bulk(keys)


def _recent(row: Any, site: Any, seen: dict[type[models.Model], dict[int, Any]]) -> Line | None:
    model = ContentType.objects.get_for_id(row.content_type_id).model_class()
    if model is None:
        return None
    obj, admin = seen[model].get(row.object_id), site.admin_of(model)
    title = str(obj) if obj is not None else str(model._meta.verbose_name)
    return line_of(row, model, admin, title=title, url=admin.change_url(obj.pk) if obj is not None else "")
