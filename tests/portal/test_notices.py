"""The inbox, and how somebody wants to be told."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from accounts import emails, notices
from accounts.models import Notice
from core import clock
from core.models import AuditEntry
from tests.event_factories import make_activity
from tests.factories import make_message, make_reachable, make_user
from tests.mail_server import mail_server

pytestmark = pytest.mark.django_db

LIST, SETTINGS = "/me/notices/", "/me/notices/settings/"
EMAIL, CONFIRM, REMOVE = "/me/notices/email/", "/me/notices/email/confirm/", "/me/notices/email/remove/"


@pytest.fixture
def user():
    return make_reachable("王秀兰")


@pytest.fixture
def mine(user):
    return signed_in(user)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def html(response):
    return response.content.decode()


# --- the inbox ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 50])
def test_list_needs_the_same_queries_for_one_and_for_many(user, mine, django_assert_num_queries, count):
    for number in range(count):
        make_message(user.person, kind="activity_cancelled", occasion=f"transition:{number}")
    with django_assert_num_queries(7):
        response = mine.get(LIST)
    assert len(response.context["rows"]) == min(count, 20)


def test_list_shows_the_latest_first_and_marks_what_is_new(user, mine):
    old = make_message(user.person, words={"title": "旧的"}, created_at=clock.now() - timedelta(days=2))
    notices.mark_read(old)
    make_message(user.person, words={"title": "新的"})
    make_message(words={"title": "别人的"})
    response = mine.get(LIST)
    assert [(row.is_new, row.public_id == old.public_id) for row in response.context["rows"]] == [
        (True, False),
        (False, True),
    ]
    assert "别人的" not in html(response)
    assert html(response).count("未读") == 2  # the badge, and the number above
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(("page", "count"), [("2", 5), ("99", 5), ("0", 5), ("x", 20), ("", 20)])
def test_list_is_paged_and_any_page_is_some_page(user, mine, page, count):
    for _number in range(25):
        make_message(user.person)
    response = mine.get(LIST, {"page": page})
    assert (response.status_code, len(response.context["rows"])) == (200, count)
    assert response.context["newest"] == Notice.objects.latest("pk").public_id


def test_empty_list_says_what_comes_here(mine):
    text = html(mine.get(LIST))
    assert "还没有消息" in text and "<form" not in text.partition("<main")[2].partition("</main")[0]


def test_opening_marks_as_read_and_shows_all_of_it(user, mine):
    notice = make_message(user.person, url="/activities/x/")
    head = mine.head(f"{LIST}{notice.public_id}/")
    assert (head.status_code, notices.unread_count(user.person_id)) == (200, 1)
    text = html(mine.get(f"{LIST}{notice.public_id}/"))
    assert "义务理发，11月28日 周六" in text and 'href="/activities/x/"' in text
    assert notices.unread_count(user.person_id) == 0
    assert mine.get(f"{LIST}{notice.public_id}/").status_code == 200


def test_notice_of_somebody_else_is_not_there(mine):
    foreign = make_message()
    assert mine.get(f"{LIST}{foreign.public_id}/").status_code == 404
    assert Notice.objects.unread().count() == 1


def test_what_was_written_is_never_markup(user, mine):
    notice = make_message(user.person, words={"title": "<script>alert(1)</script>", "when": "{{ x }}"})
    for path in (LIST, f"{LIST}{notice.public_id}/"):
        assert "<script>" not in html(mine.get(path))
        assert "&lt;script&gt;" in html(mine.get(path))


def test_all_read_keeps_what_came_since_the_page(user, mine):
    make_message(user.person)
    newest = mine.get(LIST).context["newest"]
    since = make_message(user.person)
    response = mine.post(f"{LIST}read/", {"newest": newest}, follow=True)
    assert "已全部标为已读" in html(response)
    assert list(Notice.objects.unread()) == [since]
    mine.post(f"{LIST}read/", {"newest": "nonsense"})
    assert not Notice.objects.unread().exists()


def test_private_pages_show_how_many_are_new_and_public_ones_do_not_ask(user, mine, django_assert_num_queries):
    activity = make_activity()
    for _number in range(3):
        make_message(user.person)
    for path in ("/me/", LIST, f"{activity.get_absolute_url()}sign-up/"):
        assert "3 条新消息" in html(mine.get(path))
    visitor = Client()
    for path in ("/", "/c/", "/activities/"):
        mine.get(path), visitor.get(path)
        assert "条新消息" not in html(mine.get(path))
    Notice.objects.all().delete()
    assert "没有新消息" in html(mine.get("/me/"))


def test_account_without_person_has_an_empty_inbox():
    user = make_user()
    user.person = None
    user.save()
    make_message()
    mine = signed_in(user)
    assert mine.get(LIST).context["rows"] == []
    assert mine.get("/me/").status_code == 200
    assert "还没有关联到本人" in html(mine.get(SETTINGS))
    assert (mine.post(SETTINGS).status_code, mine.post(f"{LIST}read/").status_code) == (403, 403)


# --- switches -----------------------------------------------------------------------------------------------------


def test_settings_show_every_kind_of_the_person_and_keep_what_is_chosen(user, mine):
    form = mine.get(SETTINGS).context["form"]
    assert set(form.fields) == {kind.code for kind in notices.offered(staff=False)}
    wanted = {name: field.initial for name, field in form.fields.items()}
    wanted["activity_changed"] = ["email"]
    response = mine.post(SETTINGS, wanted, follow=True)
    assert "已保存" in html(response)
    assert notices.switched_off(user.person) == {("activity_changed", "sms")}
    assert response.context["form"].fields["activity_changed"].initial == ["email"]
    mine.post(SETTINGS, wanted | {"activity_changed": ["email", "sms"]})
    assert notices.switched_off(user.person) == set()


def test_impossible_choice_changes_nothing(user, mine):
    response = mine.post(SETTINGS, {"activity_changed": ["pigeon"]})
    assert response.status_code == 422
    assert notices.switched_off(user.person) == set()


def test_staff_find_the_kinds_of_their_work(cast):
    form = cast.client("clerk").get(SETTINGS).context["form"]
    assert "review_asked" in form.fields


def test_settings_mask_where_messages_go():
    user = make_reachable(email="wangxiulan@example.cn")
    text = html(signed_in(user).get(SETTINGS))
    assert "w***@example.cn" in text and "wangxiulan" not in text
    assert user.person.masked_phone in text and user.person.phone[3:] not in text


# --- the e-mail address -------------------------------------------------------------------------------------------


def code_sent():
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]


def ask_for(mine, address="wang@example.cn"):
    return mine.post(EMAIL, {"address": address})


def test_address_is_confirmed_with_the_code_that_was_sent(user, mine):
    assert ask_for(mine)["Location"] == CONFIRM
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == (["wang@example.cn"], "【邻里】验证码")
    user.refresh_from_db()
    assert user.email == ""
    assert "wang@example.cn" in html(mine.get(CONFIRM))
    code = code_sent()
    typed = f"{code[:3]} {code[3:]}".translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    assert mine.post(CONFIRM, {"code": typed})["Location"] == SETTINGS
    user.refresh_from_db()
    assert (user.email, user.email_verified_at is not None) == ("wang@example.cn", True)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.actor, entry.fields) == (user, ["email", "email_verified_at"])
    assert mine.get(CONFIRM)["Location"] == EMAIL


def test_code_is_good_five_times_and_ten_minutes(user, mine):
    ask_for(mine)
    code = code_sent()
    wrong = "000000" if code != "000000" else "111111"
    for _try in range(5):
        response = mine.post(CONFIRM, {"code": wrong})
        assert (response.status_code, "验证码不对或已过期" in html(response)) == (422, True)
    assert mine.post(CONFIRM, {"code": code})["Location"] == EMAIL
    pending = emails.begin(user, "li@example.cn")
    at = clock.now() + timedelta(minutes=10)
    assert emails.matches(user, pending, code_sent(), at=at - timedelta(seconds=5))
    assert not emails.matches(user, pending, code_sent(), at=at)
    user.refresh_from_db()
    assert user.email == ""


def test_tries_at_the_same_moment_count_too(user, mine):
    """The counter in the session alone would let requests through that read it before the others wrote it."""
    ask_for(mine)
    code, before = code_sent(), mine.session["email_pending"]
    for _try in range(5):
        mine.post(CONFIRM, {"code": "000000" if code != "000000" else "111111"})
        session = mine.session
        session["email_pending"] = before
        session.save()
    assert mine.post(CONFIRM, {"code": code}).status_code == 422
    user.refresh_from_db()
    assert user.email_verified_at is None


def test_code_of_another_address_or_account_is_none(user):
    other = make_reachable()
    pending = emails.begin(user, "a@example.cn")
    code = code_sent()
    assert emails.matches(user, pending, code)
    assert not emails.matches(other, pending, code)
    elsewhere = emails.Pending("b@example.cn", pending.code, pending.until)
    assert not emails.matches(user, elsewhere, code)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５", "1" * 30])
def test_unusable_code_costs_no_try(mine, code):
    ask_for(mine)
    for _try in range(6):
        assert mine.post(CONFIRM, {"code": code}).status_code == 422
    assert mine.post(CONFIRM, {"code": code_sent()})["Location"] == SETTINGS


@pytest.mark.parametrize(
    "address", ["", "wang", "wang@", "a@b", "a\nb@example.cn", "a@example.cn, b@example.cn", "x" * 300]
)
def test_unusable_address_keeps_what_was_typed(mine, address):
    response = ask_for(mine, address)
    assert (response.status_code, mail.outbox) == (422, [])
    assert response.context["form"]["address"].value() == address


def test_address_gets_one_code_a_minute_and_an_account_sends_five_an_hour(mine):
    assert ask_for(mine).status_code == 302
    again = ask_for(mine, "WANG@example.cn")
    assert (again.status_code, "操作太频繁了" in html(again), len(mail.outbox)) == (422, True, 1)
    statuses = [ask_for(mine, f"wang{number}@example.cn").status_code for number in range(5)]
    assert (statuses.count(302), statuses[-1]) == (4 if statuses[3] == 302 else 3, 422)


@pytest.mark.parametrize("mode", ["hangs", "drops", "busy"])
def test_code_that_cannot_be_sent_is_said_soon(mine, settings, monkeypatch, mode):
    monkeypatch.setattr(emails, "TIMEOUT_SECONDS", 0.5)
    with mail_server(settings, mode):
        response = ask_for(mine)
    assert (response.status_code, "验证码没能发出" in html(response)) == (422, True)
    assert response.context["form"]["address"].value() == "wang@example.cn"


def test_address_is_removed():
    user = make_reachable(email="a@example.cn")
    response = signed_in(user).post(REMOVE, follow=True)
    assert "邮箱已删除" in html(response)
    user.refresh_from_db()
    assert (user.email, user.email_verified_at) == ("", None)


def test_nobody_changes_the_address_of_another(user, cast):
    with pytest.raises(Exception, match="权限"):
        emails.remove(user, by=cast.admin)
