"""One activity, signing up and cancelling, through the pages."""

import re
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock
from core.states import history
from events.models import Activity, Participant, SignUp
from events.services import activities
from tests.event_factories import make_activity, make_sign_up, make_signed_in, quota_of
from tests.factories import (
    make_community,
    make_partner,
    make_person,
    make_resident,
    make_team,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
QUERIES, WARM = 8, 3
OF_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK")
MORE_QUERIES_SIGNED_IN = 4
"""The session, the account, the seats held, and the sessions of what may clash."""


def page(activity, rest=""):
    return f"/activities/{activity.public_id}/{rest}"


def signed_in(user=None):
    client = Client()
    client.force_login(user or make_signed_in())
    return client


def key_of(response):
    return re.search(r'name="client_key" value="([^"]+)"', response.content.decode())[1]


def seats_taken(activity):
    return quota_of(activity).seats_taken


# --- one activity -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("others", [1, 50])
def test_detail_needs_the_same_queries_for_one_and_for_many(client, django_assert_num_queries, others):
    ContentType.objects.get_for_model(Activity)
    community = make_community()
    activity = make_activity(community=community, themes=tuple(make_theme() for _number in range(others)))
    for _number in range(others):
        make_activity(community=community)
        activity.partners.create(partner_unit=make_partner(community=community))
    for queries in (QUERIES, WARM):
        with django_assert_num_queries(queries):
            assert client.get(page(activity)).status_code == 200


@pytest.mark.parametrize("others", [1, 50])
def test_detail_of_somebody_signed_in_needs_few_queries_more(django_assert_num_queries, others):
    ContentType.objects.get_for_model(Activity)
    community, theme = make_community(), make_theme()
    activity = make_activity(community=community, themes=(theme,))
    activity.partners.create(partner_unit=make_partner(community=community))
    user = make_signed_in()
    for _number in range(others):
        make_sign_up(make_activity(community=community), user.person)
    client = signed_in(user)
    for queries in (QUERIES, WARM):
        with django_assert_num_queries(queries + MORE_QUERIES_SIGNED_IN):
            client.get(page(activity))


@pytest.mark.parametrize(
    "values", [{"state": "draft"}, {"state": "in_review"}, {"state": "withdrawn"}, {"audience": "internal"}]
)
@pytest.mark.parametrize("rest", ["", "event.ics", "sign-up/", "sign-up/cancel/"])
@pytest.mark.parametrize("who", ["visitor", "resident"])
def test_what_is_not_public_is_not_found(values, rest, who):
    client = Client() if who == "visitor" else signed_in()
    response = client.get(page(make_activity("秘密", **values), rest))
    assert response.status_code == 404
    assert "秘密" not in response.content.decode()


@pytest.mark.parametrize("path", ["/activities/", "/", "detail", "/c/xincheng/"])
@pytest.mark.parametrize("who", ["visitor", "resident"])
def test_public_pages_hold_no_token_message_or_cookie(path, who):
    activity = make_activity(community=make_community(slug="xincheng"))
    client = Client() if who == "visitor" else signed_in()
    response = client.get(page(activity) if path == "detail" else path)
    html = response.content.decode()
    assert response.status_code == 200
    assert not response.cookies
    assert "csrf" not in html
    assert 'method="post"' not in html


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("{{ 7*7 }}{% now %}", "{{ 7*7 }}{% now %}"),
        ("阿卜杜拉·买买提 𠮷", "阿卜杜拉·买买提 𠮷"),
        ("\u202eevil", "\u202eevil"),
        ("长" * 60, "长" * 60),
    ],
)
def test_titles_are_shown_as_text(client, title, shown):
    activity = make_activity(community=make_community(slug="a"))
    Activity.objects.filter(pk=activity.pk).update(title=title, description=title, place=title)
    for path in (page(activity), "/activities/", "/", "/c/a/"):
        html = client.get(path).content.decode()
        assert shown in html
        assert "<script>" not in html
    assert shown in signed_in().get(page(activity, "sign-up/")).content.decode()


def test_detail_shows_words_partners_contact_and_similar_ones(client):
    community = make_community("新城社区", phone="0475-8888888")
    words = {"description": "走一遍", "bring": "好走的鞋", "risk_note": "有烟"}
    activity = make_activity(community=community, kind="drill", **words)
    activity.partners.create(partner_unit=make_partner("消防大队", community=community))
    make_activity("另一场演练", kind="drill")
    make_activity("唱歌", kind="culture")
    html = client.get(page(activity)).content.decode()
    for text in ("走一遍", "好走的鞋", "有烟", "消防大队", "0475-8888888", "另一场演练"):
        assert text in html
    assert "唱歌" not in html


def test_detail_of_a_cancelled_one_gives_the_reason_and_no_name_of_staff(cast):
    activity = make_activity(community=cast.community)
    activities.cancel(activity, by=cast.clerk, reason="大风预警")
    html = cast.client().get(page(activity)).content.decode()
    assert "原因：大风预警" in html
    assert cast.clerk.person.name not in html


def test_detail_says_that_the_time_was_changed(cast):
    activity = make_activity(community=cast.community, state="in_review")
    activities.publish(activity, by=cast.secretary)
    activities.change_times(
        activity, by=cast.clerk, starts_at=activity.starts_at + DAY, ends_at=activity.ends_at + DAY,
        sign_up_opens_at=activity.sign_up_opens_at, sign_up_closes_at=activity.sign_up_closes_at, venue=None, place="",
    )  # fmt: skip
    assert [step.text for step in cast.client().get(page(activity)).context["steps"]] == [
        "已发布",
        "时间或地点有变动，请看最新安排",
    ]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
@pytest.mark.parametrize("rest", ["", "event.ics"])
def test_wrong_method_is_refused(client, method, rest):
    assert getattr(client, method)(page(make_activity(), rest)).status_code == 405


@pytest.mark.parametrize("rest", ["sign-up/", "sign-up/cancel/"])
def test_wrong_method_of_the_forms_is_refused(rest):
    assert signed_in().put(page(make_activity(), rest)).status_code == 405


# --- signing up -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("rest", ["sign-up/", "sign-up/cancel/"])
def test_visitor_is_asked_to_sign_in_and_comes_back(client, method, rest):
    path = page(make_activity(), rest)
    response = getattr(client, method)(path)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={path}")


def test_sign_up_in_two_steps():
    activity = make_activity("书法课堂", capacity=2, risk_note="有台阶")
    user = make_signed_in("王秀兰", phone="13812345678")
    client = signed_in(user)
    form = client.get(page(activity, "sign-up/"))
    html = form.content.decode()
    assert "no-store" in form["Cache-Control"]
    for text in ("书法课堂", "王秀兰", "138****5678", "有台阶", "确认报名"):
        assert text in html
    assert "13812345678" not in html
    done = client.post(page(activity, "sign-up/"), {"client_key": key_of(form)}, follow=True)
    assert done.redirect_chain == [(page(activity, "sign-up/"), 302)]
    assert "报名成功" in done.content.decode()
    assert seats_taken(activity) == 1
    assert SignUp.objects.get().contact == user.person
    assert "您已报名" in client.get(page(activity)).content.decode()


@pytest.mark.parametrize(
    ("values", "clash", "queries", "status"),
    [
        ({}, False, 11, 302),
        ({"email": "wang@example.cn", "email_verified_at": clock.now()}, False, 12, 302),
        ({}, True, 9, 409),
    ],
)
def test_sign_up_post_keeps_within_twelve_queries(values, clash, queries, status):
    """The message by e-mail is a row of its own."""
    community, user = make_community(), make_user(person=make_person(), **values)
    make_resident(user.person, community=community)
    activity = make_activity(community=community, audience="residents")
    activity.partners.create(partner_unit=make_partner(community=community))
    if clash:
        make_sign_up(make_activity(), user.person)
    client = signed_in(user)
    client.post(page(make_activity(starts_in=9 * DAY), "sign-up/"))
    with CaptureQueriesContext(connection) as caught:
        assert client.post(page(activity, "sign-up/")).status_code == status
    made = [query["sql"] for query in caught.captured_queries]
    assert len([sql for sql in made if not sql.startswith(OF_TRANSACTIONS)]) == queries


def test_later_the_page_only_says_that_one_is_signed_up():
    activity, user = make_activity(), make_signed_in()
    make_sign_up(activity, user.person, created_at=clock.now() - timedelta(hours=1))
    html = signed_in(user).get(page(activity, "sign-up/")).content.decode()
    assert "<h1>您已报名</h1>" in html


def test_same_form_sent_twice_counts_once():
    activity, client = make_activity(), signed_in()
    key = key_of(client.get(page(activity, "sign-up/")))
    for _number in range(2):
        response = client.post(page(activity, "sign-up/"), {"client_key": key})
        assert response.status_code == 302
    assert (SignUp.objects.count(), seats_taken(activity)) == (1, 1)
    assert "您已经报过名了" in client.get(page(activity, "sign-up/")).content.decode()


def test_another_form_a_minute_later_counts_once_and_says_so():
    activity, client = make_activity(), signed_in()
    client.post(page(activity, "sign-up/"), {"client_key": "first-key-1"})
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        response = client.post(page(activity, "sign-up/"), {"client_key": "second-key-2"}, follow=True)
    assert response.status_code == 200
    assert "您已经报过名了，不用重复提交。" in response.content.decode()
    assert (SignUp.objects.count(), seats_taken(activity)) == (1, 1)


def test_old_form_after_cancelling_does_not_sign_up_again():
    activity, client = make_activity(), signed_in()
    client.post(page(activity, "sign-up/"), {"client_key": "first-key-1"})
    client.post(page(activity, "sign-up/cancel/"))
    response = client.post(page(activity, "sign-up/"), {"client_key": "first-key-1"}, follow=True)
    assert "请重新确认" in response.content.decode()
    assert seats_taken(activity) == 0
    client.post(page(activity, "sign-up/"), {"client_key": key_of(response)})
    assert seats_taken(activity) == 1


def test_page_opened_before_the_deadline_is_refused_after_it_with_the_reason():
    activity, client = make_activity(sign_up_closes_at=clock.now() + timedelta(hours=1)), signed_in()
    key = key_of(client.get(page(activity, "sign-up/")))
    with clock.frozen(clock.now() + timedelta(hours=2)):
        response = client.post(page(activity, "sign-up/"), {"client_key": key})
    assert response.status_code == 409
    html = response.content.decode()
    assert "已截止" in html
    assert "看同类活动" in html
    assert (SignUp.objects.count(), seats_taken(activity)) == (0, 0)


@pytest.mark.parametrize(
    ("values", "status", "words"),
    [
        ({"taken": 20}, 409, "名额刚刚被报满了。"),
        ({"sign_up_opens_at": clock.now() + timedelta(days=1)}, 409, "还没开始报名"),
        ({"state": "cancelled"}, 409, "活动已取消。"),
        ({"starts_in": -DAY}, 409, "活动已结束。"),
        ({"needs_sign_up": False}, 409, "不用报名，到场就能参加。"),
        ({"audience": "residents"}, 403, "居民。"),
        ({"min_age": 60}, 403, "有年龄要求"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_refusal_is_a_page_with_the_reason(values, status, words, method):
    activity = make_activity(**values)
    before = seats_taken(activity)
    response = getattr(signed_in(), method)(page(activity, "sign-up/"))
    assert response.status_code == status
    assert words in response.content.decode()
    assert "返回活动" in response.content.decode()
    assert (SignUp.objects.count(), seats_taken(activity)) == (0, before)


def test_clash_names_the_other_activity():
    user = make_signed_in()
    make_sign_up(make_activity("书法课堂"), user.person)
    response = signed_in(user).post(page(make_activity(), "sign-up/"))
    assert response.status_code == 409
    assert "书法课堂" in response.content.decode()


def test_residents_only_is_open_to_residents_and_to_no_other_community(cast):
    activity = make_activity(community=cast.community, audience="residents")
    assert cast.client("outsider_resident").post(page(activity, "sign-up/")).status_code == 403
    assert cast.client("resident").post(page(activity, "sign-up/")).status_code == 302
    assert list(Participant.objects.values_list("person", flat=True)) == [cast.resident.person_id]


@pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn"])
def test_post_for_what_is_not_published_is_not_found(state):
    activity = make_activity(state=state)
    assert signed_in().post(page(activity, "sign-up/")).status_code == 404
    assert SignUp.objects.count() == 0


def test_forged_fields_change_nothing():
    activity, other = make_activity(), make_signed_in("别人")
    user = make_signed_in()
    forged = {
        "client_key": "x", "person": other.person_id, "contact": other.person_id, "party_size": 50, "state": "attended",
        "on_behalf_of": other.person_id, "by": other.pk, "quota": 99, "activity": 99, "version": 7,
        "public_id": make_sign_up(make_activity(), other.person).public_id, "cutoff_hours": 0,
    }  # fmt: skip
    assert signed_in(user).post(page(activity, "sign-up/"), forged).status_code == 302
    party = SignUp.objects.get(quota__activity=activity)
    assert (party.contact, party.party_size, party.state, party.client_key) == (user.person, 1, "confirmed", None)
    assert party.cutoff_hours == 12
    assert list(history(party).values_list("on_behalf_of_id", flat=True)) == [None]


def test_account_without_person_is_told_where_to_go():
    user = make_signed_in()
    user.person = None
    user.save()
    client, activity = signed_in(user), make_activity()
    assert client.get(page(activity)).status_code == 200
    for method in (client.get, client.post):
        response = method(page(activity, "sign-up/"))
        assert response.status_code == 403
        assert "还没有关联到本人" in response.content.decode()
    assert client.get(page(activity, "sign-up/cancel/")).status_code == 404


@pytest.mark.parametrize("rest", ["sign-up/", "sign-up/cancel/"])
def test_token_of_another_session_is_refused_in_words(rest):
    activity, user = make_activity(), make_signed_in()
    make_sign_up(activity, user.person)
    client, thief = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    client.force_login(user)
    thief.force_login(make_signed_in())
    html = thief.get(page(make_activity(), "sign-up/")).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)[1]
    for data in ({}, {"csrfmiddlewaretoken": token}):
        response = client.post(page(activity, rest), data)
        assert response.status_code == 403
        assert "表单已过期" in response.content.decode()
    assert seats_taken(activity) == 1


# --- cancelling -------------------------------------------------------------------------------------------------------


def test_cancel_in_two_steps_gives_the_seat_back():
    activity, user = make_activity(), make_signed_in()
    make_sign_up(activity, user.person)
    client = signed_in(user)
    assert "要取消报名吗？" in client.get(page(activity, "sign-up/cancel/")).content.decode()
    done = client.post(page(activity, "sign-up/cancel/"), follow=True)
    assert done.redirect_chain == [("/me/", 302)]
    assert "已取消报名。想再参加，可以重新报名。" in done.content.decode()
    assert (SignUp.objects.get().state, seats_taken(activity)) == ("cancelled", 0)


def test_cancelling_again_is_friendly_and_changes_nothing():
    activity, user = make_activity(), make_signed_in()
    make_sign_up(activity, user.person)
    client = signed_in(user)
    client.post(page(activity, "sign-up/cancel/"))
    for method in (client.get, client.post):
        response = method(page(activity, "sign-up/cancel/"), follow=True)
        assert response.status_code == 200
        assert "这次报名已取消，不用再办。" in response.content.decode()
    assert seats_taken(activity) == 0


def test_late_cancelling_is_said_before_and_after():
    activity, user = make_activity(starts_in=timedelta(hours=5)), make_signed_in()
    make_sign_up(activity, user.person)
    client = signed_in(user)
    assert "临期取消" in client.get(page(activity, "sign-up/cancel/")).content.decode()
    assert "下回请早点告诉我们" in client.post(page(activity, "sign-up/cancel/"), follow=True).content.decode()
    assert SignUp.objects.get().state == "late_cancelled"


def test_cancelling_after_the_start_is_refused_with_the_reason():
    activity, user = make_activity(starts_in=timedelta(minutes=-10)), make_signed_in()
    make_sign_up(activity, user.person)
    client = signed_in(user)
    for method in (client.get, client.post):
        response = method(page(activity, "sign-up/cancel/"))
        assert response.status_code == 409
        assert "活动已经开始。" in response.content.decode()
    assert seats_taken(activity) == 1


def test_nobody_cancels_what_is_not_theirs():
    activity = make_activity()
    make_sign_up(activity)
    client = signed_in()
    assert client.get(page(activity, "sign-up/cancel/")).status_code == 404
    assert client.post(page(activity, "sign-up/cancel/")).status_code == 404
    assert seats_taken(activity) == 1


def test_whoever_signed_up_may_cancel_what_became_internal():
    activity, user = make_activity(), make_signed_in()
    make_sign_up(activity, user.person)
    Activity.objects.filter(pk=activity.pk).update(audience="internal")
    assert signed_in(user).post(page(activity, "sign-up/cancel/")).status_code == 302
    assert seats_taken(activity) == 0


def test_signing_up_again_after_cancelling_shows_the_latest_party():
    activity, user = make_activity(), make_signed_in()
    client = signed_in(user)
    for _number in range(2):
        client.post(page(activity, "sign-up/"))
        client.post(page(activity, "sign-up/cancel/"))
    assert SignUp.objects.filter(contact=user.person, state="cancelled").count() == 2
    client.post(page(activity, "sign-up/"))
    assert "要取消报名吗？" in client.get(page(activity, "sign-up/cancel/")).content.decode()


def test_team_only_activity_names_the_team():
    team = make_team("党旗红")
    activity = make_activity(community=team.community, team=team, audience="team")
    resident = make_resident(community=team.community)
    user = make_signed_in()
    user.person = resident.person
    response = signed_in(user).get(page(activity, "sign-up/"))
    assert response.status_code == 403
    assert "党旗红" in response.content.decode()
