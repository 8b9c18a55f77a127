"""Acts on one object in the workbench: transitions and services, each a button with a view of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import states
from core.dates import daytime_text
from core.fields import PlainTextFormField
from core.permissions import why_not
from core.refusals import Refusal, Refused
from core.scope import Scope

VERSION_FIELD = "seen_version"
NO_RIGHT = frozenset({Refusal.NOT_ALLOWED, Refusal.OWN_DRAFT, Refusal.OWN_REQUEST, Refusal.SIGN_IN, Refusal.NO_PERSON})
CONFLICT = frozenset({Refusal.STALE, Refusal.WRONG_STATE})


class ActForm(forms.Form):
    """What an act asks for.

    Args:
        obj: the object it is done to.
        scope: where the actor may do it; choices are narrowed to it.
    """

    refusal_fields: ClassVar[dict[Refusal, str]] = {}

    def __init__(self, *args: Any, obj: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.obj = obj
        self.scope = scope
        self.prepare()

    def prepare(self) -> None:
        """Fill in what is known and narrow the choices."""

    def words(self) -> dict[str, Any]:
        """Return the keyword arguments of the service."""
        return dict(self.cleaned_data)


class ReasonForm(ActForm):
    """Asks for a reason in the actor's own words."""

    reason = PlainTextFormField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=gettext_lazy("Short and to the point; no personal data."),
    )


@dataclass(frozen=True)
class Act:
    """One act on one object.

    Attributes:
        name: the last part of its address; the verb of its row in the log.
        label: the button's words.
        permission: its permission.
        run: the service, called as `run(obj, by=user, **form.words())`; with `version` when `takes_version`.
        form: asks for what the service needs; None posts at once.
        takes_version: pass the version that the actor saw.
        usual: the primary button.
        grave: takes something away from people; asked for once more on a page of its own.
        note: what it means, in one sentence on that page.
        available: whether it makes sense for the object now.
    """

    name: str
    label: str | Promise
    permission: str
    run: Callable[..., Any]
    form: type[ActForm] | None = None
    takes_version: bool = False
    usual: bool = False
    grave: bool = False
    note: str | Promise = ""
    available: Callable[[Any], bool] = lambda obj: True

    @property
    def asks(self) -> bool:
        """Whether a page comes between the button and the act."""
        return self.form is not None or self.grave

    @property
    def style(self) -> str:
        """The button's class."""
        return "danger" if self.grave else "" if self.usual else "quiet"


@dataclass(frozen=True)
class Button:
    """An act as offered on the page of an object: with its address, or with the reason why not."""

    act: Act
    url: str
    refused: Refused | None


def status_of(refused: Refused) -> int:
    """Return the HTTP status of a refusal: no right 403, somebody was faster 409, what was typed does not fit 422."""
    if isinstance(refused, states.Conflict) or refused.refusal in CONFLICT:
        return 409
    return 403 if refused.refusal in NO_RIGHT else 422


def seen_version(request: HttpRequest) -> int:
    """Return the version that the posted form was made from.

    Raises:
        Refused: the form carries none.
    """
    posted = request.POST.get(VERSION_FIELD, "")
    if not (posted.isascii() and posted.isdecimal() and len(posted) <= 9):
        raise Refused(Refusal.STALE)
    return int(posted)


class ActsOfObject:
    """The part of ScopedAdmin that offers and does acts.

    Attributes:
        services: the service of each verb of the model's life cycle.
        acts: further acts.
        bulk: names of acts offered as list actions; they ask for nothing.
    """

    services: ClassVar[dict[str, Any]] = {}
    acts: ClassVar[tuple[Act, ...]] = ()
    bulk: ClassVar[tuple[str, ...]] = ()
    act_template = "admin/scoped_act.html"

    def change_url(self, object_id: Any) -> str:
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[object_id])

    def act_url(self, object_id: Any, name: str) -> str:
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_act", args=[object_id, name])

    def all_acts(self) -> dict[str, Act]:
        """Return the moves of the life cycle and the further acts, by name."""
        found = {}
        machine = getattr(self.model, "machine", None)
        for verb, service in self.services.items():
            move = machine.moves[verb]
            found[verb] = Act(
                name=verb, label=move.label, permission=move.permission, run=service, takes_version=True,
                form=ReasonForm if move.needs_reason else None, usual=move.usual, grave=move.grave,
                available=lambda obj, move=move: obj.state in move.sources,
            )  # fmt: skip
        return found | {act.name: act for act in self.acts}

    def buttons(self, request: HttpRequest, obj: Any) -> list[Button]:
        """Return the acts that make sense now: the usual first, the grave last, the refused with their reason."""
        offered = []
        for act in self.all_acts().values():
            if act.available(obj):
                refused = why_not(act.permission, request.user, obj, scope=request.scope_for(act.permission))
                offered.append(Button(act, self.act_url(obj.pk, act.name), refused))
        return sorted(offered, key=lambda one: (one.refused is not None, one.act.grave, not one.act.usual))

    def get_urls(self) -> list[Any]:
        meta = self.model._meta
        view = self.admin_site.admin_view(self.act_view)
        name = f"{meta.app_label}_{meta.model_name}_act"
        return [path("<path:object_id>/do/<slug:name>/", view, name=name), *super().get_urls()]

    def act_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Ask for what the act needs (GET) and do it (POST)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        obj, act = self.get_object(request, unquote(object_id)), self.all_acts().get(name)
        if obj is None or act is None:
            raise Http404(_("This page does not exist."))
        scope = request.scope_for(act.permission)
        refused = why_not(act.permission, request.user, obj, scope=scope)
        if refused is not None:
            return self.act_page(request, obj, act, None, refused=refused)
        if request.method == "POST":
            return self._do(request, obj, act, scope)
        if not act.available(obj):
            state = obj.machine.label(obj.state) if hasattr(obj, "machine") else ""
            return self.act_page(request, obj, act, None, refused=Refused(Refusal.WRONG_STATE, state=state))
        return self.act_page(request, obj, act, act.form(obj=obj, scope=scope) if act.form else None)

    def _do(self, request: HttpRequest, obj: Any, act: Act, scope: Scope) -> HttpResponse:
        form = act.form(request.POST, obj=obj, scope=scope) if act.form else None
        if form is not None and not form.is_valid():
            return self.act_page(request, obj, act, form, status=422)
        try:
            words = form.words() if form else {}
            if act.takes_version:
                words["version"] = seen_version(request)
            done = act.run(obj, by=request.user, **words)
        except Refused as refused:
            return self._act_refused(request, obj, act, form, refused)
        already = isinstance(done, states.Done) and done.already
        text = _("Done: %(act)s.") % {"act": act.label}
        if already:
            text = _("This step was already done at %(time)s.") % {"time": daytime_text(done.transition.at)}
        messages.success(request, text)
        return HttpResponseRedirect(self.change_url(obj.pk))

    def _act_refused(
        self, request: HttpRequest, obj: Any, act: Act, form: ActForm | None, refused: Refused
    ) -> HttpResponse:
        status = status_of(refused)
        if form is not None and status == 422:
            name = form.refusal_fields.get(refused.refusal)
            form.add_error(name if name in form.fields else None, str(refused))
            return self.act_page(request, obj, act, form, status=status)
        obj.refresh_from_db()
        return self.act_page(request, obj, act, form, refused=refused)

    def act_page(
        self, request: HttpRequest, obj: Any, act: Act, form: ActForm | None, *,
        refused: Refused | None = None, status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        """The page between a button and its act; also says why an act was refused."""
        offered = act.available(obj) and not (refused and refused.refusal in NO_RIGHT)
        context = {
            **self.admin_site.each_context(request),
            "title": act.label, "opts": self.model._meta, "original": obj, "act": act, "form": form,
            "refused": refused, "offered": offered, "seen_version": getattr(obj, "version", ""),
            "back": self.change_url(obj.pk), "machine": getattr(self.model, "machine", None),
        }  # fmt: skip
        return TemplateResponse(request, self.act_template, context, status=status_of(refused) if refused else status)

    # --- list actions -------------------------------------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the `bulk` acts; each object goes through its service, and outside the scope there is none."""
        if "_popup" in request.GET:
            return {}
        found = {}
        for name in self.bulk:
            act = self.all_acts()[name]
            if request.scope_for(act.permission):
                found[name] = (_bulk_action(act), name, _("%(act)s: the selected rows") % {"act": act.label})
        return found


BULK_AT_MOST = 200
REFUSALS_SHOWN = 5


def _bulk_action(act: Act) -> Callable[..., None]:
    def run(model_admin: Any, request: HttpRequest, queryset: Any) -> None:
        done, refusals = 0, []
        for obj in queryset[:BULK_AT_MOST]:
            try:
                act.run(obj, by=request.user)
                done += 1
            except Refused as refused:
                refusals.append(f"{obj}: {refused}")
        for text in refusals[:REFUSALS_SHOWN]:
            messages.error(request, text)
        if len(refusals) > REFUSALS_SHOWN:
            messages.error(request, _("%(count)d rows were not possible.") % {"count": len(refusals)})
        if done:
            messages.success(request, _("Done for %(count)s rows: %(act)s.") % {"count": done, "act": act.label})

    return run
