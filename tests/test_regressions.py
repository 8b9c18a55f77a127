"""Faults that a hostile review found once; each as it was met, through the pages."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock, versions
from core.models import AuditEntry, OpeningBalance
from core.quantities import Unit
from core.records import save
from events.services import sign_ups
from grids.models import Residency
from honours.models import Honour
from tests.event_factories import make_activity
from tests.factories import make_honour, make_person, make_posting, make_resident, make_theme
from tests.forms import form_values

pytestmark = pytest.mark.django_db

PHONE = "13712345678"


def filled(client, url):
    """What the form of the admin page `url` would send as it stands."""
    model = url.split("/")[3]
    return form_values(client.get(url), f"{model}_form")


def post(client, name, values, *args):
    """Open the form at the admin page `name`, change `values` and send it."""
    url = reverse(f"admin:{name}", args=args)
    return client.post(url, {**filled(client, url), **values})


def audits():
    return [(row.content_type.model, row.verb, row.fields) for row in AuditEntry.objects.order_by("pk")]


def test_birth_date_can_be_typed(cast):
    home = make_resident(make_person("老王"), community=cast.community)

    response = post(cast.client("clerk"), "grids_residency_change", {"person_birth_date": "1960-05-31"}, home.pk)

    assert response.status_code == 302
    home.person.refresh_from_db()
    assert str(home.person.birth_date) == "1960-05-31"


def test_phone_of_a_resident_changes_with_one_audit_row(cast):
    home = make_resident(make_person("老王"), community=cast.community)

    assert post(cast.client("clerk"), "grids_residency_change", {"person_phone": PHONE}, home.pk).status_code == 302

    assert audits() == [("person", "change", ["phone", "phone_index"])]


def test_home_in_the_own_grid_gives_no_power_over_a_colleague(cast):
    home = make_resident(cast.admin.person, community=cast.community, grid=cast.grid)
    before = cast.admin.person.phone
    url = reverse("admin:grids_residency_change", args=[home.pk])
    client = cast.client("gridworker")

    client.post(url, {**filled(client, url), "person_phone": PHONE})

    cast.admin.person.refresh_from_db()
    assert "person_phone" not in filled(client, url)
    assert cast.admin.person.phone == before


def test_home_here_gives_no_power_over_somebody_who_lives_elsewhere_too(cast):
    person = make_person("两处住")
    make_resident(person, community=cast.community)
    home = make_resident(person, community=cast.other)
    url = reverse("admin:grids_residency_change", args=[home.pk])

    assert "person_phone" not in filled(cast.client("outsider"), url)
    assert Residency.objects.filter(person=person).count() == 2


def test_logs_name_residents_masked_only(cast):
    activity = make_activity(community=cast.community)
    done = sign_ups.sign_up(activity, cast.resident.person, by=cast.resident)
    full = cast.resident.person.name

    pages = [
        cast.client("clerk").get(reverse("admin:events_signup_history", args=[done.sign_up.pk])),
        cast.client("auditor").get(reverse("admin:core_transition_changelist")),
    ]

    assert [(page.status_code, full in page.content.decode()) for page in pages] == [(200, False)] * 2


def test_looking_for_an_account_by_phone_is_logged(cast):
    response = post(cast.client("secretary"), "grids_posting_add", {"user": PHONE, "role": ""})

    assert response.status_code == 422
    assert [verb for _model, verb, _fields in audits()] == ["look_up_nothing"]


def test_masked_recipient_cannot_be_guessed_by_searching(cast):
    make_honour("好人榜", community=cast.community, recipient_kind="person", printed_name="马荣华", state="published")
    page = cast.client("district").get(reverse("admin:honours_honour_changelist"), {"q": "马荣华"})

    assert (page.status_code, "好人榜" in page.content.decode()) == (200, False)


def test_themes_of_drafts_and_internal_activities_are_not_public(cast, client):
    make_activity(community=cast.community, state="draft", themes=(make_theme("还没公开的主题"),))
    make_activity(community=cast.community, audience="internal", themes=(make_theme("内部主题"),))
    make_activity(community=cast.community, themes=(make_theme("公开主题"),))

    page = client.get("/activities/").content.decode()

    assert ["公开主题" in page, "还没公开的主题" in page, "内部主题" in page] == [True, False, False]


@pytest.mark.parametrize("page", ["events_activity_add", "volunteers_team_add"])
def test_oversized_key_in_a_choice_of_several_is_refused(cast, page):
    response = post(cast.client("clerk"), page, {"title": "题", "name": "队", "themes": [str(10**20)]})

    assert response.status_code == 422


def test_partner_of_a_draft_changes_with_one_audit_row(cast):
    draft = make_activity(community=cast.community, state="draft", drafted_by=cast.clerk)
    partner = {
        "partners-TOTAL_FORMS": "1",
        "partners-0-partner_unit": cast.unit.pk,
        "partners-0-role": "support",
        "partners-0-id": "",
        "partners-0-activity": draft.pk,
    }

    assert post(cast.client("clerk"), "events_activity_change", partner, draft.pk).status_code == 302

    assert [row.partner_unit for row in draft.partners.all()] == [cast.unit]
    assert audits() == [("activity", "change", ["partners"])]


def test_ended_posting_is_not_revived(cast):
    past = {"since": clock.today() - timedelta(days=30), "until": clock.today() - timedelta(days=1)}
    posting = make_posting(cast.volunteer, "clerk", place=cast.community, **past)
    url = reverse("admin:grids_posting_act", args=[posting.pk, "end"])

    cast.client("secretary").post(url, {"seen_version": posting.version, "until": "2099-01-01"})

    posting.refresh_from_db()
    assert (posting.until, posting.is_live()) == (past["until"], False)


def test_consent_does_not_pass_to_another_recipient(cast):
    other = make_person("乙某某", phone=PHONE)
    honour = make_honour(
        "好人", community=cast.community, recipient_kind="person", recipient_person=make_person("甲某某"),
        name_consent=True, state="draft", drafted_by=cast.clerk,
    )  # fmt: skip

    values = {"recipient_person_number": PHONE}
    assert post(cast.client("clerk"), "honours_honour_change", values, honour.pk).status_code == 302

    stored = Honour.objects.get(pk=honour.pk)
    assert (stored.recipient_person, stored.name_consent, stored.public_recipient) == (other, False, "乙**")


def test_opening_balance_raises_the_version_of_its_community(cast):
    balance = OpeningBalance(
        community_id=cast.community.pk, indicator="visits", label="走访", value=3, unit=Unit.OCCASION, qualifier="exact"
    )
    before = versions.current(cast.community.pk)

    save(balance, by=cast.secretary)

    assert versions.current(cast.community.pk) == before + 1
