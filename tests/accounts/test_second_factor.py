"""The second factor: signing in, setting up, recovery codes, removing."""

import time

import pytest
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.urls import reverse

from accounts import second_factor
from core.models import AuditEntry
from core.refusals import Refusal, Refused
from tests.factories import PASSWORD
from tests.personas import KEY, STEP_SECONDS, code_of, give_factor
from tests.second_factor import (
    AGAIN,
    CODE,
    CODES,
    INDEX,
    LOGIN,
    NEW_CODES,
    PASSWORD_AGAIN,
    REMOVE,
    SET_UP,
    code_for,
    key_of,
    set_up,
    signed_in,
    type_code,
    type_password,
)

WRONG = "验证码不对"


@pytest.fixture
def clock(monkeypatch):
    """Seconds that do not pass by themselves, from ten seconds after the start of the next step."""

    class Clock:
        now = (time.time() // STEP_SECONDS + 1) * STEP_SECONDS + 10.0

        def forward(self, seconds):
            self.now += seconds

    held = Clock()
    monkeypatch.setattr(time, "time", lambda: held.now)
    return held


def log(user):
    """Verbs about the account, oldest first."""
    return list(AuditEntry.objects.filter(object_id=user.pk, verb__contains="factor").order_by("pk").values_list(
        "verb", "actor__username"
    ))  # fmt: skip


# --- signing in ---------------------------------------------------------------------------------------------------


def test_password_alone_signs_nobody_in_who_has_a_factor(cast):
    give_factor(cast.clerk)
    client, answer = type_password(cast.clerk, next="/admin/honours/honour/")
    assert (answer.status_code, answer["Location"]) == (302, CODE)
    for path in ("/admin/", "/me/", SET_UP, INDEX, CODES, REMOVE, AGAIN):
        assert client.get(path).status_code == 302 and not signed_in(client)
    assert client.get(LOGIN).status_code == 200  # to begin anew under another name
    page = client.get(CODE)
    assert page.status_code == 200 and "no-store" in page["Cache-Control"]
    assert type_code(client, code_of(cast.clerk))["Location"] == "/admin/honours/honour/"
    assert client.get("/admin/honours/honour/").status_code == 200


def test_sign_in_without_a_password_leads_to_the_factor_too(cast, rf):
    give_factor(cast.clerk)
    request = rf.post(LOGIN)
    request.session, request.user = SessionStore(), None
    with context.request_context(request):
        assert perform_login(request, Login(user=cast.clerk))["Location"] == CODE
    assert "_auth_user_id" not in request.session


def test_password_never_lies_in_the_session_between_the_steps(cast):
    give_factor(cast.clerk)
    client, _answer = type_password(cast.clerk)
    assert PASSWORD not in str(dict(client.session.items()))


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_step(cast, clock, steps, fits):
    give_factor(cast.clerk)
    client, _answer = type_password(cast.clerk)
    assert type_code(client, code_of(cast.clerk, steps=steps)).status_code == (302 if fits else 422)
    assert signed_in(client) == fits


@pytest.mark.parametrize("seconds", [0, 29, 31, 45, 60])
def test_code_counts_once(cast, clock, seconds):
    """Also while its step is still within the tolerance, when the cache has forgotten it."""
    give_factor(cast.clerk)
    code = code_of(cast.clerk, steps=1)
    first, _answer = type_password(cast.clerk)
    assert type_code(first, code).status_code == 302
    clock.forward(seconds)
    assert code in {code_of(cast.clerk, steps=steps) for steps in (-1, 0, 1)}
    second, _answer = type_password(cast.clerk)
    answer = type_code(second, code)
    assert answer.status_code == 422 and WRONG in answer.content.decode()
    assert not signed_in(second)


def test_earlier_code_does_not_count_after_a_later_one(cast, clock):
    give_factor(cast.clerk)
    for steps, status in ((1, 302), (0, 422), (-1, 422)):
        client, _answer = type_password(cast.clerk)
        assert type_code(client, code_of(cast.clerk, steps=steps)).status_code == status


def test_clock_that_was_set_back_bars_nobody(cast, clock):
    give_factor(cast.clerk)
    clock.forward(86_400)
    client, _answer = type_password(cast.clerk)
    assert type_code(client, code_of(cast.clerk)).status_code == 302
    clock.forward(-86_400)
    client, _answer = type_password(cast.clerk)
    code = code_of(cast.clerk)
    assert type_code(client, code).status_code == 302
    clock.forward(31)
    client, _answer = type_password(cast.clerk)
    assert type_code(client, code).status_code == 422


def test_guessing_is_stopped_for_the_account_whatever_the_browser(cast, clock):
    give_factor(cast.clerk)
    for guess in range(5):
        client, _answer = type_password(cast.clerk)
        assert type_code(client, f"00000{guess}").status_code == 422
    client, _answer = type_password(cast.clerk)
    assert type_code(client, code_of(cast.clerk)).status_code == 422 and not signed_in(client)
    clock.forward(5 * 60 + 1)
    assert type_code(client, code_of(cast.clerk)).status_code == 302


@pytest.mark.parametrize("spelling", ["{0}", " {0} ", "{1} {2}", "{1}-{2}", "wide"])
def test_code_in_any_spelling(cast, spelling):
    give_factor(cast.clerk)
    client, _answer = type_password(cast.clerk)
    code = code_of(cast.clerk)
    wide = code.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    typed = wide if spelling == "wide" else spelling.format(code, code[:3], code[3:])
    assert type_code(client, typed).status_code == 302 and signed_in(client)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"code": ""},
        {"code": "1" * 5000},
        {"code": "😀" * 6},
        {"code": "१२३४५६"},
        {"credential": "{}"},
        {"code": "-"},
    ],
)
def test_odd_forms_are_answered_with_the_page(cast, data):
    give_factor(cast.clerk)
    client, _answer = type_password(cast.clerk)
    assert client.post(CODE, data).status_code == 422 and not signed_in(client)


def test_page_says_when_the_factor_cannot_be_read(cast):
    made = give_factor(cast.clerk)
    Authenticator.objects.filter(pk=made.pk).update(data={"secret": "x"})
    client, _answer = type_password(cast.clerk)
    answer = type_code(client, "123456")
    assert answer.status_code == 422 and "网站管理员" in answer.context["form"].errors["code"][0]


def test_who_waits_at_the_code_page_begins_anew_when_the_factor_is_removed(cast):
    give_factor(cast.clerk)
    client, _answer = type_password(cast.clerk)
    second_factor.reset(cast.clerk, by=cast.admin)
    assert type_code(client, "123456")["Location"] == LOGIN
    assert client.get(LOGIN).status_code == 200 and not signed_in(client)


def test_sign_in_can_be_given_up_for_another_account(cast):
    give_factor(cast.clerk)
    client, _answer = type_password(cast.clerk)
    client.post("/accounts/logout/")
    assert client.get(CODE)["Location"] == LOGIN
    assert type_password(cast.resident, client)[1]["Location"] == reverse("portal:me")


def test_no_browser_is_trusted(cast):
    give_factor(cast.clerk)
    client, _answer = type_password(cast.clerk)
    assert type_code(client, code_of(cast.clerk)).status_code == 302
    assert set(client.cookies) <= {"sessionid", "csrftoken", "messages"}
    client.post("/accounts/logout/")
    assert type_password(cast.clerk, client)[1]["Location"] == CODE


# --- setting up ---------------------------------------------------------------------------------------------------


def test_first_sign_in_of_staff_ends_in_the_workbench(cast):
    client, answer = type_password(cast.clerk, next="/admin/events/activity/")
    answer = client.get(client.get(client.get(answer["Location"])["Location"])["Location"])
    assert answer.wsgi_request.path == SET_UP
    target = answer.context["redirect_field_value"]
    answer = type_code(client, code_for(key_of(answer)), page=SET_UP, next=target)
    assert answer["Location"] == CODES + "?next=%2Fadmin%2Fevents%2Factivity%2F"
    page = client.get(answer["Location"])
    assert len(page.context["unused_codes"]) == 10
    assert page.context["onward"] == "/admin/events/activity/"
    assert client.get("/admin/events/activity/").status_code == 200
    assert log(cast.clerk) == [("activate_factor", "clerk")]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_way_on_never_leads_to_another_site(cast, target):
    client, _answer = type_password(cast.clerk)
    page = client.get(SET_UP, {"next": target})
    assert page.context["redirect_field_value"] == "" and 'name="next"' not in page.content.decode()
    answer = type_code(client, code_for(key_of(page)), page=SET_UP, next=target)
    assert answer["Location"] == CODES
    page = client.get(CODES, {"next": target})
    assert page.context["onward"] == "/admin/"


def test_key_and_codes_are_nowhere_in_clear(cast):
    client, _answer = type_password(cast.clerk)
    key = key_of(client.get(SET_UP))
    assert type_code(client, code_for(key), page=SET_UP).status_code == 302
    rows = {row.type: row for row in Authenticator.objects.filter(user=cast.clerk)}
    assert set(rows) == {"totp", "recovery_codes"}
    stored = str([row.data for row in rows.values()])
    seed = second_factor.encryption.decrypt(rows["recovery_codes"].data["seed"])
    assert second_factor.encryption.decrypt(rows["totp"].data["secret"]) == key
    codes = rows["recovery_codes"].wrap().get_unused_codes()
    assert [secret for secret in (key, seed, *codes) if secret in stored] == []
    assert key not in str(dict(client.session.items()))


def test_key_stays_when_the_page_is_opened_again_or_a_code_is_wrong(cast):
    client, _answer = type_password(cast.clerk)
    page = client.get(SET_UP)
    assert key_of(client.get(SET_UP)) == key_of(page)
    refused = type_code(client, "abc", page=SET_UP)
    assert refused.status_code == 422 and key_of(refused) == key_of(page)
    assert not Authenticator.objects.exists()


def test_another_browser_gets_another_key(cast):
    keys = {key_of(type_password(cast.clerk)[0].get(SET_UP)) for _browser in range(3)}
    assert len(keys) == 3 and all(len(key) == 32 for key in keys)


def test_form_sent_twice_sets_up_once(cast):
    client, _answer = type_password(cast.clerk)
    code = code_for(key_of(client.get(SET_UP)))
    answers = [type_code(client, code, page=SET_UP) for _time in range(2)]
    assert [answer["Location"] for answer in answers] == [CODES, CODES]
    assert log(cast.clerk) == [("activate_factor", "clerk")]


def test_code_of_setting_up_does_not_sign_in(cast, clock):
    client, _answer = type_password(cast.clerk)
    set_up(client)
    clock.forward(15)
    other, _answer = type_password(cast.clerk)
    assert type_code(other, code_of(cast.clerk)).status_code == 422
    clock.forward(20)
    assert type_code(other, code_of(cast.clerk)).status_code == 302


def test_setting_up_long_after_signing_in_needs_the_password(cast, clock):
    client, _answer = type_password(cast.clerk)
    clock.forward(14 * 60)
    assert client.get(SET_UP).status_code == 200
    clock.forward(2 * 60)
    way = PASSWORD_AGAIN + "?next=%2Faccounts%2F2fa%2Ftotp%2Factivate%2F"
    assert client.get(SET_UP)["Location"] == type_code(client, "123456", page=SET_UP)["Location"] == way
    assert "请再输入一次密码" in client.get(way).content.decode()
    assert client.post(way, {"password": "wrong"}).status_code == 422
    assert client.post(way, {"password": PASSWORD})["Location"] == SET_UP
    assert client.get(SET_UP).status_code == 200


def test_factor_is_moved_to_another_phone(cast):
    client, other = cast.client("clerk"), cast.client("clerk")
    page = client.get(SET_UP)
    assert key_of(page) != KEY
    answer = type_code(client, code_for(key_of(page)), page=SET_UP)
    assert answer["Location"] == CODES
    assert client.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 302
    assert log(cast.clerk) == [("replace_factor", "clerk")]
    third, _answer = type_password(cast.clerk)
    assert type_code(third, code_for(KEY)).status_code == 422


# --- recovery codes -----------------------------------------------------------------------------------------------


@pytest.fixture
def codes(cast):
    """The clerk's recovery codes."""
    client, _answer = type_password(cast.clerk)
    set_up(client)
    return client.get(CODES).context["unused_codes"]


def test_codes_are_shown_once_and_never_stored_by_the_browser(cast):
    client, _answer = type_password(cast.clerk)
    set_up(client)
    page = client.get(CODES)
    shown, text = page.context["unused_codes"], page.content.decode()
    assert len(set(shown)) == 10 and all(code in text for code in shown)
    assert all(code in page.context["file"] for code in shown)
    assert "no-store" in page["Cache-Control"]
    again = client.get(CODES).content.decode()
    assert [code for code in shown if code in again] == [] and "10 个备用码" in again
    assert client.head(CODES).status_code == 405


def test_recovery_code_signs_in_once(cast, codes):
    client, _answer = type_password(cast.clerk)
    assert type_code(client, codes[3]).status_code == 302
    page = client.get("/admin/")
    assert page.status_code == 200 and "还剩 9 个" in page.content.decode()
    assert ("use_recovery_code", "clerk") == AuditEntry.objects.filter(verb="use_recovery_code").values_list(
        "verb", "actor__username"
    ).get()  # fmt: skip
    again, _answer = type_password(cast.clerk)
    assert type_code(again, codes[3]).status_code == 422 and not signed_in(again)


def test_recovery_code_confirms_a_session(cast, codes):
    client = Client()
    client.force_login(cast.clerk)
    assert type_code(client, codes[0], page=AGAIN)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_page_warns_when_few_are_left(cast, codes):
    client = cast.client("clerk")
    warning = "请重新生成"
    row = Authenticator.objects.get(user=cast.clerk, type="recovery_codes")
    for left, warned in ((10, False), (4, False), (3, True), (0, True)):
        row.data["used_mask"] = 2 ** (10 - left) - 1
        row.save()
        text = client.get(INDEX).content.decode()
        assert f"还有 {left} 个" in text and (warning in text) == warned
    assert client.get(CODES)["Location"] == NEW_CODES


def test_new_codes_replace_the_old(cast, codes):
    client = cast.client("clerk")
    assert client.post(NEW_CODES)["Location"] == CODES
    fresh = client.get(CODES).context["unused_codes"]
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    assert AuditEntry.objects.filter(verb="new_recovery_codes", object_id=cast.clerk.pk).count() == 1
    other, _answer = type_password(cast.clerk)
    assert type_code(other, codes[0]).status_code == 422
    assert type_code(other, fresh[0]).status_code == 302


def test_pages_of_the_factor_ask_for_it_after_a_while(cast, codes, clock):
    client = cast.client("clerk")
    clock.forward(16 * 60)
    for page in (NEW_CODES, CODES, SET_UP, REMOVE):
        assert client.get(page)["Location"].startswith(AGAIN + "?next=")
    assert client.get(PASSWORD_AGAIN)["Location"] == AGAIN
    assert client.post(PASSWORD_AGAIN, {"password": PASSWORD})["Location"] == AGAIN
    assert client.get("/admin/").status_code == 200


# --- removing -----------------------------------------------------------------------------------------------------


def test_staff_cannot_remove_the_factor_they_need(cast, settings):
    client = cast.client("clerk")
    for answer, status in ((client.get(REMOVE), 200), (client.post(REMOVE), 422)):
        assert answer.status_code == status and "不能解除" in answer.content.decode()
        assert "确认解除" not in answer.content.decode()
    assert Authenticator.objects.filter(user=cast.clerk).exists()
    settings.STAFF_SECOND_FACTOR = False
    assert client.post(REMOVE)["Location"] == INDEX
    assert not Authenticator.objects.filter(user=cast.clerk).exists()


def test_resident_may_have_a_factor_and_remove_it(cast):
    client, _answer = type_password(cast.resident)
    assert reverse("mfa_index") in client.get("/me/").content.decode()
    assert set_up(client)["Location"] == CODES
    assert type_password(cast.resident)[1]["Location"] == CODE
    assert client.get(REMOVE).status_code == 200
    assert [client.post(REMOVE)["Location"] for _time in range(2)] == [INDEX, INDEX]
    assert not Authenticator.objects.filter(user=cast.resident).exists()
    assert log(cast.resident) == [("activate_factor", "resident"), ("deactivate_factor", "resident")]
    assert type_password(cast.resident)[1]["Location"] == reverse("portal:me")


class TestReset:
    """By the site administrator, for somebody who lost the phone."""

    def page(self, user):
        return reverse("admin:accounts_user_act", args=[user.pk, "reset_factor"])

    def test_removes_the_factor_and_ends_all_sessions(self, cast, codes):
        first, second = (type_password(cast.clerk)[0] for _browser in range(2))
        assert type_code(first, codes[0]).status_code == type_code(second, codes[1]).status_code == 302
        assert UserSession.objects.filter(user=cast.clerk).count() == 3
        admin, page = cast.client("admin"), self.page(cast.clerk)
        assert "解除两步验证" in admin.get(page).content.decode()
        assert admin.post(page, {"reason": "lost"}).status_code == 302
        assert [signed_in(client) for client in (first, second)] == [False, False]
        assert not Authenticator.objects.filter(user=cast.clerk).exists()
        row = AuditEntry.objects.get(verb="reset_factor")
        assert (row.object, row.actor, row.reason) == (cast.clerk, cast.admin, "lost")
        client, _answer = type_password(cast.clerk)
        assert client.get("/admin/login/")["Location"].startswith(SET_UP)
        assert admin.get("/admin/").status_code == 200

    def test_needs_a_reason_from_the_list(self, cast):
        give_factor(cast.clerk)
        for reason in ("", "because"):
            assert cast.client("admin").post(self.page(cast.clerk), {"reason": reason}).status_code == 422
        assert Authenticator.objects.filter(user=cast.clerk).exists()

    def test_is_not_for_the_own_account(self, cast):
        client = cast.client("admin")
        for answer in (client.get(self.page(cast.admin)), client.post(self.page(cast.admin), {"reason": "lost"})):
            assert answer.status_code == 403 and "不能对自己的账号" in answer.content.decode()
        with pytest.raises(Refused) as refused:
            second_factor.reset(cast.admin, by=cast.admin)
        assert refused.value.refusal == Refusal.OWN_ACCOUNT
        assert Authenticator.objects.filter(user=cast.admin).exists()

    def test_is_for_the_site_administrator_only(self, cast):
        give_factor(cast.clerk2)
        for name in ("secretary", "clerk", "district", "auditor", "resident"):
            with pytest.raises(Refused) as refused:
                second_factor.reset(cast.clerk2, by=cast.users[name])
            assert refused.value.refusal == Refusal.NOT_ALLOWED
        assert Authenticator.objects.filter(user=cast.clerk2).exists()

    def test_is_not_offered_without_a_factor_and_twice_is_once(self, cast):
        admin, page = cast.client("admin"), self.page(cast.clerk)
        assert admin.get(page).status_code == 409
        give_factor(cast.clerk)
        for _time in range(2):
            second_factor.reset(cast.clerk, by=None)
        assert AuditEntry.objects.filter(verb="reset_factor").count() == 1

    def test_history_says_it_in_words(self, cast):
        give_factor(cast.clerk)
        second_factor.reset(cast.clerk, by=None)
        text = cast.client("admin").get(reverse("admin:accounts_user_history", args=[cast.clerk.pk])).content.decode()
        assert "解除两步验证" in text
