"""The clerk signs somebody up who stands at the counter: found by a whole number, or recorded anew."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Person
from core import clock
from core.models import AuditEntry, Transition
from events.models import SignUp
from grids.models import Posting
from tests.event_factories import make_activity, make_sign_up, make_signed_in, quota_of
from tests.factories import make_person

pytestmark = pytest.mark.django_db

PHONE = "13812345678"


@pytest.fixture
def activity(cast):
    return make_activity("义务理发", community=cast.community, capacity=2)


def send(cast, activity, number="", name="", who="clerk"):
    url = reverse("admin:events_activity_act", args=[activity.pk, "sign_up"])
    return cast.client(who).post(url, {"number": number, "name": name})


def test_known_resident_is_signed_up_on_behalf(cast, activity):
    person = make_person("王小明", phone=PHONE)

    response = send(cast, activity, "１３８ 1234 5678")

    party = SignUp.objects.get()
    step = Transition.objects.get(verb="create", content_type__model="signup")
    assert response.status_code == 302
    assert (party.contact, party.state, quota_of(activity).seats_taken) == (person, "confirmed", 1)
    assert (step.actor, step.on_behalf_of_id) == (cast.clerk, person.pk)
    assert AuditEntry.objects.filter(verb="look_up", object_id=person.pk).count() == 1


def test_somebody_without_a_phone_is_recorded_and_signed_up(cast, activity):
    assert send(cast, activity, name="李奶奶").status_code == 302
    assert SignUp.objects.get().contact.name == "李奶奶"


def test_unknown_number_needs_a_name_and_keeps_what_was_typed(cast, activity):
    response = send(cast, activity, PHONE)

    assert (response.status_code, PHONE in response.content.decode()) == (422, True)
    assert (SignUp.objects.count(), Person.objects.filter(phone_index__isnull=False, name="").count()) == (0, 0)


def test_full_activity_is_refused_and_records_nobody_new(cast):
    full = make_activity(community=cast.community, capacity=1, taken=1)
    before = Person.objects.count()

    response = send(cast, full, name="李奶奶")

    assert response.status_code in (403, 409, 422)
    assert (SignUp.objects.count(), Person.objects.count()) == (0, before)


def test_the_same_person_is_signed_up_once_and_the_clerk_is_told_who(cast, activity):
    make_person("王小明", phone=PHONE)
    send(cast, activity, PHONE)

    response = send(cast, activity, PHONE)

    assert response.status_code == 422
    assert "王小明已经报过名了，不用再办。" in response.content.decode()
    assert quota_of(activity).seats_taken == 1


def test_what_else_somebody_does_at_that_time_is_not_told_to_the_clerk(cast, activity):
    person = make_person("王小明", phone=PHONE)
    make_sign_up(make_activity("别处的活动"), person)

    response = send(cast, activity, PHONE)

    assert response.status_code == 422
    html = response.content.decode()
    assert "这段时间本人已报名别的活动" in html
    assert "别处的活动" not in html
    assert quota_of(activity).seats_taken == 0


def test_birth_date_unknown_is_refused_at_the_counter_too(cast):
    limited = make_activity(community=cast.community, min_age=60)
    make_person("王小明", phone=PHONE)

    response = send(cast, limited, PHONE)

    assert (response.status_code, "出生日期还没有登记" in response.content.decode()) == (422, True)
    assert quota_of(limited).seats_taken == 0


def test_a_right_that_ended_in_between_refuses(cast, activity):
    client = cast.client("clerk")
    url = reverse("admin:events_activity_act", args=[activity.pk, "sign_up"])
    assert client.get(url).status_code == 200
    Posting.objects.filter(user=cast.clerk).update(ended_at=clock.now())

    assert client.post(url, {"number": "", "name": "李奶奶"}).status_code in (302, 403, 404)
    assert (SignUp.objects.count(), quota_of(activity).seats_taken) == (0, 0)


def test_an_account_closed_in_between_signs_nobody_up(activity):
    user = make_signed_in()
    client = Client()
    client.force_login(user)
    path = f"/activities/{activity.public_id}/sign-up/"
    assert client.get(path).status_code == 200
    user.is_active = False
    user.save(update_fields=["is_active"])

    response = client.post(path)

    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={path}")
    assert SignUp.objects.count() == 0


@pytest.mark.parametrize(("who", "status"), [("outsider", 404), ("gridworker", 403)])
def test_only_staff_of_the_community_may(cast, activity, who, status):
    assert send(cast, activity, name="李奶奶", who=who).status_code == status
    assert SignUp.objects.count() == 0
