"""Themes and public notices in the workbench."""

from stories.models import PublicNotice, Theme
from tests.admin_contract import AdminContract
from tests.factories import make_notice, make_theme, number


class TestThemeAdmin(AdminContract):
    model, noun, deleter = Theme, "theme", "clerk"
    edit = {"summary": "一句话"}

    def make_inside(self, cast):
        return make_theme(community=cast.community)

    def make_outside(self, cast):
        return make_theme(f"乙主题{number()}", community=cast.other)

    def new(self, cast):
        return {"community": cast.community.pk, "name": "新主题", "kind": "topic"}

    def foreign(self, cast):
        return {"community": cast.other.pk, "parent": self.make_outside(cast).pk}

    def test_theme_of_all_communities_is_not_the_clerks(self, cast):
        client = cast.client("clerk")
        data = self.filled(client, self.url("add"), {**self.new(cast), "community": ""})
        assert client.post(self.url("add"), data).status_code == 422
        assert not Theme.objects.exists()


class TestPublicNoticeAdmin(AdminContract):
    model, noun = PublicNotice, "public_notice"
    edit = {"title": "改名公告"}

    def make_inside(self, cast):
        return make_notice(community=cast.community, state="draft", drafted_by=cast.clerk)

    def make_outside(self, cast):
        return make_notice(f"乙公告{number()}", community=cast.other, state="draft")

    def new(self, cast):
        return {"community": cast.community.pk, "title": "停水", "body": "明天停水。"}

    def test_end_before_start_is_said_beside_the_end(self, cast):
        client = cast.client("clerk")
        typed = {**self.new(cast), "starts_at": "2026-11-28T14:00", "ends_at": "2026-11-28T13:00"}
        response = client.post(self.url("add"), self.filled(client, self.url("add"), typed))
        assert response.status_code == 422
        assert "停水" in response.content.decode()
        assert not PublicNotice.objects.exists()
