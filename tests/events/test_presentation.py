"""What cards and the panel say in every state."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core import clock
from core.models import Transition
from core.refusals import Refusal, Refused
from events import presentation
from events.models import Activity
from events.presentation import Phase
from events.services.standings import Standing, why_closed
from tests.event_factories import make_activity, make_sign_up, make_signed_in, quota_of
from tests.factories import make_community, make_partner, make_team, make_venue

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def state_of(activity, at=None):
    activity = presentation.for_cards(Activity.objects.all()).get(pk=activity.pk)
    return presentation.phase_of(activity, presentation.quota_of(activity), at)


def panel_of(activity, **how):
    return presentation.panel(presentation.for_cards(Activity.objects.all()).get(pk=activity.pk), **how)


def labels(panel):
    return [act.label for act in panel.acts]


@pytest.mark.parametrize(
    ("values", "phase"),
    [
        ({}, Phase.OPEN),
        ({"capacity": 60, "taken": 55}, Phase.FEW),
        ({"capacity": 60, "taken": 54}, Phase.OPEN),
        ({"capacity": 20, "taken": 17}, Phase.FEW),
        ({"capacity": 20, "taken": 16}, Phase.OPEN),
        ({"taken": 20}, Phase.FULL),
        ({"sign_up_opens_at": NOON + DAY}, Phase.NOT_YET),
        ({"sign_up_closes_at": NOON - timedelta(hours=1)}, Phase.CLOSED),
        ({"needs_sign_up": False, "capacity": None}, Phase.WITHOUT),
        ({"capacity": None}, Phase.CLOSED),
        ({"state": "finished", "starts_in": -DAY}, Phase.FINISHED),
        ({"starts_in": -DAY}, Phase.FINISHED),
        ({"needs_sign_up": False, "starts_in": -DAY}, Phase.FINISHED),
        ({"state": "cancelled"}, Phase.CANCELLED),
        ({"state": "cancelled", "starts_in": -DAY}, Phase.CANCELLED),
        ({"state": "postponed"}, Phase.POSTPONED),
    ],
)
def test_phase(values, phase):
    with clock.frozen(NOON):
        assert state_of(make_activity(**values)) == phase


def test_phase_is_open_exactly_when_the_service_and_the_queryset_say_so():
    cases = ({}, {"taken": 20}, {"sign_up_opens_at": NOON + DAY}, {"needs_sign_up": False}, {"starts_in": -DAY})
    with clock.frozen(NOON):
        for values in cases:
            activity = make_activity(**values)
            is_open = state_of(activity) in (Phase.OPEN, Phase.FEW)
            assert is_open == (why_closed(activity, quota_of(activity)) is None)
            assert is_open == Activity.objects.open_for_sign_up().filter(pk=activity.pk).exists()


def test_sign_up_closes_at_the_very_moment():
    with clock.frozen(NOON):
        activity = make_activity(sign_up_closes_at=NOON + DAY)
    assert state_of(activity, NOON + DAY - timedelta(seconds=1)) == Phase.OPEN
    assert state_of(activity, NOON + DAY) == Phase.CLOSED


def test_every_phase_has_word_and_tone():
    assert {phase for phase in Phase if phase.label and presentation.TONES[phase]} == set(Phase)


@pytest.mark.parametrize(
    ("values", "heading", "tone", "acts"),
    [
        ({}, "正在报名", "open", ["我要报名"]),
        ({"taken": 18}, "名额不多", "few", ["我要报名"]),
        ({"taken": 20}, "名额已满", "full", ["看同类活动", "打电话 0475-8888888"]),
        ({"sign_up_opens_at": NOON + DAY}, "还没开始报名", "info", ["添加到日历"]),
        ({"sign_up_closes_at": NOON - DAY / 2}, "报名已截止", "off", ["看同类活动", "打电话 0475-8888888"]),
        ({"needs_sign_up": False}, "不用报名", "open", ["添加到日历"]),
        ({"starts_in": -DAY}, "活动已结束", "off", ["看看接下来的活动"]),
        ({"state": "cancelled"}, "活动已取消", "off", ["看同类活动", "打电话 0475-8888888"]),
        ({"state": "postponed"}, "活动改期", "few", ["打电话 0475-8888888"]),
    ],
)
def test_panel_for_a_visitor(values, heading, tone, acts):
    with clock.frozen(NOON):
        panel = panel_of(make_activity(community=make_community(phone="0475-8888888"), **values))
        assert (panel.heading, panel.tone, labels(panel)) == (heading, tone, acts)


def test_panel_without_any_phone_offers_no_call():
    panel = panel_of(make_activity(taken=20))
    assert labels(panel) == ["看同类活动"]
    assert panel.more == "不方便上网？到社区窗口，我们替您报名。"


def test_panel_says_how_many_seats_are_left_and_until_when():
    activity = make_activity(taken=18)
    panel = panel_of(activity)
    assert panel.sentence == "只剩 2 个名额，先报先得。"
    assert panel.closes == activity.sign_up_closes_at
    assert (panel.seats.taken, panel.seats.capacity) == (18, 20)


def test_panel_of_somebody_who_has_signed_up():
    activity, person = make_activity(), make_signed_in().person
    panel = panel_of(activity, standing=Standing(make_sign_up(activity, person), Refused(Refusal.ALREADY)))
    assert panel.heading == "您已报名"
    assert labels(panel) == ["添加到日历", "取消报名"]


def test_panel_of_a_full_activity_still_knows_who_has_signed_up():
    activity, person = make_activity(capacity=1), make_signed_in().person
    panel = panel_of(activity, standing=Standing(make_sign_up(activity, person), Refused(Refusal.ALREADY)))
    assert panel.heading == "您已报名"


def test_panel_tells_those_who_had_signed_up_that_it_is_cancelled():
    activity = make_activity(state="cancelled")
    standing = Standing(make_sign_up(activity, make_signed_in().person), Refused(Refusal.CANCELLED))
    panel = panel_of(activity, standing=standing, reason="大风预警")
    assert panel.heading == "活动已取消"
    assert panel.sentence == "原因：大风预警 您报过名，不用再做什么。"


@pytest.mark.parametrize(
    ("refused", "sentence"),
    [
        (
            Refused(Refusal.NOT_RESIDENT, community="新城社区"),
            "这场活动面向新城社区居民。您住在这里的话，请到社区窗口登记住处。",
        ),
        (Refused(Refusal.TOO_YOUNG, age=60), "这场活动面向 60 岁及以上居民。"),
        (Refused(Refusal.CLASH, title="书法课堂"), "这段时间您已报名“书法课堂”。"),
        (Refused(Refusal.NO_PERSON), "您的账号还没有关联到本人，请到社区窗口办理。"),
    ],
)
def test_panel_says_why_this_person_cannot_sign_up(refused, sentence):
    panel = panel_of(make_activity(), standing=Standing(None, refused))
    assert (panel.heading, panel.sentence) == ("您暂时不能报名", sentence)
    assert "我要报名" not in labels(panel)


def test_card_of_an_activity_without_sign_up():
    activity = presentation.for_cards(Activity.objects.filter(pk=make_activity(needs_sign_up=False).pk)).get()
    card = presentation.card(activity)
    assert (card.badge_label, card.badge_tone, card.note, card.seats) == ("不用报名", "go", "到场就能参加", None)


def test_card_of_what_cannot_be_joined_now_does_not_offer_its_free_seats():
    with clock.frozen(NOON):
        make_activity("甲", sign_up_opens_at=NOON + DAY, taken=0)
        make_activity("乙", sign_up_closes_at=NOON - DAY / 2, taken=5)
        cards = [presentation.card(row) for row in presentation.for_cards(Activity.objects.order_by("pk"))]
        assert [card.seats.text for card in cards] == ["共 20 个名额", "已报 5 人"]


def test_card_of_a_record_of_history_shows_no_invented_date():
    community = make_community()
    for values in ({"held_note": "每年七一前后"}, {"held_on": date(2012, 10, 1), "held_precision": "season"}):
        Activity.objects.create(title="旧事", community=community, state="counted", **values)
    cards = [presentation.card(row) for row in presentation.for_cards(Activity.objects.order_by("pk"))]
    assert [(card.starts_at, card.undated, card.note) for card in cards] == [
        (None, "未记载", "每年七一前后"),
        (None, "2012年秋", ""),
    ]


def test_facts_leave_out_what_is_unknown():
    venue = make_venue("服务中心", access_notes="有坡道")
    activity = make_activity(community=venue.community, venue=venue, min_age=60, fee_note="免费")
    found = presentation.facts(presentation.for_cards(Activity.objects.all()).get(pk=activity.pk))
    known = {fact.label: str(fact.value) for fact in found if fact.value}
    assert set(known) == {"时间", "地点", "无障碍", "对象", "费用", "主办"}
    assert (known["地点"], known["无障碍"], known["对象"]) == ("服务中心", "有坡道", "谁都可以来，60 岁及以上")


def test_facts_name_team_and_partners_by_role():
    community = make_community("新城社区")
    activity = make_activity(community=community, team=make_team("党旗红", community=community), audience="residents")
    for name, role in (("法院", "co_organiser"), ("妇联", "support"), ("街道", "lead")):
        activity.partners.create(partner_unit=make_partner(name, community=community), role=role)
    known = {fact.label: str(fact.value) for fact in presentation.facts(activity)}
    assert known["对象"] == "新城社区居民"
    assert (known["协办"], known["支持单位"]) == ("法院", "妇联")
    assert known["主办"].endswith("党旗红</a>、街道")


def test_steps_start_with_publication_and_hide_what_was_before():
    verbs = ("create", "publish", "finish")
    rows = [Transition(verb=verb, at=NOON + number * DAY) for number, verb in enumerate(verbs)]
    found = presentation.steps(rows, [NOON, NOON + DAY * 1.5])
    assert [step.text for step in found] == ["已发布", "时间或地点有变动，请看最新安排", "已举办"]
