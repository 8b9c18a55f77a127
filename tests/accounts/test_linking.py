"""Giving a registered account the person whom staff know."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Consent, Notice, NoticeSwitch, Person, User
from core import clock
from core.models import AuditEntry
from core.refusals import Refusal, Refused
from events.models import Participant, SignUp
from events.services.seats import seats_disagreeing
from grids import linking
from tests.event_factories import make_activity, make_sign_up, quota_of
from tests.factories import make_honour, make_person, make_posting, make_resident, make_user
from tests.personas import Cast

PHONE = "13812345678"


@pytest.fixture
def home(cast):
    return make_resident(make_person("王小明"), grid=cast.grid)


@pytest.fixture
def account(db):
    return services.register(PHONE, "王小明")


def refused(home, by, account=PHONE, **words):
    with pytest.raises(Refused) as error:
        linking.link(home, by=by, account=account, **words)
    return error.value.refusal


@pytest.mark.parametrize("name", ["clerk", "secretary", "gridworker"])
@pytest.mark.parametrize("spelling", [PHONE, "+86 138-1234-5678", "user name"])
def test_account_gets_the_person_and_what_is_theirs(cast, home, account, name, spelling):
    old, by = account.person, cast.users[name]
    Notice.objects.create(person=old, kind="a", occasion="1")
    NoticeSwitch.objects.create(person=old, kind="a", channel="sms")
    linking.link(home, by=by, account=account.username.upper() if spelling == "user name" else spelling)
    stored = User.objects.get(pk=account.pk)
    assert stored.person == home.person and stored.phone == "+86" + PHONE
    assert Person.objects.by_phone("+86" + PHONE).get() == home.person
    assert Person.objects.get(pk=old.pk).name == "王小明"
    for model in (Consent, Notice, NoticeSwitch):
        assert [row.person for row in model.objects.all()] == [home.person]
    log = AuditEntry.objects.filter(actor=by).order_by("pk")
    rows = [(row.verb, row.object, row.fields, row.reason) for row in log]
    assert rows == [
        ("look_up", account, ["account"], ""),
        ("link", account, ["person"], "document_seen"),
        ("change", old, ["phone", "phone_index"], ""),
        ("change", home.person, ["phone", "phone_index"], ""),
        ("replaced", old, [], ""),
    ]
    assert log[1].on_behalf_of_id == home.person.pk


def test_phone_that_the_community_knows_stays(cast, account):
    home = make_resident(make_person("王小明", phone="13700137000"), grid=cast.grid)
    linking.link(home, by=cast.clerk, account=PHONE)
    assert Person.objects.get(pk=home.person_id).phone == "+8613700137000"
    assert not Person.objects.by_phone("+86" + PHONE).exists()


def test_what_the_person_has_already_stays_behind(cast, home, account):
    version = Consent.objects.get(person=account.person).text_version
    given = Consent.objects.create(person=home.person, kind="privacy", text_version=version, channel="paper")
    for person in (account.person, home.person):
        Notice.objects.create(person=person, kind="a", occasion="1")
    linking.link(home, by=cast.clerk, account=PHONE)
    assert Consent.objects.filter(person=home.person).get() == given
    assert Notice.objects.filter(person=home.person).count() == 1


@pytest.mark.parametrize("name", ["resident", "careworker", "leader", "auditor", "district", "partner"])
def test_others_may_not(cast, home, account, name):
    assert refused(home, cast.users[name]) == Refusal.NOT_ALLOWED
    assert not AuditEntry.objects.filter(verb="look_up").exists()


@pytest.mark.parametrize("name", ["outsider", "outsider_secretary"])
def test_colleagues_elsewhere_may_not(cast, home, account, name):
    assert refused(home, cast.users[name]) == Refusal.NOT_ALLOWED
    assert User.objects.get(pk=account.pk).person != home.person


def test_home_that_was_only_just_written_down_gives_no_stranger_away(cast, account):
    """Otherwise a clerk could give an accomplice's account the records of anybody."""
    stranger = make_resident(make_person("王小明"), grid=cast.other_grid).person
    home = make_resident(stranger, grid=cast.grid)
    assert refused(home, cast.clerk) == Refusal.HOMES_ELSEWHERE


@pytest.mark.parametrize("days", [{"until": -1}, {"since": 1}])
def test_home_that_is_over_or_to_come_gives_nobody_away(cast, account, days):
    """The button is gone then; the address of the form is not."""
    today = clock.today()
    home = make_resident(
        make_person("王小明"), grid=cast.grid, **{name: today + timedelta(days=day) for name, day in days.items()}
    )
    url = reverse("admin:grids_residency_act", args=[home.pk, "link"])
    response = cast.client("gridworker").post(url, {"account": PHONE, "document_seen": "on"})
    assert response.status_code == 422 and "现在不住在这里" in response.content.decode()
    assert User.objects.get(pk=account.pk).person != home.person


def test_person_of_another_home_is_not_for_this_right(cast, home, account):
    with pytest.raises(Refused) as error:
        services.link_account(account, make_person("王小明"), by=cast.clerk, through=home)
    assert error.value.refusal == Refusal.NOT_ALLOWED


def test_unknown_account_leaves_a_trace(cast, home):
    assert refused(home, cast.clerk, "13700137000") == Refusal.ACCOUNT_UNKNOWN
    row = AuditEntry.objects.get()
    assert (row.verb, row.object, row.fields) == ("look_up_nothing", cast.clerk, ["account"])


def test_person_with_an_account_gets_no_second_one(cast, account):
    home = make_resident(make_user(person=make_person("王小明")).person, grid=cast.grid)
    assert refused(home, cast.clerk) == Refusal.HAS_ACCOUNT


def test_account_is_linked_once(cast, home, account):
    linking.link(home, by=cast.clerk, account=PHONE)
    assert refused(home, cast.clerk) == Refusal.ALREADY_LINKED
    another = make_resident(make_person("王小明"), grid=cast.grid)
    assert refused(another, cast.clerk) == Refusal.ALREADY_LINKED


def test_account_of_a_known_person_is_not_given_to_another(cast, home):
    opened = make_user("opened", person=make_person("王小明"))
    assert refused(home, cast.clerk, opened.username) == Refusal.ALREADY_LINKED


def test_registered_person_with_a_home_is_known_already(cast, home, account):
    make_resident(account.person, grid=cast.grid)
    assert refused(home, cast.clerk) == Refusal.ALREADY_LINKED


def test_account_of_a_colleague_is_for_the_site_administrator(cast, home, account):
    make_posting(account, "clerk", place=cast.community)
    User.objects.filter(pk=account.pk).update(is_staff=True)
    assert refused(home, cast.secretary) == Refusal.STAFF_ACCOUNT
    linking.link(home, by=cast.admin, account=PHONE)
    assert User.objects.get(pk=account.pk).person == home.person


def test_nobody_links_the_own_account(cast, home):
    assert refused(home, cast.clerk, "clerk") == Refusal.NOT_ALLOWED


def test_other_name_is_asked_about(cast, account):
    home = make_resident(make_person("王大明"), grid=cast.grid)
    assert refused(home, cast.clerk) == Refusal.OTHER_NAME
    linking.link(home, by=cast.clerk, account=PHONE, other_name=True)
    assert User.objects.get(pk=account.pk).person == home.person


def test_refusal_in_a_higher_app_undoes_everything(cast, home, account, monkeypatch):
    def refuse(*args, **kwargs):
        raise Refused(Refusal.INVALID)

    monkeypatch.setattr("events.services.people.follow", refuse)
    assert refused(home, cast.clerk) == Refusal.INVALID
    assert User.objects.get(pk=account.pk).person == account.person
    assert Person.objects.by_phone("+86" + PHONE).get() == account.person


# --- sign-ups -----------------------------------------------------------------------------------------------------


def states(person):
    return sorted(SignUp.objects.filter(contact=person).values_list("state", flat=True))


def test_sign_ups_follow_the_person(cast, home, account):
    mine = [
        make_sign_up(make_activity(), account.person),
        make_sign_up(make_activity(), account.person, state="cancelled"),
    ]
    linking.link(home, by=cast.clerk, account=PHONE)
    assert states(home.person) == ["cancelled", "confirmed"] and states(account.person) == []
    assert Participant.objects.filter(person=home.person).count() == 2
    log = AuditEntry.objects.filter(content_type__model="signup", verb="change")
    assert [(row.object_id, row.fields, row.actor) for row in log.order_by("object_id")] == [
        (party.pk, ["contact"], cast.clerk) for party in mine
    ]
    assert seats_disagreeing() == []


def test_who_takes_part_twice_keeps_the_seat_of_the_known_person(cast, home, account):
    activity = make_activity()
    make_sign_up(activity, account.person)
    kept = make_sign_up(activity, home.person)
    linking.link(home, by=cast.clerk, account=PHONE)
    assert states(home.person) == ["cancelled", "confirmed"] and states(account.person) == []
    assert Participant.objects.get(activity=activity, active=True).sign_up == kept
    assert quota_of(activity).seats_taken == 1 and seats_disagreeing() == []


def test_what_is_over_stays_as_it_was(cast, home, account):
    over = make_activity(starts_in=timedelta(days=-2))
    for person in (account.person, home.person):
        make_sign_up(over, person)
    linking.link(home, by=cast.clerk, account=PHONE)
    assert states(home.person) == states(account.person) == ["confirmed"]
    assert seats_disagreeing() == []


# --- in the workbench ---------------------------------------------------------------------------------------------


def act(cast: Cast, home, name="clerk", **words):
    url = reverse("admin:grids_residency_act", args=[home.pk, "link"])
    return cast.client(name).post(url, {"account": PHONE, "document_seen": "on", **words})


def test_clerk_links_at_the_counter(cast, home, account):
    page = cast.client("clerk").get(reverse("admin:grids_residency_act", args=[home.pk, "link"]))
    assert page.status_code == 200 and "已当面看过本人证件" in page.content.decode()
    assert act(cast, home).status_code == 302
    assert User.objects.get(pk=account.pk).person == home.person


@pytest.mark.parametrize(
    ("words", "field"),
    [({"document_seen": ""}, "document_seen"), ({"account": "13700137000"}, "account"), ({"account": ""}, "account")],
)
def test_what_is_missing_is_said_at_its_field(cast, home, account, words, field):
    response = act(cast, home, **words)
    assert response.status_code == 422 and list(response.context["form"].errors) == [field]
    assert User.objects.get(pk=account.pk).person == account.person


def test_home_elsewhere_is_not_there(cast, home, account):
    assert act(cast, home, "outsider").status_code == 404


def test_linked_resident_finds_the_old_and_the_new_on_one_page(cast, home, account):
    known, own = make_activity("社区替我报的"), make_activity("我自己报的", starts_in=timedelta(days=5))
    make_sign_up(known, home.person)
    make_sign_up(own, account.person)
    client = Client()
    client.force_login(account)
    act(cast, home)
    text = client.get("/me/").content.decode()
    assert known.title in text and own.title in text


FOLLOWED = {
    "accounts.Consent.person", "accounts.Notice.person", "accounts.NoticeSwitch.person", "accounts.Person.guardians",
    "accounts.Person_guardians.from_person", "accounts.Person_guardians.to_person", "events.Participant.person",
    "events.SignUp.contact", "honours.Honour.recipient_person", "volunteers.Leadership.person",
    "volunteers.Volunteer.person",
}  # fmt: skip
"""What goes with the person, each with a test of its own."""
NEVER_MOVED = {"accounts.User.person", "grids.Residency.person"}
"""The account is what is linked; who has a home is known already."""


def test_nothing_that_points_at_a_person_is_left_behind():
    """A new key to Person needs an answer here: otherwise its rows stay with a person whom nobody signs in as."""
    relations = (one for one in Person._meta.get_fields(include_hidden=True) if one.auto_created and one.is_relation)
    found = {f"{one.related_model._meta.label}.{one.field.name}" for one in relations}
    assert found == FOLLOWED | NEVER_MOVED


def test_child_is_told_through_the_person_that_the_guardian_turned_out_to_be(cast, home, account):
    child, grandmother = make_person("王小小"), make_person("奶奶")
    child.guardians.set([account.person, home.person])
    account.person.guardians.set([grandmother, home.person])
    linking.link(home, by=cast.clerk, account=PHONE)
    assert list(child.guardians.all()) == [home.person]
    assert list(home.person.guardians.all()) == [grandmother]
    assert not Person.guardians.through.objects.filter(from_person=account.person).exists()


def test_honours_go_with_the_person(cast, home, account):
    honour = make_honour(community=cast.community, recipient_person=account.person)
    linking.link(home, by=cast.clerk, account=PHONE)
    honour.refresh_from_db()
    assert honour.recipient_person == home.person
    row = AuditEntry.objects.get(content_type__model="honour")
    assert (row.verb, row.fields, row.actor, row.on_behalf_of_id) == (
        "change", ["recipient_person"], cast.clerk, home.person_id,
    )  # fmt: skip
