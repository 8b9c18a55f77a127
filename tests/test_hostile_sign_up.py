"""Signing up and cancelling with bad input over HTTP: double clicks, old pages, forged fields, other people's forms."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from core import clock
from events.models import Quota, SignUp
from events.services.seats import seats_disagreeing
from tests.test_hostile import text_of


def sign_up_path(activity) -> str:
    return reverse("events:activity_sign_up", args=[activity.public_id])


def form_of(client, path) -> dict[str, str]:
    """The hidden fields of the form at `path`, as a browser sends them."""
    body = text_of(client.get(path))
    main = body[body.index("<main") :]
    inputs = re.findall(r"<input\b[^>]*>", main)
    pairs = [(re.search(r'name="([^"]*)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs]
    return {name[1]: unescape(value[1]) for name, value in pairs if name and value}


def states(activity) -> list[str]:
    return sorted(SignUp.objects.filter(quota__activity=activity).values_list("state", flat=True))


def test_double_click_signs_up_once(stage):
    activity, client = stage.a.activities["published"], stage.cast.client("resident")
    before = states(activity)
    path = sign_up_path(activity)
    form = form_of(client, path)
    answers = [client.post(path, form, follow=True) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert states(activity) == sorted([*before, "confirmed"])
    assert seats_disagreeing() == []


def test_same_form_a_minute_later_changes_nothing(stage):
    activity, client = stage.a.activities["published"], stage.cast.client("resident")
    path = sign_up_path(activity)
    form = form_of(client, path)
    client.post(path, form)
    before = states(activity)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        answer = client.post(path, form, follow=True)
    assert answer.status_code == 200
    assert states(activity) == before


def test_old_form_sent_after_cancelling_does_not_sign_up_anew(stage):
    activity, client = stage.a.activities["published"], stage.cast.client("resident")
    path = sign_up_path(activity)
    form = form_of(client, path)
    client.post(path, form)
    client.post(cancel_path(activity), form_of(client, cancel_path(activity)))
    before = states(activity)
    answer = client.post(path, form, follow=True)
    assert answer.status_code == 200
    assert states(activity) == before == ["cancelled", "confirmed"]
    assert seats_disagreeing() == []


def test_fresh_form_of_somebody_signed_up_is_refused(stage):
    activity, client = stage.a.activities["published"], stage.cast.client("resident")
    path = sign_up_path(activity)
    form = form_of(client, path)
    client.post(path, form)
    before = states(activity)
    answer = client.post(path, {})
    assert answer.status_code in {302, 403, 409}
    assert states(activity) == before


def test_page_opened_before_the_deadline_is_refused_after_it(stage):
    activity, client = stage.a.activities["published"], stage.cast.client("resident")
    path = sign_up_path(activity)
    form = form_of(client, path)
    before = states(activity)
    with clock.frozen(activity.sign_up_closes_at):
        answer = client.post(path, form)
    assert answer.status_code in {403, 409, 422}
    assert "截止" in text_of(answer)
    assert states(activity) == before


@pytest.mark.parametrize("name", ["draft", "in_review", "withdrawn", "internal"])
@pytest.mark.parametrize("side", ["a", "b"])
def test_what_is_not_public_cannot_be_signed_up_for(stage, side, name):
    activity = getattr(stage, side).activities[name]
    answer = stage.cast.client("resident").post(sign_up_path(activity), {})
    assert answer.status_code == 404
    assert states(activity) == []
    assert activity.title not in text_of(answer)


def test_residents_only_activity_of_another_community_says_why(stage):
    activity, client = stage.b.activities["residents"], stage.cast.client("resident")
    answer = client.post(sign_up_path(activity), {})
    assert answer.status_code == 403
    assert "乙社区" in text_of(answer)
    assert states(activity) == []


def test_full_activity_says_so(stage):
    activity = stage.a.activities["full"]
    answer = stage.cast.client("resident").post(sign_up_path(activity), {})
    assert answer.status_code in {403, 409}
    assert "名额" in text_of(answer)
    assert seats_disagreeing() == []


def test_forged_fields_change_nothing_but_the_own_sign_up(stage):
    activity, other = stage.a.activities["published"], stage.b.activities["full"]
    client, path = stage.cast.client("resident"), sign_up_path(activity)
    form = form_of(client, path)
    forged = {
        "state": "attended", "person": stage.b.neighbour.pk, "contact": stage.b.neighbour.pk, "party_size": 50,
        "quota": Quota.objects.get(activity=other).pk, "seats_taken": 0, "capacity": 99999, "on_behalf_of": 1,
        "activity": other.pk, "by": stage.cast.clerk.pk, "is_staff": "on", "version": -1,
    }  # fmt: skip
    answer = client.post(path, {**form, **forged})
    assert answer.status_code == 302
    made = SignUp.objects.filter(quota__activity=activity).latest("pk")
    assert (made.state, made.party_size, made.contact_id) == ("confirmed", 1, stage.cast.resident.person_id)
    assert list(made.participants.values_list("person_id", flat=True)) == [stage.cast.resident.person_id]
    assert states(other) == ["confirmed"]
    assert seats_disagreeing() == []


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 5000, "<script>", "../../etc/passwd", "钥匙" * 10, "a b c d e f g h"]
)
def test_spoilt_key_of_a_form_is_no_error(stage, key):
    activity, client = stage.a.activities["published"], stage.cast.client("resident")
    path = sign_up_path(activity)
    form = form_of(client, path)
    spoilt = {name: key if name not in {"csrfmiddlewaretoken"} else value for name, value in form.items()}
    answer = client.post(path, spoilt)
    assert answer.status_code in {302, 403, 422}
    assert seats_disagreeing() == []


def test_key_of_somebody_elses_form_gives_nothing_of_theirs(stage):
    activity = stage.a.activities["published"]
    path = sign_up_path(activity)
    first, second = stage.cast.client("resident"), stage.cast.client("volunteer")
    form = form_of(first, path)
    first.post(path, form)
    answer = second.post(path, form)
    assert answer.status_code in {302, 403, 409, 422}
    mine = SignUp.objects.filter(quota__activity=activity, contact=stage.cast.volunteer.person)
    assert mine.count() == (1 if answer.status_code == 302 else 0)
    assert seats_disagreeing() == []


def cancel_path(activity) -> str:
    return reverse("events:sign_up_cancel", args=[activity.public_id])


def test_cancelling_twice_gives_one_seat_back(stage):
    activity, client = stage.a.activities["published"], stage.cast.client("resident")
    path = sign_up_path(activity)
    client.post(path, form_of(client, path))
    form = form_of(client, cancel_path(activity))
    answers = [client.post(cancel_path(activity), form, follow=True) for _time in range(2)]
    assert {answer.status_code for answer in answers} <= {200, 404, 409}
    assert states(activity) == ["cancelled", "confirmed"]
    assert seats_disagreeing() == []


def test_sign_up_of_somebody_else_cannot_be_cancelled(stage):
    activity = stage.a.activities["published"]
    theirs = SignUp.objects.get(quota__activity=activity)
    for name in ("resident", "outsider", "clerk", "admin"):
        answer = stage.cast.client(name).post(
            cancel_path(activity), {"sign_up": theirs.pk, "public_id": theirs.public_id, "person": theirs.contact_id}
        )
        assert answer.status_code in {403, 404}, name
    assert states(activity) == ["confirmed"]


def test_activity_cancelled_meanwhile_says_so(stage):
    activity, client = stage.a.activities["cancelled"], stage.cast.client("resident")
    answer = client.post(sign_up_path(activity), {})
    assert answer.status_code in {403, 409}
    assert "取消" in text_of(answer)
