"""The second factor of signing in: a six-digit code from an app (TOTP, RFC 6238), or a recovery code.

django-allauth keeps it and asks for it at every sign-in. Here stands what it leaves open: secrets are encrypted, a code
counts once, staff need the factor in every session, and the site administrator removes it for who lost the phone.
"""

import time
from datetime import datetime
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.totp.internal import flows as totp_flows
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import audit, encryption
from core.permissions import require

TOTP, RECOVERY_CODES = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES
APP = "allauth.mfa"
FEW_CODES = 3
"""How many unused recovery codes are so few that the owner is told."""


class ResetReason(models.TextChoices):
    """Why a second factor was removed by somebody else."""

    LOST = "lost", _("The phone is lost or broken")
    REPLACED = "replaced", _("A new phone, and the app was not moved")
    MISUSED = "misused", _("Somebody else may have the phone or the codes")


# --- how django-allauth is told -----------------------------------------------------------------------------------


class FactorAdapter(DefaultMFAAdapter):
    """Secrets in the box of core.encryption, our words, and no removal by staff who need the factor."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is not right, or was used before. Please wait for the next one and type that."),
        "cannot_delete_authenticator": _("Staff sign in with a second factor. You can replace it, but not remove it."),
        "cannot_generate_recovery_codes": _("Please set up the second factor first."),
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        """The name under which the app lists the account."""
        return f"{gettext('Linli')} {self._get_site_name()}"

    def get_totp_label(self, user: Any) -> str:
        return user.username

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not is_required(authenticator.user)


class StepUp:
    """The part of the account adapter that says when somebody signed in has to prove once more who they are."""

    request: HttpRequest

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Nobody is asked again for the second factor's pages shortly after signing in."""
        asked = super().is_reauthentication_required(app=app, **kwargs)  # type: ignore[misc]
        return asked and not (app == APP and _proved_lately(self.request))

    def get_reauthentication_methods(self, user: Any) -> list[dict]:
        """Who has a second factor proves with it; the password alone is not enough."""
        methods = super().get_reauthentication_methods(user)  # type: ignore[misc]
        return [one for one in methods if one["id"] == "mfa_reauthenticate"] or methods


# --- sessions -----------------------------------------------------------------------------------------------------


def is_required(user: User) -> bool:
    """Whether the account may enter the workbench, and only with a second factor."""
    return settings.STAFF_SECOND_FACTOR and user.is_staff


def with_factor(users: models.QuerySet) -> models.QuerySet:
    """Return `users` with `factor_since`: when the second factor was set up, None without one."""
    factor = Authenticator.objects.filter(user=models.OuterRef("pk"), type=TOTP)
    return users.annotate(factor_since=models.Subquery(factor.values("created_at")[:1]))


def factor_since(user: User) -> datetime | None:
    """Return when the account's present second factor was set up; no query for a user of `with_factor`."""
    if hasattr(user, "factor_since"):
        return user.factor_since
    return Authenticator.objects.filter(user=user, type=TOTP).values_list("created_at", flat=True).first()


def _proofs(request: HttpRequest) -> list[float]:
    """Return the moments, as Unix time, at which this session was confirmed with the present second factor."""
    since = factor_since(request.user)  # type: ignore[arg-type]
    if since is None:
        return []
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    return [row["at"] for row in records if row["method"] == "mfa" and row["at"] >= since.timestamp()]


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the signed-in user has proved the present second factor in this session, or does not need it.

    A factor that was removed or replaced since then does not count any more.
    """
    return not is_required(request.user) or bool(_proofs(request))  # type: ignore[arg-type]


def missing_step(request: HttpRequest) -> str:
    """Return the address where staff go on before the workbench opens, "" for a confirmed session."""
    if is_confirmed(request):
        return ""
    has_factor = factor_since(request.user) is not None  # type: ignore[arg-type]
    return reverse("mfa_reauthenticate" if has_factor else "mfa_activate_totp")


def _proved_lately(request: HttpRequest) -> bool:
    """Whether the session was opened or confirmed a short time ago, with the second factor where there is one.

    A code by text message counts for accounts without a password: who only has the phone sets up no factor.
    """
    user: User = request.user  # type: ignore[assignment]
    if factor_since(user) is not None:
        moments = _proofs(request)
    else:
        by_code = not user.has_usable_password()
        records = get_authentication_records(request, user)
        moments = [row["at"] for row in records if by_code or row["method"] != "code"]
    return any(time.time() - moment < account_settings.REAUTHENTICATION_TIMEOUT for moment in moments)


# --- codes --------------------------------------------------------------------------------------------------------


def take(authenticator: Authenticator, code: str) -> bool:
    """Use up a six-digit code; False if it is not right now, or if it or a later one was used before (RFC 6238 §5.2).

    Effects: the step of the code is kept with the authenticator by one conditional UPDATE, so of two requests with the
    same code one wins. A step from the future is forgotten, so that a clock that was set back bars nobody.
    """
    secret = encryption.decrypt(authenticator.data["secret"])
    for step in totp.yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, step))):
            return _spend(authenticator, step)
    return False


def _spend(authenticator: Authenticator, step: int) -> bool:
    window = 2 * app_settings.TOTP_TOLERANCE
    fresh = Q(data__step__isnull=True) | Q(data__step__lt=step) | Q(data__step__gt=step + window)
    rows = Authenticator.objects.filter(fresh, pk=authenticator.pk)
    return bool(rows.update(data={**authenticator.data, "step": step}))


def codes_left(user: User) -> int:
    """Return how many recovery codes of the account are unused."""
    row = Authenticator.objects.filter(user=user, type=RECOVERY_CODES).first()
    return len(row.wrap().get_unused_codes()) if row else 0


# --- set up, remove -----------------------------------------------------------------------------------------------


@transaction.atomic
def activate(request: HttpRequest, form: Any) -> bool:
    """Set up the second factor of who is signed in, or replace it; the session then counts as confirmed.

    Effects, in order: the former factor goes, the new one with its code used up, recovery codes if there are none, one
    audit row "activate_factor" or "replace_factor", the record in the session. The same form sent twice acts once.

    Args:
        form: a valid accounts.factor_forms.SetUpForm.

    Returns:
        Whether recovery codes were made, which are to be shown.
    """
    user = User.objects.select_for_update().get(pk=request.user.pk)
    former = Authenticator.objects.filter(user=user, type=TOTP).first()
    if former is not None:
        if encryption.decrypt(former.data["secret"]) == form.secret:
            return True
        former.delete()
    made, codes = totp_flows.activate_totp(request, form)
    take(made, form.cleaned_data["code"])
    audit.record(user, "replace_factor" if former else "activate_factor", by=request.user)
    record_authentication(request, user, "mfa", id=made.pk, type=made.type)
    return codes is not None


@transaction.atomic
def deactivate(request: HttpRequest, authenticator: Authenticator) -> None:
    """Remove the own second factor, with its recovery codes.

    Effects, in order: the rows, one audit row "deactivate_factor".
    """
    audit.record(authenticator.user, "deactivate_factor", by=request.user)
    totp_flows.deactivate_totp(request, authenticator)


@transaction.atomic
def reset(user: User, *, by: User | None, reason: str = ResetReason.LOST, at: datetime | None = None) -> User:
    """Remove the second factor of somebody who cannot use it any more; staff set up a new one at the next sign-in.

    Effects, in order: the factor and its recovery codes, all sessions of the account, one audit row "reset_factor" with
    the reason. Without a factor nothing happens.

    Args:
        by: who may do so for others; never the owner, who replaces it. None is the system.
        reason: one of ResetReason.

    Raises:
        Refused: NOT_ALLOWED, OWN_ACCOUNT.
    """
    require("user.reset_factor", by, user, at)
    rows = Authenticator.objects.filter(user=user)
    if rows.exists():
        rows.delete()
        for session in UserSession.objects.filter(user=user):
            session.end()
        audit.record(user, "reset_factor", by=by, reason=ResetReason(reason), at=at)
    return user
