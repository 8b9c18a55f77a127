"""Until when one may cancel without being late: promised at sign-up, and said on every page that offers it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from core import clock
from events import presentation
from events.models import Activity, SignUp
from events.services import sign_ups
from grids.models import Community
from tests.event_factories import make_activity, make_sign_up, make_signed_in
from tests.factories import make_community

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2025, 11, 24, 9, 0, tzinfo=ZONE)
STARTS = datetime(2025, 11, 28, 6, 0, tzinfo=ZONE)
CUTOFF = datetime(2025, 11, 27, 18, 0, tzinfo=ZONE)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
BEFORE = "11月27日 周四 18:00</time> 前可以随时取消，之后算临期取消。"
LATE = "活动快开始了，从现在起取消算临期取消。"


@pytest.fixture(autouse=True)
def _frozen():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def activity():
    return make_activity("书法课堂", starts_at=STARTS)


@pytest.fixture
def user():
    return make_signed_in()


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def pages(activity, user):
    """What the pages say to somebody who has signed up: the activity, the sign-up page, the own page."""
    path = f"/activities/{activity.public_id}/"
    return [client_of(user).get(address).content.decode() for address in (path, f"{path}sign-up/", "/me/")]


def test_said_before_signing_up(activity, user):
    path = f"/activities/{activity.public_id}/sign-up/"
    assert BEFORE in client_of(user).get(path).content.decode()
    with clock.frozen(CUTOFF):
        html = client_of(user).get(path).content.decode()
    assert LATE in html
    assert BEFORE not in html


def test_said_on_every_page_of_somebody_who_signed_up(activity, user):
    make_sign_up(activity, user.person)
    for at, said, unsaid in ((CUTOFF - SECOND, BEFORE, LATE), (CUTOFF, LATE, BEFORE)):
        with clock.frozen(at):
            for html in pages(activity, user):
                assert said in html
                assert unsaid not in html
                assert "取消报名" in html


def test_after_the_start_nothing_offers_to_cancel(activity, user):
    make_sign_up(activity, user.person)
    with clock.frozen(STARTS):
        for html in pages(activity, user):
            assert BEFORE not in html
            assert LATE not in html
            assert "取消报名" not in html


@pytest.mark.parametrize(("hours", "text"), [(0, "11月28日 周五 6:00"), (48, "11月26日 周三 6:00")])
def test_the_moment_is_that_of_the_community(hours, text):
    community = make_community(settings={"events.cancel_cutoff_hours": hours})
    activity = make_activity(community=community, starts_at=STARTS)
    assert text in presentation.cancel_words(activity, None, NOW)


def test_what_was_promised_holds_when_the_community_changes_its_limit(activity, user):
    party = sign_ups.sign_up(activity, user.person, by=user).sign_up
    Community.objects.filter(pk=activity.community_id).update(settings={"events.cancel_cutoff_hours": 72})
    stored = SignUp.objects.select_related("quota__activity__community").get(pk=party.pk)
    assert stored.cutoff_hours == 12
    assert BEFORE in client_of(user).get("/me/").content.decode()
    newer = presentation.cancel_words(Activity.objects.get(pk=activity.pk), None, NOW)
    assert "11月25日 周二 6:00" in newer
    assert sign_ups.cancel(stored, by=user, at=CUTOFF - SECOND).transition.verb == "cancel"


def test_the_moment_moves_with_the_activity(activity, user):
    party = sign_ups.sign_up(activity, user.person, by=user).sign_up
    later = {"starts_at": STARTS + 24 * HOUR, "ends_at": STARTS + 26 * HOUR}
    Activity.objects.filter(pk=activity.pk).update(**later)
    assert sign_ups.cancel(party, by=user, at=CUTOFF + 23 * HOUR).transition.verb == "cancel"


def test_whoever_has_a_seat_in_what_is_called_off_is_told_so(activity, user):
    make_sign_up(activity, user.person)
    Activity.objects.filter(pk=activity.pk).update(state="cancelled")
    response = client_of(user).get(f"/activities/{activity.public_id}/sign-up/")
    assert response.status_code == 409
    assert "活动已取消。" in response.content.decode()
