"""Editions of the pages of the site: who may what, their life cycle, and what is in force."""

import pytest
from django.db import IntegrityError, transaction

from accounts import consents
from core import states
from core.refusals import Refusal, Refused
from core.scope import Scope
from stories import services
from stories.models import PageEdition
from stories.states import EditionState, PageKind
from stories.texts import BUILT_IN, BUILT_IN_VERSION
from tests.factories import make_edition, make_posting, make_user


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.refusal


def draft(by, kind="help"):
    return services.draft_page(PageEdition(kind=kind), by=by)


def published(by, checker, kind="help"):
    edition = draft(by, kind)
    services.submit_page(edition, by=by)
    services.publish_page(edition, by=checker)
    return edition


def second_administrator():
    user = make_user("admin2")
    make_posting(user, "site_administrator")
    return user


def texts(edition):
    return [(section.heading, section.text) for section in edition.sections.all()]


# --- drafting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PageKind.values)
def test_first_draft_begins_with_the_built_in_text(cast, kind):
    edition = draft(cast.secretary, kind)
    built_in = BUILT_IN[kind]
    assert (edition.title, edition.state, edition.number) == (str(built_in.title), "draft", None)
    assert texts(edition) == [(str(part.heading), part.text) for part in built_in.sections]
    assert [(row.verb, row.actor) for row in states.history(edition)] == [("create", cast.secretary)]


def test_built_in_texts_fit_the_fields(cast):
    checked = {}
    for kind in PageKind.values:
        edition = draft(cast.secretary, kind)
        edition.full_clean(exclude=["drafted_by"])
        for section in edition.sections.all():
            section.full_clean()
        checked[kind] = edition.sections.count()
    assert checked == {kind: len(text.sections) for kind, text in BUILT_IN.items()}


def test_next_draft_begins_with_the_published_edition(cast):
    make_edition("help", text="第一版正文。", title="帮助一")
    make_edition("privacy", text="别的页面。")
    edition = draft(cast.secretary)
    assert (edition.title, texts(edition)) == ("帮助一", [("小标题", "第一版正文。")])


@pytest.mark.parametrize("name", ["clerk", "gridworker", "careworker", "district", "auditor", "resident", "partner"])
def test_others_write_no_pages(cast, name):
    edition, by = draft(cast.secretary), cast.users[name]
    assert refusal(draft, by) == Refusal.NOT_ALLOWED
    assert refusal(services.change_page, edition, by=by, fields=["title"]) == Refusal.NOT_ALLOWED
    for service in (services.submit_page, services.publish_page):
        assert refusal(service, edition, by=by) == Refusal.NOT_ALLOWED
    assert PageEdition.objects.count() == 1


@pytest.mark.parametrize("name", ["outsider_secretary", "admin"])
def test_only_the_author_changes_a_draft(cast, name):
    edition = draft(cast.secretary)
    edition.title = "改过"
    assert refusal(services.change_page, edition, by=cast.users[name], fields=["title"]) == Refusal.NOT_ALLOWED
    services.change_page(edition, by=cast.secretary, fields=["title"])
    assert PageEdition.objects.get().title == "改过"


def test_submitted_edition_is_not_changed(cast):
    edition = draft(cast.secretary)
    services.submit_page(edition, by=cast.secretary)
    assert refusal(services.change_page, edition, by=cast.secretary, fields=["title"]) == Refusal.NOT_ALLOWED


def test_edition_without_text_is_not_submitted(cast):
    edition = draft(cast.secretary)
    edition.sections.all().delete()
    assert refusal(services.submit_page, edition, by=cast.secretary) == Refusal.TEXT_MISSING
    assert PageEdition.objects.get().state == "draft"


def test_pages_belong_to_the_whole_site(db):
    """Whoever holds the permission anywhere reaches all of them, and without any nobody reaches one."""
    edition, rows = make_edition(state="draft"), PageEdition.objects.all()
    for scope in (Scope(grids=frozenset({1})), Scope(communities=frozenset({1})), Scope(everything=True)):
        assert list(rows.within(scope)) == [edition]
        assert scope.covers(edition)
    assert list(rows.within(Scope())) == []
    assert not Scope().covers(edition)


# --- publishing ---------------------------------------------------------------------------------------------------


def test_secretary_writes_and_administrator_publishes(cast):
    edition = published(cast.secretary, cast.admin)
    stored = PageEdition.objects.get()
    assert (stored.state, stored.number, stored.published_at) == ("published", 1, edition.published_at)
    assert [(row.verb, row.actor) for row in states.history(edition)] == [
        ("create", cast.secretary),
        ("submit", cast.secretary),
        ("publish", cast.admin),
    ]


def test_secretary_publishes_nothing_for_the_whole_site(cast):
    edition = draft(cast.admin)
    services.submit_page(edition, by=cast.admin)
    for service in (services.publish_page, services.return_page, services.withdraw_page):
        assert refusal(service, edition, by=cast.secretary) == Refusal.NOT_ALLOWED


def test_single_administrator_is_told_that_another_has_to_approve(cast):
    edition = draft(cast.admin)
    services.submit_page(edition, by=cast.admin)
    assert refusal(services.publish_page, edition, by=cast.admin) == Refusal.OWN_DRAFT
    services.publish_page(edition, by=second_administrator())
    assert PageEdition.objects.get().state == "published"


def test_returned_with_a_reason_and_published_later(cast):
    edition = draft(cast.secretary)
    services.submit_page(edition, by=cast.secretary)
    assert refusal(services.return_page, edition, by=cast.admin) == Refusal.REASON_NEEDED
    services.return_page(edition, by=cast.admin, reason="写明保存多久")
    edition.title = "改过"
    services.change_page(edition, by=cast.secretary, fields=["title"])
    services.submit_page(edition, by=cast.secretary)
    services.publish_page(edition, by=cast.admin)
    assert (PageEdition.objects.get().title, PageEdition.objects.get().number) == ("改过", 1)


def test_next_edition_replaces_the_earlier_one_only_when_it_is_approved(cast):
    first = published(cast.secretary, cast.admin)
    second = draft(cast.secretary)
    services.submit_page(second, by=cast.secretary)
    assert list(PageEdition.objects.in_force("help")) == [first]
    services.publish_page(second, by=cast.admin)
    assert list(PageEdition.objects.in_force("help")) == [second]
    states_now = PageEdition.objects.order_by("number").values_list("number", "state")
    assert list(states_now) == [(1, "superseded"), (2, "published")]
    assert states.history(first).last().verb == "supersede"


def test_pages_are_numbered_and_replaced_each_on_its_own(cast):
    published(cast.secretary, cast.admin, "help")
    published(cast.secretary, cast.admin, "privacy")
    assert list(PageEdition.objects.order_by("kind").values_list("kind", "number", "state")) == [
        ("help", 1, "published"),
        ("privacy", 1, "published"),
    ]


def test_drafts_that_come_to_nothing_leave_no_gap(cast):
    published(cast.secretary, cast.admin)
    draft(cast.secretary)
    assert published(cast.secretary, cast.admin).number == 2


def test_publishing_twice_is_done_once(cast):
    edition = published(cast.secretary, cast.admin)
    again = services.publish_page(PageEdition.objects.get(), by=cast.admin)
    assert (again.already, PageEdition.objects.get().number) == (True, edition.number)


def test_draft_is_not_published_and_the_edition_in_force_stays(cast):
    first, second = published(cast.secretary, cast.admin), draft(cast.secretary)
    assert refusal(services.publish_page, second, by=cast.admin) == Refusal.WRONG_STATE
    assert list(PageEdition.objects.in_force("help")) == [first]


def test_stale_approval_is_refused(cast):
    edition = draft(cast.secretary)
    seen = edition.version
    edition.title = "改过"
    services.change_page(edition, by=cast.secretary, fields=["title"])
    services.submit_page(edition, by=cast.secretary)
    assert refusal(services.publish_page, edition, by=cast.admin, version=seen) == Refusal.WRONG_STATE
    assert not PageEdition.objects.in_force("help").exists()


# --- withdrawing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [EditionState.PUBLISHED, EditionState.SUPERSEDED])
def test_withdrawn_edition_is_not_readable(cast, state):
    edition = make_edition(state=state)
    assert refusal(services.withdraw_page, edition, by=cast.admin) == Refusal.REASON_NEEDED
    services.withdraw_page(edition, by=cast.admin, reason="写错了")
    assert not PageEdition.objects.readable("help").exists()
    assert published(cast.secretary, cast.admin).number == 2


# --- the database -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"state": "published", "number": 2},
        {"state": "superseded", "number": 1},
        {"state": "superseded", "number": None},
        {"state": "draft", "number": 2},
    ],
)
def test_database_keeps_one_published_edition_and_each_number_once(db, values):
    make_edition(number=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_edition(**{"published_at": None if values["state"] == "draft" else make_edition("about").published_at,
                        **values})  # fmt: skip


# --- consent ------------------------------------------------------------------------------------------------------


def test_version_of_the_privacy_notice_is_known_to_accounts(cast):
    assert consents.current_version() == BUILT_IN_VERSION
    published(cast.secretary, cast.admin, "help")
    assert consents.current_version() == BUILT_IN_VERSION
    published(cast.secretary, cast.admin, "privacy")
    assert consents.current_version() == "1"
    edition = published(cast.secretary, cast.admin, "privacy")
    draft(cast.secretary, "privacy")
    assert consents.current_version() == "2"
    services.withdraw_page(edition, by=cast.admin, reason="写错了")
    assert consents.current_version() == BUILT_IN_VERSION
    assert len(BUILT_IN_VERSION) <= 20
