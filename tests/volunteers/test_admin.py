"""Teams and leaders in the workbench."""

import pytest
from django.urls import reverse

from core import clock
from tests.admin_contract import AdminContract
from tests.factories import make_member, make_person, make_resident, make_team, make_theme, make_volunteer, number
from volunteers.models import Leadership, Membership, Team, Volunteer


class TestTeamAdmin(AdminContract):
    model, noun, deleter = Team, "team", "clerk"
    edit = {"tasks": "清扫楼道"}

    def make_inside(self, cast):
        return make_team(community=cast.community)

    def make_outside(self, cast):
        return make_team(f"乙队{number()}", community=cast.other)

    def new(self, cast):
        return {"community": cast.community.pk, "name": "新队", "kind": "volunteer"}

    def foreign(self, cast):
        return {"community": cast.other.pk, "themes": make_theme(community=cast.other).pk}

    def test_themes_are_offered_with_those_of_all_communities(self, cast):
        shared, own = make_theme(), make_theme(community=cast.community)
        client, team = cast.client("clerk"), self.make_inside(cast)
        page = self.url("change", team.pk)
        assert client.post(page, self.filled(client, page, {"themes": [shared.pk, own.pk]})).status_code == 302
        assert set(team.themes.all()) == {shared, own}

    def test_themes_that_are_not_offered_are_not_lost(self, cast):
        team, hidden = self.make_inside(cast), make_theme(community=cast.other)
        team.themes.add(hidden)
        client, page = cast.client("clerk"), self.url("change", team.pk)
        client.post(page, self.filled(client, page, {"tasks": "新任务"}))
        assert set(team.themes.all()) == {hidden}

    def test_buttons_follow_the_life_cycle(self, cast):
        client = cast.client("clerk")
        for state, names in (
            ("forming", {"register", "dissolve"}), ("registered", {"activate", "dissolve"}),
            ("active", {"pause", "dissolve", "check"}), ("paused", {"resume", "dissolve"}), ("dissolved", set()),
        ):  # fmt: skip
            team = make_team(community=cast.community, state=state)
            buttons = client.get(self.url("change", team.pk)).context["buttons"]
            assert {one.act.name for one in buttons} == names

    def test_yearly_check_is_recorded_and_listed(self, cast):
        client, team = cast.client("clerk"), make_team(community=cast.community)
        Team.objects.filter(pk=team.pk).update(created_at=clock.now().replace(year=2020))
        due = f"{self.url('changelist')}?check=due"
        assert list(client.get(due).context["cl"].result_list) == [team]
        act = reverse("admin:volunteers_team_act", args=[team.pk, "check"])
        assert client.post(act, {"seen_version": 1, "on": "2999-01-01"}).status_code == 422
        assert client.post(act, {"seen_version": 1}).status_code == 302
        assert list(client.get(due).context["cl"].result_list) == []


class TestLeadershipAdmin(AdminContract):
    model, noun, deleter = Leadership, "leadership", "clerk"
    edit = {"until": "2030-12-30"}

    def make_inside(self, cast):
        return Leadership.objects.create(team=cast.team, person=make_person())

    def make_outside(self, cast):
        team = make_team(community=cast.other)
        return Leadership.objects.create(team=team, person=make_person(f"乙队长{number()}"))

    def new(self, cast):
        return {"team": cast.team.pk, "person_name": "新队长"}

    def foreign(self, cast):
        return {"team": make_team(community=cast.other).pk}

    def other_edit(self):
        return {"until": "2030-12-31"}


class TestVolunteerAdmin(AdminContract):
    model, noun = Volunteer, "volunteer"
    edit = {"joined_on": "2020-01-02"}

    def make_inside(self, cast):
        return make_volunteer(community=cast.community, sources=("cadre",))

    def make_outside(self, cast):
        return make_volunteer(make_person(f"乙志愿者{number()}"), community=cast.other)

    def new(self, cast):
        return {"community": cast.community.pk, "person_name": "新志愿者", "sources": ["cadre", "youth"]}

    def other_edit(self):
        return {"joined_on": "2020-01-03"}

    def test_sources_are_changed_and_filtered(self, cast):
        client, one = cast.client("clerk"), self.make_inside(cast)
        page = self.url("change", one.pk)
        assert client.post(page, self.filled(client, page, {"sources": ["woman"]})).status_code == 302
        assert [source.kind for source in one.sources.all()] == ["woman"]
        make_volunteer(community=cast.community)
        found = client.get(self.url("changelist"), {"source": "woman"}).context["cl"].result_list
        assert list(found) == [one]

    def test_selected_applicants_are_approved(self, cast):
        rows = [make_volunteer(community=cast.community, state="applied") for _number in range(2)]
        data = {"action": "approve", "_selected_action": [row.pk for row in rows], "index": 0}
        cast.client("clerk").post(self.url("changelist"), data)
        assert {row.state for row in Volunteer.objects.filter(pk__in=[row.pk for row in rows])} == {"approved"}


class TestMembershipAdmin(AdminContract):
    model, noun, editor = Membership, "membership", None

    def make_inside(self, cast):
        return make_member(cast.team, make_volunteer(community=cast.community), state="requested")

    def make_outside(self, cast):
        team = make_team(f"乙队{number()}", community=cast.other)
        return make_member(team, make_volunteer(make_person(f"乙队员{number()}"), community=cast.other))

    def new(self, cast):
        return {"team": cast.team.pk, "person_name": "新队员", "sources": ["good_person"]}

    def foreign(self, cast):
        return {"team": make_team(community=cast.other).pk}

    def add(self, cast, **typed):
        client = cast.client("clerk")
        return client.post(self.url("add"), self.filled(client, self.url("add"), {"team": cast.team.pk, **typed}))

    def test_counter_takes_in_whom_a_number_names(self, cast):
        person = make_person("王秀兰", phone="13812345678")
        assert self.add(cast, person_number="138 1234 5678").status_code == 302
        row = Membership.objects.get()
        assert (row.volunteer.person, row.state, row.volunteer.state) == (person, "active", "approved")
        again = self.add(cast, person_number="13812345678")
        assert again.status_code == 422
        assert "已经在队里" in again.content.decode()

    def test_minor_needs_the_guardians_paper(self, cast):
        make_person("小明", phone="13812345678", birth_date=clock.today().replace(year=clock.today().year - 9, day=1))
        refused = self.add(cast, person_number="13812345678")
        assert refused.status_code == 422
        assert "监护人" in refused.content.decode()
        assert self.add(cast, person_number="13812345678", guardian_agreed="on").status_code == 302
        assert Membership.objects.get().guardian_agreed_on == clock.today()

    @pytest.mark.parametrize("state", ["paused", "dissolved"])
    def test_team_that_rests_is_not_offered(self, cast, state):
        team = make_team(community=cast.community, state=state)
        response = self.add(cast, team=team.pk, person_name="新队员")
        assert response.status_code == 422
        assert not Membership.objects.exists()

    def test_requests_are_approved_from_the_list(self, cast):
        rows = [self.make_inside(cast) for _number in range(2)]
        data = {"action": "approve", "_selected_action": [row.pk for row in rows], "index": 0}
        cast.client("clerk").post(self.url("changelist"), data)
        assert {row.state for row in Membership.objects.all()} == {"active"}

    def test_roster_by_team_and_source_with_the_number_of_people(self, cast):
        volunteer = make_volunteer(community=cast.community, sources=("cadre",))
        team = make_team(community=cast.community)
        rows = [make_member(cast.team, volunteer), make_member(team, volunteer), make_member(team)]
        make_resident(volunteer.person, community=cast.community)
        client = cast.client("clerk")
        found = client.get(self.url("changelist"), {"team__id__exact": team.pk, "source": "cadre"})
        assert list(found.context["cl"].result_list) == [rows[1]]
        # Two members and the team's leader, in two teams.
        assert "正常开展的队伍 2 支，共 3 人" in found.content.decode()

    def test_desk_counts_what_waits(self, cast):
        self.make_inside(cast)
        make_volunteer(community=cast.community, state="applied")
        self.make_outside(cast)
        items = {item.url: item.count for item in cast.client("clerk").get("/admin/").context["desk_items"]}
        assert items[f"{self.url('changelist')}?state__exact=requested"] == 1
        assert items[f"{reverse('admin:volunteers_volunteer_changelist')}?state__exact=applied"] == 1
