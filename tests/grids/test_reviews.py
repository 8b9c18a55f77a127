"""Who is told about drafts, and who holds a right over an object."""

from datetime import timedelta

import pytest

from accounts import notices
from accounts.models import Notice
from accounts.roles import Role
from core import clock
from events.services import activities
from grids.holders import holders
from honours import services as honours
from stories import services as stories
from tests.event_factories import make_activity
from tests.factories import make_honour, make_notice, make_posting, make_user

pytestmark = pytest.mark.django_db

SORTS = {
    "activity": (make_activity, activities, {}),
    "honour": (make_honour, honours, {}),
    "public notice": (make_notice, stories, {}),
}


@pytest.fixture(params=SORTS)
def draft(request, cast):
    """A draft of the clerk with the services of its sort."""
    make, services, values = SORTS[request.param]
    return make("草稿", community=cast.community, state="draft", drafted_by=cast.clerk, **values), services


def told(user):
    return list(Notice.objects.filter(person=user.person).order_by("pk").values_list("kind", flat=True))


def test_submitted_is_told_to_those_who_may_publish_it(draft, cast):
    row, services = draft
    second = make_user("副书记")
    make_posting(second, Role.SECRETARY, place=cast.community)
    done = services.submit(row, by=cast.clerk)
    assert {told(cast.secretary)[0], told(second)[0]} == {"review_asked"}
    assert Notice.objects.count() == 2
    notice = Notice.objects.filter(person=cast.secretary.person).get()
    app, model = row._meta.app_label, row._meta.model_name
    assert (notice.occasion, notice.url) == (
        f"transition:{done.transition.pk}",
        f"/admin/{app}/{model}/{row.pk}/change/",
    )
    assert notices.message(notice).text == "草稿：已提交审核，请您看一看，发布或退回修改。"


def test_returned_and_published_are_told_to_the_author(draft, cast):
    row, services = draft
    services.submit(row, by=cast.clerk)
    services.return_to_draft(row, by=cast.secretary, reason="写清集合地点")
    notice = Notice.objects.get(person=cast.clerk.person)
    assert notices.reasons([notice]) == {notice.pk: "写清集合地点"}
    services.submit(row, by=cast.clerk)
    services.publish(row, by=cast.secretary)
    services.publish(row, by=cast.secretary)
    assert told(cast.clerk) == ["review_returned", "review_published"]
    assert told(cast.secretary) == ["review_asked", "review_asked"]


def test_author_who_may_publish_is_never_asked(cast):
    row = make_honour(community=cast.community, state="draft", drafted_by=cast.secretary)
    honours.submit(row, by=cast.secretary)
    row = make_honour(community=cast.community, state="draft", drafted_by=cast.secretary)
    honours.submit(row, by=cast.clerk)
    assert told(cast.secretary) == []


def test_refused_submission_tells_nobody(cast):
    row = make_honour(community=cast.community, state="draft", drafted_by=cast.clerk)
    with pytest.raises(Exception, match="权限"):
        honours.submit(row, by=cast.outsider)
    assert not Notice.objects.exists()


def test_holders_are_live_active_and_of_the_place(cast):
    row, now = make_honour(community=cast.community, drafted_by=cast.clerk), clock.now()
    for name, values in (
        ("former", {"until": clock.today() - timedelta(days=1)}),
        ("ended", {"ended_at": now}),
    ):
        make_posting(make_user(name), Role.SECRETARY, place=cast.community, **values)
    make_posting(make_user("closed", is_active=False), Role.SECRETARY, place=cast.community)
    nobody = make_user("nobody")
    nobody.person = None
    nobody.save()
    make_posting(nobody, Role.SECRETARY, place=cast.community)
    above = make_user("above")
    make_posting(above, Role.SECRETARY, place=cast.region)
    make_posting(make_user("beside"), Role.SECRETARY, place=cast.other_region)
    assert holders("honour.publish", row, now) == [cast.secretary, above]
    assert set(holders("honour.view", row, now)) >= {cast.secretary, cast.clerk, cast.district, cast.admin}
    assert cast.outsider not in holders("honour.view", row, now)


@pytest.mark.parametrize("count", [1, 12])
def test_holders_take_the_same_queries_however_many_they_are(cast, django_assert_num_queries, count):
    row = make_honour(community=cast.community, drafted_by=cast.clerk)
    for _number in range(count):
        make_posting(make_user(), Role.SECRETARY, place=cast.community)
    with django_assert_num_queries(1 + 1 + count):  # the postings, and for each whether its place covers the row
        assert len(holders("honour.publish", row, clock.now())) == 1 + count
