"""Codes by text message: registering, signing in, another phone, and proving once more who is there.

The code, the number and what was typed wait in the (encrypted) session. django-allauth's stages carry the first two;
its own processes are not used, because they do less for a number that it does not know, which tells. Here both get a
message, and the same page.
"""

import logging
import secrets
import time
import unicodedata
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.internal.stagekit import clear_login, stash_login
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStage, LoginStageController, PhoneVerificationStage
from allauth.core import ratelimit
from allauth.core.exceptions import RateLimited
from allauth.core.internal import ratelimit as ratelimits
from allauth.core.internal.httpkit import headed_redirect_response
from allauth.core.internal.ratelimit import RateLimitUsage
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts import services
from accounts.models import User
from accounts.sms import NotSent

log = logging.getLogger(__name__)

LIMITS = {"verify_phone": 60, "sms_hour": 3600, "sms_day": 86_400}
"""Limits of messages (ACCOUNT_RATE_LIMITS) and how many seconds to wait when one is reached."""
SESSION_SECONDS = 3600
"""How long the session of somebody who has not signed in keeps what was typed."""
CHANGE_KEY = "accounts_change_phone"
OWN_KEY = "accounts_own_code"
DRAFT = "accounts_registration"
"""Key of the name and number that a visitor has typed, for whoever has to begin again; gone at sign-in."""


def keep_draft(request: HttpRequest, **words: str) -> None:
    """Keep what a visitor has typed, also where no message can be sent yet, for an hour."""
    request.session[DRAFT] = {**request.session.get(DRAFT, {}), **words}
    request.session.set_expiry(SESSION_SECONDS)


class TooSoon(RateLimited):
    """Too many messages to one number or from one address.

    Attributes:
        seconds: how long to wait.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class CodeByText(AbstractCodeVerificationProcess):
    """One code on its way to one number.

    Attributes:
        state: what the session keeps: phone, code ("" where none is awaited), when it was sent, counts.
    """

    def __init__(self, request: HttpRequest, state: dict[str, Any], user: User | None = None) -> None:
        super().__init__(user=user, state=state, timeout=settings.CODE_SECONDS, max_attempts=settings.CODE_TRIES)
        self.request = request

    @property
    def phone(self) -> str:
        return self.state["phone"]

    @property
    def can_resend(self) -> bool:
        return not self.is_resend_quota_reached(settings.CODES_AGAIN)

    def begin(self, phone: str) -> None:
        """Send the first code to `phone`.

        Raises:
            TooSoon: too many messages.
        """
        self.state.update(self.initial_state(user=None, phone=phone))
        self.send()

    def send(self) -> None:
        """Send a new code; the one before it counts no more.

        Raises:
            TooSoon: too many messages; nothing has changed.
        """
        counted = self.count_message()
        code = get_adapter().generate_phone_verification_code()
        awaited = self.is_awaited()
        self.state |= {
            "at": time.time(), "failed_attempts": 0, "ident": secrets.token_hex(8), "code": code if awaited else "",
        }  # fmt: skip
        self.persist()
        try:
            self.hand_over(code, awaited)
        except Exception as error:
            log.warning("a code was not sent", exc_info=True)
            if isinstance(error, NotSent):
                for usage in counted:
                    usage.rollback()
            words = _("The text message could not be sent. Please try again in a minute, or come to the counter.")
            messages.error(self.request, words)

    def count_message(self) -> list[RateLimitUsage]:
        """Count one message to the number; returns what a message that was certainly not sent gives back.

        Raises:
            TooSoon: too many messages.
        """
        counted = []
        for action, seconds in LIMITS.items():
            usage = ratelimits.consume(self.request, app="allauth.account", action=action, key=self.phone)
            if usage is None:
                raise TooSoon(seconds)
            counted.append(usage)
        return counted[1:]  # not the minute, so that nobody hammers a gateway that is down

    def is_awaited(self) -> bool:
        """Say whether a code opens anything for this number."""
        return True

    def hand_over(self, code: str, awaited: bool) -> None:
        get_adapter().send_verification_code_sms(user=self.user, phone=self.phone, code=code)

    def resend(self) -> None:
        """Send another code to the same number; raises as `send`."""
        self.record_resend()
        self.send()

    def matches(self, typed: str) -> bool:
        """Compare; each code is compared a few times only, also by requests at the same moment."""
        if not ratelimit.consume(self.request, action="code", key=self.state["ident"]):
            return False
        digits = "".join(unicodedata.normalize("NFKC", typed[:40]).split())
        expected = self.state["code"]
        right = bool(expected) and secrets.compare_digest(digits.encode(), expected.encode())
        return right and self.still_counts()

    def still_counts(self) -> bool:
        """Say whether the number is still the one that the code was asked for."""
        return True

    def is_phone_of_account(self) -> bool:
        return self.user is not None and self.user.phone == self.phone


class StageCode(CodeByText):
    """A code of a visitor on the way in; django-allauth's stage holds the state."""

    def __init__(self, stage: LoginStage) -> None:
        super().__init__(stage.request, stage.state, stage.login.user)
        self.stage = stage

    @classmethod
    def resume(cls, request: HttpRequest) -> "StageCode | None":
        """Return the one that waits in the session, None when there is none or it has run out."""
        raise NotImplementedError

    def begin(self, phone: str) -> None:
        super().begin(phone)
        self.request.session.set_expiry(SESSION_SECONDS)

    def persist(self) -> None:
        stash_login(self.request, self.stage.login)

    def abort(self) -> None:
        clear_login(self.request)

    def finish(self) -> HttpResponse:
        """Go on with who has given the right code."""
        raise NotImplementedError


def _waiting(request: HttpRequest, process: type[StageCode], key: str) -> StageCode | None:
    stage = LoginStageController.enter(request, key)
    return process(stage).abort_if_invalid() if stage and stage.state.get("ident") else None


class SignInCode(StageCode):
    """Signs in with the phone of an account."""

    @classmethod
    def start(cls, request: HttpRequest, phone: str, user: User | None, redirect_url: str | None) -> None:
        """Send a code, or to a number without an account the word that there is none; raises as `send`."""
        login = Login(user=user, phone=phone, redirect_url=redirect_url)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        cls(LoginByCodeStage(LoginStageController(request, login), request, login)).begin(phone)

    @classmethod
    def resume(cls, request: HttpRequest) -> StageCode | None:
        return _waiting(request, cls, LoginByCodeStage.key)

    def is_awaited(self) -> bool:
        return self.is_phone_of_account()

    def still_counts(self) -> bool:
        return self.is_phone_of_account()

    def hand_over(self, code: str, awaited: bool) -> None:
        if awaited:
            super().hand_over(code, awaited)
        else:
            get_adapter().send_unknown_account_sms(self.phone)

    def finish(self) -> HttpResponse:
        self.request.session.set_expiry(None)
        self.request.session.pop(DRAFT, None)
        record_authentication(self.request, self.user, method="code")
        return perform_login(self.request, Login(user=self.user, redirect_url=self.stage.login.redirect_url))


class RegistrationCode(StageCode):
    """Proves the number of a new account, which is made with the right code.

    `state["registration"]` holds name, encoded password and version of the privacy notice.
    """

    @classmethod
    def start(cls, request: HttpRequest, phone: str, redirect_url: str | None, words: dict[str, str]) -> HttpResponse:
        """Send a code, or to the owner of an account the word that there is one; raises as `send`."""
        login = Login(user=None, phone=phone, signup=True, redirect_url=redirect_url)
        login.state["registration"] = words
        return perform_login(request, login)

    @classmethod
    def resume(cls, request: HttpRequest) -> StageCode | None:
        return _waiting(request, cls, RegistrationStage.key)

    @property
    def words(self) -> dict[str, str]:
        return self.stage.login.state["registration"]

    @property
    def can_change(self) -> bool:
        return not self.is_change_quota_reached(settings.CODES_AGAIN)

    def correct(self, phone: str) -> None:
        """Send the code to another number instead; raises as `send`."""
        self.record_change(phone=phone)
        self.send()

    def is_awaited(self) -> bool:
        return get_adapter().get_user_by_phone(self.phone) is None

    def hand_over(self, code: str, awaited: bool) -> None:
        if awaited:
            super().hand_over(code, awaited)
        else:
            get_adapter().send_account_already_exists_sms(self.phone)

    def finish(self) -> HttpResponse:
        """Make the account and sign in.

        Raises:
            Refused: PHONE_TAKEN.
        """
        words = self.words
        user = services.register(
            self.phone, words["name"], password=words["password"], text_version=words["text_version"]
        )
        self.stage.login.user = user
        self.request.session.set_expiry(None)
        self.request.session.pop(DRAFT, None)
        record_authentication(self.request, user, method="code")
        return self.stage.exit()


class RegistrationStage(PhoneVerificationStage):
    """Waits for the code of a registration; accounts that exist have proved their phone or have none."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if self.login.user is not None:
            return None, True
        RegistrationCode(self).begin(self.login.phone)
        return headed_redirect_response("account_verify_phone"), True


class SessionCode(CodeByText):
    """A code of somebody who is signed in."""

    key: str

    def __init__(self, request: HttpRequest, state: dict[str, Any] | None = None) -> None:
        super().__init__(request, state if state is not None else {}, request.user)  # type: ignore[arg-type]

    @classmethod
    def resume(cls, request: HttpRequest) -> "SessionCode | None":
        """Return the one that waits in the session, None when there is none or it has run out."""
        state = request.session.get(cls.key)
        return cls(request, state).abort_if_invalid() if state else None

    def persist(self) -> None:
        self.request.session[self.key] = self.state

    def abort(self) -> None:
        self.request.session.pop(self.key, None)

    def finish(self) -> None:
        """Do what the code was asked for."""
        raise NotImplementedError


class ChangeCode(SessionCode):
    """Proves the new phone of an account."""

    key = CHANGE_KEY

    def finish(self) -> None:
        """Change the phone and tell the old number.

        Raises:
            Refused: PHONE_TAKEN.
        """
        user = User.objects.select_related("person").get(pk=self.request.user.pk)
        before = services.change_phone(user, self.phone, by=user)
        self.abort()
        if before and before != self.phone:
            get_adapter().send_phone_changed_sms(before)


class OwnCode(SessionCode):
    """Proves once more, by the own phone, that it is the owner of the account who is there."""

    key = OWN_KEY

    def still_counts(self) -> bool:
        return self.is_phone_of_account()

    def finish(self) -> None:
        self.abort()
        record_authentication(self.request, self.request.user, method="code", reauthenticated=True)  # type: ignore[arg-type]


def shown_code(request: HttpRequest, process: CodeByText) -> str:
    """Return the code that the page itself shows: in the demonstration, to this machine only (design §4)."""
    near = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers
    return process.code if settings.DEMO and near else ""


def confirmed_lately(request: HttpRequest) -> bool:
    """Say whether who is signed in has shown within the last minutes that it is the owner of the account.

    By the password; a code counts for accounts that have none.
    """
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    by_code = not request.user.has_usable_password()  # type: ignore[union-attr]
    return any(
        record["at"] > since and (record.get("reauthenticated") or (by_code and record["method"] == "code"))
        for record in get_authentication_records(request, request.user)  # type: ignore[arg-type]
    )
