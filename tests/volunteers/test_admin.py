"""Teams and leaders in the workbench."""

from tests.admin_contract import AdminContract
from tests.factories import make_person, make_team, make_theme, number
from volunteers.models import Leadership, Team


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
