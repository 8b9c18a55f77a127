"""How a person stands to many activities at once: as to each alone, and as the POST answers."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.refusals import Refusal, Refused
from events import presentation
from events.models import Activity, Session
from events.services import sign_ups, standings
from events.services.seats import seats_disagreeing
from tests.event_factories import make_activity, make_sign_up, make_signed_in, quota_of
from tests.factories import make_community, make_resident, make_team, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 11, 24, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIST = "/activities/"


@pytest.fixture(autouse=True)
def _frozen():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def user():
    return make_signed_in()


def refusal(call, *args, **words):
    with pytest.raises(Refused) as caught:
        call(*args, **words)
    return caught.value


def sign_up(activity, user, **words):
    return sign_ups.sign_up(activity, user.person, by=user, **words)


def with_sessions(activity, *spans):
    """Give `activity` sessions that begin and end so many hours after its start."""
    Session.objects.filter(activity=activity).delete()
    begin = activity.starts_at
    for seq, (starts, ends) in enumerate(spans, start=1):
        Session.objects.create(activity=activity, seq=seq, starts_at=begin + starts * HOUR, ends_at=begin + ends * HOUR)
    activity.ends_at = begin + max(ends for _starts, ends in spans) * HOUR
    activity.save(update_fields=["ends_at"])
    return activity


# --- one answer in three places -----------------------------------------------------------------------------------

ACTIVITIES = st.fixed_dictionaries({
    "state": st.sampled_from(["published"] * 8 + ["draft", "withdrawn", "postponed", "cancelled", "finished"]),
    "audience": st.sampled_from(["everyone", "everyone", "residents", "team", "internal"]),
    "ages": st.sampled_from([(None, None), (None, None), (18, None), (None, 60), (18, 60)]),
    "starts": st.sampled_from([-30, -1, 1, 2, 3, 26]),
    "sessions": st.sampled_from([((0, 1),), ((0, 2),), ((0, 1), (2, 3)), ((0, 1), (4, 5), (25, 26))]),
    "window": st.sampled_from([(-2, 2), (-2, 2), (-2, 0), (0, 2), (1, 2), None]),
    "seats": st.sampled_from([(3, 0), (3, 0), (3, 3), None]),
    "needs_sign_up": st.sampled_from([True, True, True, False]),
    "mine": st.sampled_from([None, None, "confirmed", "cancelled"]),
    "away": st.booleans(),
})  # fmt: skip
PEOPLE = st.fixed_dictionaries({
    "born": st.sampled_from([None, date(2007, 11, 24), date(2007, 11, 25), date(1964, 11, 25), date(1990, 1, 1)]),
    "home_until": st.sampled_from([None, NOW.date(), NOW.date() - DAY, NOW.date() + DAY]),
    "leads": st.booleans(),
    "linked": st.sampled_from([True, True, True, True, False]),
})  # fmt: skip


def build(values, communities, teams):
    starts_at = NOW + values["starts"] * HOUR
    place = int(values["away"])
    last = max(ends for _starts, ends in values["sessions"])
    window = {"sign_up_opens_at": None, "sign_up_closes_at": None}
    if values["window"]:
        opens, closes = (NOW + hours * HOUR for hours in values["window"])
        closes = min(closes, starts_at + last * HOUR)
        window = {"sign_up_opens_at": min(opens, closes - HOUR), "sign_up_closes_at": closes}
    capacity, taken = values["seats"] or (None, 0)
    activity = make_activity(
        community=communities[place], team=teams[place], state=values["state"], audience=values["audience"],
        min_age=values["ages"][0], max_age=values["ages"][1], starts_at=starts_at, ends_at=starts_at + last * HOUR,
        capacity=capacity, taken=taken, needs_sign_up=values["needs_sign_up"], **window,
    )  # fmt: skip
    return with_sessions(activity, *values["sessions"])


def posted(activity, person, user):
    """What the POST answers: a refusal and its words, or None; undone again."""
    try:
        with transaction.atomic():
            sign_ups.sign_up(activity, person, by=user)
            transaction.set_rollback(True)
    except Refused as refused:
        return refused.refusal, refused.words
    return None


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ACTIVITIES, min_size=1, max_size=5), who=PEOPLE)
def test_list_page_and_post_give_the_same_answer(rows, who):
    with transaction.atomic():
        communities = [make_community(), make_community()]
        user = make_signed_in(birth_date=who["born"])
        person = user.person if who["linked"] else None
        if not who["linked"]:
            user.person = None
        teams = [make_team(community=communities[0], leader=person if who["leads"] else None)]
        teams.append(make_team(community=communities[1]))
        if person:
            make_resident(person, community=communities[0], until=who["home_until"])
        made = [build(values, communities, teams) for values in rows]
        for activity, values in zip(made, rows, strict=True):
            if person and values["mine"] and values["seats"] == (3, 0):
                make_sign_up(activity, person, state=values["mine"])
        found = list(presentation.for_list(Activity.objects.filter(pk__in=[one.pk for one in made])))
        quotas = {one.pk: presentation.quota_of(one) for one in found}
        many = standings.standings(found, person, quotas=quotas, user=user, at=NOW)
        for activity in found:
            alone = standings.standing(Activity.objects.get(pk=activity.pk), person, user=user, at=NOW)
            one = many[activity.pk]
            assert one.sign_up == alone.sign_up
            answers = [(each.refused.refusal, each.refused.words) if each.refused else None for each in (one, alone)]
            assert answers[0] == answers[1] == posted(activity, person, user)
        transaction.set_rollback(True)


def test_standings_of_a_visitor(user):
    activity = make_activity()
    quotas = {activity.pk: quota_of(activity)}
    found = standings.standings([activity], None, quotas=quotas)
    assert (found[activity.pk].sign_up, found[activity.pk].refused.refusal) == (None, Refusal.SIGN_IN)


# --- the list -----------------------------------------------------------------------------------------------------


def cards(client):
    shown = [card for group in client.get(LIST).context["groups"] for card in group.cards]
    return {card.title: (card.badge_label, card.reason) for card in shown}


def test_list_says_how_one_stands_to_each():
    user = make_signed_in(birth_date=date(1990, 1, 1))
    community = make_community("友谊社区")
    late = 9 * DAY
    mine = make_activity("我的")
    make_sign_up(mine, user.person)
    make_activity("同时")
    make_activity("开放", starts_in=late)
    make_activity("居民", starts_in=late, community=community, audience="residents")
    make_activity("队员", starts_in=late, community=community, audience="team")
    make_activity("老人", starts_in=late, min_age=60)
    make_activity("少年", starts_in=late, max_age=14)
    make_activity("满了", starts_in=late, taken=20)
    make_sign_up(make_activity("取消了", starts_in=late, state="cancelled"), user.person)
    client = Client()
    client.force_login(user)
    assert cards(client) == {
        "我的": ("已报名", ""),
        "同时": ("不可报名", "这段时间您已报名“我的”。"),
        "开放": ("正在报名", ""),
        "居民": ("不可报名", "这场活动面向友谊社区居民。您住在这里的话，请到社区窗口登记住处。"),
        "队员": ("不可报名", "这场活动面向友谊社区的成员。"),
        "老人": ("不可报名", "这场活动面向 60 岁及以上居民。"),
        "少年": ("不可报名", "这场活动面向 14 岁及以下居民。"),
        "满了": ("名额已满", ""),
        "取消了": ("已取消", ""),
    }
    assert "这段时间您已报名“我的”。" in client.get(LIST).content.decode()
    assert {label for label, _reason in cards(Client()).values()} == {"正在报名", "名额已满", "已取消"}


def test_list_for_an_account_without_person_or_birth_date():
    make_activity("老人", min_age=60)
    client = Client()
    client.force_login(make_signed_in())
    assert cards(client) == {"老人": ("不可报名", str(Refused(Refusal.AGE_UNKNOWN)))}
    nobody = make_user()
    nobody.person = None
    nobody.save()
    client.force_login(nobody)
    assert cards(client) == {"老人": ("不可报名", str(Refused(Refusal.NO_PERSON)))}


@pytest.mark.parametrize("count", [1, 50])
def test_list_of_somebody_signed_in_needs_the_same_queries_for_one_and_for_many(django_assert_num_queries, count):
    user, community = make_signed_in(birth_date=date(1990, 1, 1)), make_community()
    make_resident(user.person, community=community)
    make_sign_up(make_activity(starts_in=DAY, lasts=2 * DAY), user.person)
    for number in range(count):
        make_activity(community=community, audience="residents", starts_in=DAY + number * HOUR)
        make_activity(community=community, team=make_team(community=community), audience="team", starts_in=DAY)
        make_sign_up(make_activity(starts_in=(40 + number) * DAY), user.person)
    client = Client()
    client.force_login(user)
    client.get(LIST)
    with django_assert_num_queries(9):
        assert client.get(LIST).status_code == 200


def test_standings_need_at_most_four_queries(django_assert_num_queries, user):
    community, team = make_community(), make_team()
    make_sign_up(make_activity(starts_in=DAY, lasts=2 * DAY), user.person)
    made = [make_activity(community=community, audience="residents", starts_in=DAY) for _number in range(9)]
    made += [make_activity(team=team, audience="team", starts_in=DAY + HOUR) for _number in range(9)]
    quotas = {one.pk: quota_of(one) for one in made}
    with django_assert_num_queries(4):
        found = standings.standings(made, user.person, quotas=quotas, at=NOW)
    assert {one.refused.refusal for one in found.values()} == {Refusal.NOT_RESIDENT, Refusal.NOT_IN_TEAM}


# --- sessions that clash ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spans", "clashes"),
    [
        (((0, 2),), True),
        (((2, 4),), False),
        (((1, 3),), True),
        (((2, 4), (6, 24)), False),
        (((2, 4), (6, 25)), True),
        (((26, 28),), False),
        (((2, 24),), False),
    ],
)
def test_activities_with_several_sessions_clash_by_session(user, spans, clashes):
    """The one held meets at 0–2 and 24–26 hours after its start."""
    held = with_sessions(make_activity("书法课堂", starts_at=NOW + DAY), (0, 2), (24, 26))
    sign_up(held, user)
    first = spans[0][0]
    other = make_activity(starts_at=NOW + DAY + first * HOUR)
    with_sessions(other, *[(starts - first, ends - first) for starts, ends in spans])
    if clashes:
        assert refusal(sign_up, other, user).words == {"title": "书法课堂"}
    else:
        assert sign_up(other, user).already is False
    assert seats_disagreeing() == []


def test_the_title_of_the_first_that_really_clashes_is_named(user):
    sign_up(with_sessions(make_activity("只在早晚", starts_at=NOW + DAY), (0, 1), (8, 9)), user)
    sign_up(make_activity("中午", starts_at=NOW + DAY + 4 * HOUR), user)
    wanted = make_activity(starts_at=NOW + DAY + 3 * HOUR)
    assert refusal(sign_up, wanted, user).words == {"title": "中午"}


# --- residents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until", "resident"),
    [
        (-400, None, True),
        (-400, 1, True),
        (-400, 0, True),
        (-400, -1, False),
        (0, None, True),
        (1, None, False),
    ],
)
def test_who_lives_there_on_the_day_of_signing_up_is_a_resident(since, until, resident):
    """Both days count; what happens to the home until the day of the activity does not matter."""
    today = NOW.date()
    days = {"since": today + since * DAY, "until": None if until is None else today + until * DAY}
    home = make_resident(make_signed_in().person, **days)
    user = home.person.user
    activity = make_activity(community=home.community, audience="residents", starts_in=30 * DAY)
    if resident:
        assert sign_up(activity, user).already is False
    else:
        assert refusal(sign_up, activity, user).refusal == Refusal.NOT_RESIDENT


def test_the_last_day_of_a_home_ends_at_midnight_where_the_community_is():
    home = make_resident(make_signed_in().person, until=NOW.date())
    user, midnight = home.person.user, datetime(2025, 11, 25, tzinfo=NOW.tzinfo)
    activity = make_activity(community=home.community, audience="residents")
    at = [
        standings.why_not_sign_up(activity, user.person, at=when)
        for when in (midnight - timedelta(seconds=1), midnight)
    ]
    assert (at[0], at[1].refusal) == (None, Refusal.NOT_RESIDENT)


def test_a_seat_is_kept_when_the_home_ends_afterwards():
    home = make_resident(make_signed_in().person)
    activity = make_activity(community=home.community, audience="residents")
    party = sign_up(activity, home.person.user).sign_up
    home.until = NOW.date() - DAY
    home.save(update_fields=["until"])
    found = standings.standing(activity, home.person)
    assert (found.sign_up, found.refused.refusal) == (party, Refusal.ALREADY)
    assert sign_ups.cancel(party, by=home.person.user).already is False


# --- the window, to the second ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-1, Refusal.NOT_OPEN_YET), (0, None), (3599, None), (3600, Refusal.SIGN_UP_CLOSED)],
)
def test_the_window_is_half_open_to_the_second(user, seconds, expected):
    activity = make_activity(sign_up_opens_at=NOW, sign_up_closes_at=NOW + HOUR)
    at = NOW + timedelta(seconds=seconds)
    asked = standings.why_not_sign_up(activity, user.person, at=at)
    assert (asked and asked.refusal) == expected
    assert Activity.objects.open_for_sign_up(at).filter(pk=activity.pk).exists() == (expected is None)
    if expected:
        assert refusal(sign_up, activity, user, at=at).refusal == expected
    else:
        assert sign_up(activity, user, at=at).already is False
