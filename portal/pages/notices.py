"""What the person was told, and how they want to be told."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from allauth.core.ratelimit import consume
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from accounts import emails, notices
from accounts.models import Notice
from core.masking import mask_email, mask_phone
from core.refusals import Refusal, Refused
from portal.pages.forms import CodeForm, EmailForm, SwitchForm

PER_PAGE = 20
PENDING = "email_pending"
"""Key of the session under which an address waits for its code."""


@dataclass(frozen=True)
class Row:
    """A notice as its page and the list show it."""

    title: str
    text: str
    reason: str
    at: datetime
    public_id: str
    is_new: bool
    url: str


def row(notice: Notice, reason: str = "") -> Row:
    """Return `notice` in words."""
    told = notices.message(notice, reason)
    return Row(*told, notice.created_at, notice.public_id, notice.read_at is None, notice.url)


@method_decorator(never_cache, name="dispatch")
class MineView(LoginRequiredMixin, View):
    """Base: for who is signed in; methods that a page has no function for are 405 for everybody."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not hasattr(self, (request.method or "").lower()):
            return self.http_method_not_allowed(request)
        return super().dispatch(request, *args, **kwargs)

    def page(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        return render(self.request, f"portal/{template}.html", context, status=status)


# --- the inbox ----------------------------------------------------------------------------------------------------


class NoticeListView(MineView):
    """All of them, the latest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        page = Paginator(notices.inbox(request.user.person_id), PER_PAGE).get_page(request.GET.get("page"))
        found = list(page.object_list)
        reasons = notices.reasons(found)
        rows = [row(notice, reasons.get(notice.pk, "")) for notice in found]
        newest = notices.inbox(request.user.person_id).first() if page.number > 1 else next(iter(found), None)
        return self.page("notice_list", page=page, rows=rows, newest=newest.public_id if newest else "")


class NoticeDetailView(MineView):
    """One notice. Opening it marks it as read, which is no more than a note for the person's own eyes."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        notice = get_object_or_404(notices.inbox(request.user.person_id), public_id=public_id)
        if request.method == "GET":
            notices.mark_read(notice)
        return self.page("notice_detail", row=row(notice, notices.reasons([notice]).get(notice.pk, "")))


class NoticeReadAllView(MineView):
    """Marks as read what the person has seen in the list; what came since stays new."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.user.person is None:
            raise Refused(Refusal.NO_PERSON)
        notices.mark_all_read(request.user.person, up_to=request.POST.get("newest", ""))
        messages.success(request, _("All are marked as read."))
        return HttpResponseRedirect(reverse("portal:notice_list"))


# --- how to be told -----------------------------------------------------------------------------------------------


class NoticeSettingsView(MineView):
    """Which kinds come on which channels, and where to."""

    def get(self, request: HttpRequest) -> HttpResponse:
        person = request.user.person
        form = SwitchForm(self.kinds(), off=notices.switched_off(person)) if person else None
        return self.settings_page(form)

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.user.person is None:
            raise Refused(Refusal.NO_PERSON)
        form = SwitchForm(self.kinds(), request.POST)
        if not form.is_valid():
            return self.settings_page(form, 422)
        notices.set_switches(request.user.person, self.kinds(), form.off(), by=request.user)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(request.path)

    def kinds(self) -> list[notices.Kind]:
        return notices.offered(staff=self.request.user.is_staff)

    def settings_page(self, form: SwitchForm | None, status: int = 200) -> HttpResponse:
        user = self.request.user
        email = mask_email(user.email) if user.email_verified_at else ""
        phone = (user.person.masked_phone if user.person else "") or mask_phone(
            user.phone if user.phone_verified_at else ""
        )
        return self.page("notice_settings", status, form=form, email=email, phone=phone)


class EmailChangeView(MineView):
    """Asks for an address and sends a code to it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page("notice_email", form=EmailForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = EmailForm(request.POST)
        if form.is_valid():
            try:
                request.session[PENDING] = asdict(self.begin(form.cleaned_data["address"]))
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                return HttpResponseRedirect(reverse("portal:notice_email_confirm"))
        return self.page("notice_email", 422, form=form)

    def begin(self, address: str) -> emails.Pending:
        if not consume(self.request, action="email_code", key=address.casefold()):
            raise Refused(Refusal.TOO_OFTEN)
        return emails.begin(self.request.user, address)


class EmailConfirmView(MineView):
    """Asks for the code."""

    def get(self, request: HttpRequest) -> HttpResponse:
        pending = self.pending()
        return self.code_page(pending, CodeForm()) if pending else self.start_again()

    def post(self, request: HttpRequest) -> HttpResponse:
        pending, form = self.pending(), CodeForm(request.POST)
        if pending is None:
            return self.start_again()
        if not form.is_valid():
            return self.code_page(pending, form, 422)
        try:
            self.confirm(pending, form.cleaned_data["code"])
        except Refused as refused:
            request.session[PENDING] = asdict(emails.tried(pending))
            form.add_error("code", str(refused))
            return self.code_page(pending, form, 422)
        del request.session[PENDING]
        messages.success(request, _("Your e-mail address is confirmed."))
        return HttpResponseRedirect(reverse("portal:notice_settings"))

    def confirm(self, pending: emails.Pending, code: str) -> None:
        """Compare each code a few times only, also for requests at the same moment."""
        if not consume(self.request, action="email_try", key=pending.code):
            raise Refused(Refusal.CODE_WRONG)
        emails.confirm(self.request.user, pending, code, by=self.request.user)

    def pending(self) -> emails.Pending | None:
        kept = self.request.session.get(PENDING)
        pending = emails.Pending(**kept) if kept else None
        return pending if pending and emails.is_alive(pending) else None

    def start_again(self) -> HttpResponse:
        messages.info(self.request, str(Refusal.CODE_WRONG.label))
        return HttpResponseRedirect(reverse("portal:notice_email"))

    def code_page(self, pending: emails.Pending, form: CodeForm, status: int = 200) -> HttpResponse:
        return self.page("notice_email_confirm", status, form=form, address=pending.address)


class EmailRemoveView(MineView):
    """Takes the address off the account."""

    def post(self, request: HttpRequest) -> HttpResponse:
        emails.remove(request.user, by=request.user)
        messages.success(request, _("Your e-mail address is removed. Nothing is sent there any more."))
        return HttpResponseRedirect(reverse("portal:notice_settings"))
