"""Activities and sign-ups in the workbench."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core import clock
from core.models import AuditEntry
from events.models import Activity, ActivityPartner, Quota, Session, SignUp
from tests.admin_contract import AdminContract, errors_in
from tests.event_factories import make_activity, make_sign_up, quota_of
from tests.factories import make_partner, make_person, make_team, make_theme, make_venue, number


def typed_moment(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def in_days(days, hours=0):
    return typed_moment(clock.now() + timedelta(days=days, hours=hours))


class TestActivityAdmin(AdminContract):
    model, noun = Activity, "activity"
    edit = {"description": "带上杯子就行"}

    def make_inside(self, cast):
        return make_activity(community=cast.community, state="draft", drafted_by=cast.clerk, themes=(), venue=None)

    def make_outside(self, cast):
        return make_activity(f"乙活动{number()}", community=cast.other, state="draft")

    def new(self, cast):
        return {
            "community": cast.community.pk, "title": "义务理发", "kind": "convenience", "session_starts": in_days(3),
            "session_ends": in_days(3, 2), "capacity": "30",
        }  # fmt: skip

    def foreign(self, cast):
        return {
            "community": cast.other.pk,
            "venue": make_venue(community=cast.other).pk,
            "team": make_team(community=cast.other).pk,
            "themes": make_theme(community=cast.other).pk,
        }

    def add(self, cast, persona="clerk", **typed):
        client = cast.client(persona)
        return client.post(self.url("add"), self.filled(client, self.url("add"), {**self.new(cast), **typed}))

    def save(self, cast, activity, persona="clerk", **typed):
        client, page = cast.client(persona), self.url("change", activity.pk)
        return client.post(page, self.filled(client, page, typed))

    def act(self, cast, persona, activity, verb, **typed):
        activity.refresh_from_db()
        url = reverse("admin:events_activity_act", args=[activity.pk, verb])
        return cast.client(persona).post(url, {"seen_version": activity.version, **typed})

    # --- drafting -----------------------------------------------------------------------------------------------------

    def test_draft_has_its_session_seats_and_author(self, cast):
        theme = make_theme(community=cast.community)
        assert self.add(cast, themes=theme.pk).status_code == 302
        activity = Activity.objects.get()
        assert (activity.state, activity.drafted_by) == ("draft", cast.clerk)
        assert quota_of(activity).capacity == 30
        assert activity.sessions.get().starts_at == activity.starts_at
        assert list(activity.themes.all()) == [theme]

    def test_grid_worker_drafts_in_the_own_community(self, cast):
        assert self.add(cast, persona="gridworker").status_code == 302

    def test_partners_are_added_with_the_draft(self, cast):
        unit = make_partner(community=cast.community)
        typed = {"partners-TOTAL_FORMS": 1, "partners-0-partner_unit": unit.pk, "partners-0-role": "support"}
        response = self.add(cast, **typed)
        assert response.status_code == 302, errors_in(response)
        assert ActivityPartner.objects.values_list("partner_unit", "role").get() == (unit.pk, "support")

    def test_partner_from_outside_is_refused(self, cast):
        unit = make_partner(community=cast.other)
        typed = {"partners-TOTAL_FORMS": 1, "partners-0-partner_unit": unit.pk, "partners-0-role": "support"}
        assert self.add(cast, **typed).status_code == 422
        assert not Activity.objects.exists()

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"capacity": "0"}, "capacity"),
            ({"capacity": "-1"}, "capacity"),
            ({"capacity": str(2**31)}, "capacity"),
            ({"capacity": "9" * 30}, "capacity"),
            ({"capacity": "九"}, "capacity"),
            ({"session_ends": in_days(2)}, "session_ends"),
            ({"session_starts": "", "session_ends": in_days(2)}, "session_starts"),
            ({"session_starts": "gestern"}, "session_starts"),
            ({"session_starts": "0001-01-01T00:00"}, "session_starts"),
            ({"session_ends": "9999-12-31T23:59"}, "session_ends"),
            ({"sign_up_opens_at": in_days(9)}, "sign_up_closes_at"),
            ({"sign_up_closes_at": in_days(9)}, "sign_up_closes_at"),
            ({"min_age": "60", "max_age": "18"}, "max_age"),
            ({"min_age": "99999999999"}, "min_age"),
            ({"title": ""}, "title"),
            ({"title": "长" * 10_000}, "title"),
            ({"title": "反\u202e向"}, "title"),
            ({"place": "反\u202e向"}, "place"),
            ({"kind": "unknown"}, "kind"),
        ],
    )
    def test_bad_input_is_said_beside_its_field_and_kept(self, cast, typed, field):
        response = self.add(cast, description="这段话不能丢", **typed)
        assert response.status_code == 422
        form = response.context["adminform"].form
        assert field in form.errors, form.errors
        text = response.content.decode()
        assert "这段话不能丢" in text
        if "title" not in typed:
            assert "义务理发" in text
        assert not Activity.objects.exists()

    def test_changing_a_draft_moves_session_and_seats(self, cast):
        activity = self.make_inside(cast)
        response = self.save(cast, activity, session_starts=in_days(5), session_ends=in_days(5, 1), capacity="12",
                             title="新名",
                             sign_up_closes_at=in_days(5))  # fmt: skip
        assert response.status_code == 302, errors_in(response)
        activity.refresh_from_db()
        assert activity.title == "新名"
        assert Session.objects.get(activity=activity).starts_at == activity.starts_at
        assert typed_moment(activity.starts_at) == in_days(5)
        assert quota_of(activity).capacity == 12

    def test_stale_draft_keeps_times_and_seats_too(self, cast):
        activity, client = self.make_inside(cast), cast.client("clerk")
        page = self.url("change", activity.pk)
        old = self.filled(client, page, {"capacity": "7", "session_ends": in_days(3, 5)})
        self.save(cast, activity, title="别人改的")
        refused = client.post(page, old)
        assert refused.status_code == 409
        assert "别人改的" in refused.content.decode()
        assert quota_of(activity).capacity == 20

    # --- published ----------------------------------------------------------------------------------------------------

    def test_published_activity_changes_its_words_only(self, cast):
        activity = make_activity(community=cast.community, capacity=20)
        before = (quota_of(activity).capacity, activity.starts_at, activity.audience)
        response = self.save(
            cast,
            activity,
            description="新说明",
            capacity="1",
            session_starts=in_days(9),
            place="别处",
            audience="internal",
        )
        assert response.status_code == 302, errors_in(response)
        activity.refresh_from_db()
        assert (quota_of(activity).capacity, activity.starts_at, activity.audience) == before
        assert (activity.description, activity.place) == ("新说明", "")

    def test_time_is_changed_by_an_act(self, cast):
        activity, venue = make_activity(community=cast.community), make_venue(community=cast.community)
        typed = {"starts_at": in_days(6), "ends_at": in_days(6, 2), "venue": venue.pk, "sign_up_closes_at": in_days(6)}
        assert self.act(cast, "clerk", activity, "change_times", **typed).status_code == 302
        activity.refresh_from_db()
        assert typed_moment(activity.starts_at) == in_days(6)
        assert activity.venue == venue

    def test_refused_times_are_said_beside_their_field_and_kept(self, cast):
        activity = make_activity(community=cast.community)
        typed = {"starts_at": in_days(6), "ends_at": in_days(5), "place": "这里不能丢"}
        response = self.act(cast, "clerk", activity, "change_times", **typed)
        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["ends_at"]
        assert "这里不能丢" in response.content.decode()

    def test_venue_from_outside_is_refused(self, cast):
        activity, venue = make_activity(community=cast.community), make_venue(community=cast.other)
        typed = {"starts_at": in_days(6), "ends_at": in_days(6, 2), "venue": venue.pk}
        assert self.act(cast, "clerk", activity, "change_times", **typed).status_code == 422

    @pytest.mark.parametrize("capacity", ["0", "-1", str(2**31), "1", "x", ""])
    def test_refused_seats_are_said_beside_the_field(self, cast, capacity):
        activity = make_activity(community=cast.community, capacity=5)
        for _seat in range(2):
            make_sign_up(activity)
        response = self.act(cast, "clerk", activity, "change_capacity", capacity=capacity)
        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["capacity"]
        assert quota_of(activity).capacity == 5

    def test_seats_are_changed_by_an_act_once(self, cast):
        activity = make_activity(community=cast.community, capacity=5)
        old = activity.version
        assert self.act(cast, "clerk", activity, "change_capacity", capacity="9").status_code == 302
        assert quota_of(activity).capacity == 9
        assert AuditEntry.objects.values_list("verb", flat=True).get() == "change_capacity"
        url = reverse("admin:events_activity_act", args=[activity.pk, "change_capacity"])
        assert cast.client("clerk").post(url, {"seen_version": old, "capacity": "3"}).status_code == 409
        assert quota_of(activity).capacity == 9

    # --- life cycle ---------------------------------------------------------------------------------------------------

    def test_one_drafts_and_another_publishes(self, cast):
        self.add(cast)
        activity = Activity.objects.get()
        assert self.act(cast, "clerk", activity, "submit").status_code == 302
        assert self.act(cast, "clerk", activity, "publish").status_code == 403
        page = cast.client("clerk").get(self.url("change", activity.pk))
        assert reverse("admin:events_activity_act", args=[activity.pk, "publish"]) not in page.content.decode()
        assert self.act(cast, "secretary", activity, "publish").status_code == 302
        activity.refresh_from_db()
        assert activity.state == "published"

    def test_cancelling_asks_for_a_reason_on_a_page(self, cast):
        activity = make_activity(community=cast.community)
        page = cast.client("clerk").get(reverse("admin:events_activity_act", args=[activity.pk, "cancel"]))
        assert page.status_code == 200
        assert self.act(cast, "clerk", activity, "cancel", reason="  ").status_code == 422
        assert self.act(cast, "clerk", activity, "cancel", reason="大风预警").status_code == 302
        history = cast.client("clerk").get(self.url("history", activity.pk)).content.decode()
        assert "大风预警" in history

    def test_act_of_a_state_that_is_over_is_a_conflict(self, cast):
        activity = make_activity(community=cast.community, state="cancelled")
        url = reverse("admin:events_activity_act", args=[activity.pk, "cancel"])
        assert cast.client("clerk").get(url).status_code == 409
        assert self.act(cast, "clerk", activity, "cancel", reason="再来一次").status_code == 409

    def test_bulk_publishing_leaves_the_own_draft(self, cast):
        mine = make_activity(community=cast.community, state="in_review", drafted_by=cast.secretary)
        other = make_activity(community=cast.community, state="in_review", drafted_by=cast.clerk)
        data = {"action": "publish", "_selected_action": [mine.pk, other.pk], "index": 0}
        response = cast.client("secretary").post(self.url("changelist"), data, follow=True)
        assert mine.title in response.content.decode()
        mine.refresh_from_db(), other.refresh_from_db()
        assert (mine.state, other.state) == ("in_review", "published")

    # --- the list -----------------------------------------------------------------------------------------------------

    def test_list_shows_seats(self, cast):
        activity = make_activity(community=cast.community, capacity=30, taken=18)
        text = cast.client("clerk").get(self.url("changelist")).content.decode()
        assert "18 / 30" in text
        assert f"?activity={activity.pk}" in text

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ({"when": "today"}, {"今天"}),
            ({"when": "week"}, {"今天", "这周"}),
            ({"when": "past"}, {"过去"}),
            ({"state__exact": "draft"}, {"草稿"}),
            ({"todo": "review"}, {"待审"}),
            ({"when": "nonsense"}, {"今天", "这周", "过去", "草稿", "待审"}),
        ],
    )
    def test_filters(self, cast, query, titles):
        moment = timezone.make_aware(timezone.datetime(2026, 11, 22, 8))
        with clock.frozen(moment):
            soon = {"community": cast.community, "starts_in": timedelta(hours=3)}
            make_activity("今天", **soon)
            make_activity("这周", **{**soon, "starts_in": timedelta(days=4)})
            make_activity("过去", **{**soon, "starts_in": timedelta(days=-4)})
            make_activity("草稿", **{**soon, "starts_in": timedelta(days=40)}, state="draft")
            make_activity("待审", **{**soon, "starts_in": timedelta(days=40)}, state="in_review", drafted_by=cast.clerk)
            found = cast.client("secretary").get(self.url("changelist"), query).context["cl"].result_list
            assert {activity.title for activity in found} == titles


@pytest.mark.parametrize("people", [0, 2])
def test_calling_off_says_first_how_many_it_concerns(cast, people):
    activity = make_activity(community=cast.community)
    for _number in range(people):
        make_sign_up(activity)
    html = cast.client("clerk").get(reverse("admin:events_activity_act", args=[activity.pk, "cancel"])).content.decode()
    assert ("已有 2 人报名，他们会看到这条原因" in html) == (people == 2)


class TestSignUpAdmin(AdminContract):
    model, noun = SignUp, "sign_up"
    adder = editor = None

    def make_inside(self, cast):
        if not hasattr(self, "activity"):
            self.activity = make_activity(community=cast.community, capacity=1000)
        return make_sign_up(self.activity, make_person("王小明", phone=f"139{number():08d}"))

    def make_outside(self, cast):
        return make_sign_up(make_activity(community=cast.other), make_person("乙报名人"))

    def test_phones_are_masked(self, cast):
        party = make_sign_up(make_activity(community=cast.community), make_person("王小明", phone="13812345678"))
        client = cast.client("clerk")
        for page in (self.url("changelist"), self.url("change", party.pk)):
            text = client.get(page).content.decode()
            assert "王小明" in text
            assert "138****5678" in text
            assert "13812345678" not in text

    def test_list_of_one_activity(self, cast):
        mine, other = self.make_inside(cast), make_sign_up(make_activity(community=cast.community))
        outside = self.make_outside(cast)
        client, address = cast.client("clerk"), self.url("changelist")
        found = client.get(address, {"activity": mine.quota.activity_id}).context["cl"].result_list
        assert list(found) == [mine]
        assert other not in found
        for key in (outside.quota.activity_id, "abc", "9" * 40, "-1"):
            response = client.get(address, {"activity": key})
            assert list(response.context["cl"].result_list) == []
            assert outside.quota.activity.title not in response.content.decode()

    def test_list_of_one_activity_counts_and_puts_those_who_come_first(self, cast):
        come = [self.make_inside(cast)]
        left = [make_sign_up(self.activity, state=state) for state in ("cancelled", "late_cancelled", "removed")]
        come.append(self.make_inside(cast))
        make_sign_up(make_activity(community=cast.community))
        client, address = cast.client("clerk"), self.url("changelist")
        response = client.get(address, {"activity": self.activity.pk})
        assert list(response.context["cl"].result_list) == [*come[::-1], *left[::-1]]
        assert "已报 2 人，取消或移出 3 人。" in response.content.decode()
        sorted_by_hand = client.get(address, {"activity": self.activity.pk, "o": "5"})
        assert list(sorted_by_hand.context["cl"].result_list)[0] == come[0]
        for key in ("", "abc", self.make_outside(cast).quota.activity_id):
            assert "取消或移出" not in client.get(address, {"activity": key}).content.decode()

    def test_removing_needs_a_reason_and_gives_the_seat_back(self, cast):
        party = self.make_inside(cast)
        url = reverse("admin:events_signup_act", args=[party.pk, "remove"])
        data = {"seen_version": party.version}
        assert cast.client("clerk").post(url, data).status_code == 422
        assert cast.client("clerk").post(url, {**data, "reason": "本人要求"}).status_code == 302
        party.refresh_from_db()
        assert party.state == "removed"
        assert Quota.objects.get(pk=party.quota_id).seats_taken == 0

    def test_grid_worker_sees_but_does_not_remove(self, cast):
        party = self.make_inside(cast)
        url = reverse("admin:events_signup_act", args=[party.pk, "remove"])
        assert cast.client("gridworker").get(self.url("change", party.pk)).status_code == 200
        assert cast.client("gridworker").post(url, {"seen_version": 1, "reason": "x"}).status_code == 403
