"""Themes, public notices and the pages of the site in the workbench."""

import pytest
from django.urls import reverse

from core.models import AuditEntry
from stories import services
from stories.models import PageEdition, PageSection, PublicNotice, Theme
from tests.admin_contract import AdminContract
from tests.factories import make_edition, make_notice, make_theme, number
from tests.forms import form_values


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


class TestPageEditionAdmin(AdminContract):
    model, noun, reads_all = PageEdition, "page", True
    reader = adder = editor = "secretary"
    bystander = "clerk"
    edit = {"title": "改名页面"}

    def make_inside(self, cast):
        return make_edition(state="draft", drafted_by=cast.secretary)

    def new(self, cast):
        return {"kind": "help"}

    def foreign(self, cast):
        return {}

    def opened(self, cast, edition, name="secretary"):
        client = cast.client(name)
        return client, form_values(client.get(self.url("change", edition.pk)), self.form_id)

    def save(self, cast, edition, typed, name="secretary"):
        client, form = self.opened(cast, edition, name)
        return client.post(self.url("change", edition.pk), {**form, **typed})

    def act(self, cast, name, edition, verb, **typed):
        path = self.url("act", edition.pk, verb)
        return cast.client(name).post(path, {"seen_version": PageEdition.objects.get(pk=edition.pk).version, **typed})

    def test_adding_leads_to_the_copied_text(self, cast):
        client = cast.client("secretary")
        response = client.post(self.url("add"), self.filled(client, self.url("add"), {"kind": "privacy"}))
        edition = PageEdition.objects.get()
        assert response["Location"] == self.url("change", edition.pk)
        html = client.get(response["Location"]).content.decode()
        assert "您的权利" in html and "已复制到下面" in html

    def test_unknown_page_is_refused(self, cast):
        client = cast.client("secretary")
        response = client.post(self.url("add"), self.filled(client, self.url("add"), {"kind": "imprint"}))
        assert response.status_code == 422
        assert not PageEdition.objects.exists()

    def test_whole_way_to_the_page(self, cast):
        edition = services.draft_page(PageEdition(kind="about"), by=cast.secretary)
        typed = {"title": "关于我们", "sections-0-heading": "新的一段", "sections-0-text": "写给邻居的话。"}
        assert self.save(cast, edition, typed).status_code == 302
        assert set(AuditEntry.objects.latest("pk").fields) == {"title", "sections"}
        assert self.act(cast, "secretary", edition, "submit").status_code == 302
        assert self.act(cast, "secretary", edition, "publish").status_code == 403
        assert self.act(cast, "admin", edition, "publish").status_code == 302
        html = cast.client().get("/about/").content.decode()
        assert "<h1>关于我们</h1>" in html and "<h2>新的一段</h2>" in html and "<p>写给邻居的话。</p>" in html

    def test_section_is_added_without_a_script_and_comes_last(self, cast):
        edition = make_edition(state="draft", drafted_by=cast.secretary)
        typed = {"sections-1-heading": "再加一段", "sections-1-text": "加上的话。"}
        assert self.save(cast, edition, typed).status_code == 302
        assert [section.heading for section in edition.sections.all()] == ["小标题", "再加一段"]

    def test_section_is_taken_away(self, cast):
        edition = make_edition(state="draft", drafted_by=cast.secretary)
        assert self.save(cast, edition, {"sections-0-DELETE": "on"}).status_code == 302
        assert not PageSection.objects.exists()
        assert self.act(cast, "secretary", edition, "submit").status_code == 422

    @pytest.mark.parametrize("state", ["in_review", "published", "superseded", "withdrawn"])
    def test_nothing_but_a_draft_is_changed(self, cast, state):
        edition = make_edition(state=state, drafted_by=cast.secretary)
        section = edition.sections.get()
        typed = {
            "title": "偷改", "seen_version": 1, "sections-TOTAL_FORMS": 1, "sections-INITIAL_FORMS": 1,
            "sections-0-id": section.pk, "sections-0-edition": edition.pk, "sections-0-text": "偷改的话。",
        }  # fmt: skip
        assert cast.client("secretary").post(self.url("change", edition.pk), typed).status_code == 403
        assert (PageEdition.objects.get().title, PageSection.objects.get().text) == (edition.title, "正文。")

    def test_draft_of_another_is_read_only(self, cast):
        edition = make_edition(state="draft", drafted_by=cast.admin)
        response = cast.client("secretary").get(self.url("change", edition.pk))
        assert response.status_code == 200
        assert b'name="title"' not in response.content
        assert cast.client("secretary").post(self.url("change", edition.pk), {"title": "偷改"}).status_code == 403

    def test_section_of_another_edition_is_not_reached(self, cast):
        mine = make_edition(state="draft", drafted_by=cast.secretary)
        theirs = make_edition(state="published", text="已经发布的话。").sections.get()
        self.save(cast, mine, {"sections-0-id": theirs.pk, "sections-0-text": "偷改的话。"})
        theirs.refresh_from_db()
        assert theirs.text == "已经发布的话。"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", "字" * 41), ("title", ""), ("title", "   "), ("sections-0-heading", "字" * 61),
            ("sections-0-text", "字" * 5001), ("sections-0-text", ""), ("sections-0-order", "99999"),
        ],
    )  # fmt: skip
    def test_what_does_not_fit_is_said_and_kept(self, cast, field, value):
        edition = make_edition(state="draft", drafted_by=cast.secretary)
        response = self.save(cast, edition, {"sections-0-heading": "还在的标题", field: value})
        assert response.status_code == 422
        kept = form_values(response, self.form_id)
        assert kept[field] == value
        assert field == "sections-0-heading" or kept["sections-0-heading"] == "还在的标题"
        assert PageSection.objects.get().heading == "小标题"

    @pytest.mark.parametrize("value", ["\x00", "<script>alert(1)</script>", "报名\u202e表", "\u200b", "𠮷" * 40])
    def test_hostile_text_is_no_error_and_no_markup(self, cast, value):
        edition = make_edition(state="draft", drafted_by=cast.secretary)
        answer = self.save(cast, edition, {"title": value, "sections-0-heading": value, "sections-0-text": value})
        assert answer.status_code in {302, 400, 422}
        html = cast.client("secretary").get(self.preview(edition)).content.decode()
        assert "<script>alert" not in html and "\u202e" not in html and "\x00" not in html

    # --- preview ------------------------------------------------------------------------------------------------------

    def preview(self, edition):
        return reverse("admin:stories_pageedition_preview", args=[edition.pk])

    def test_preview_shows_the_draft_to_those_who_may_read_it(self, cast):
        edition = make_edition("contact", state="draft", drafted_by=cast.secretary, text="还没批准的话。")
        for name in ("secretary", "admin", "outsider_secretary"):
            html = cast.client(name).get(self.preview(edition)).content.decode()
            assert "还没批准的话。" in html and "访客看不到" in html and "还没有发布。" in html
        assert cast.client("clerk").get(self.preview(edition)).status_code == 403
        assert cast.client("resident").get(self.preview(edition)).status_code == 302
        assert cast.client().get(self.preview(edition)).status_code == 302
        assert cast.client("secretary").get(self.preview(edition).replace(str(edition.pk), "99999")).status_code == 404
        assert cast.client("secretary").get(self.preview(edition).replace(str(edition.pk), "abc")).status_code == 404

    @pytest.mark.parametrize(("state", "start"), [("draft", "/admin/"), ("published", "/help/?edition=")])
    def test_form_leads_to_preview_or_page(self, cast, state, start):
        edition = make_edition(state=state, drafted_by=cast.secretary)
        links = cast.client("secretary").get(self.url("change", edition.pk)).context["related_links"]
        assert [url.startswith(start) for _label, url in links] == [True]
        assert cast.client("secretary").get(links[0][1]).status_code == 200

    # --- the desk -----------------------------------------------------------------------------------------------------

    def test_desk_counts_what_waits(self, cast):
        make_edition(state="in_review", drafted_by=cast.secretary)
        make_edition("about", state="in_review", drafted_by=cast.admin)
        items = {str(item.label): item for item in cast.client("admin").get("/admin/").context["desk_items"]}
        item = items["等您审核的网站页面"]
        listed = cast.client("admin").get(item.url).context["cl"].result_list
        assert (item.count, len(listed)) == (1, 1)
        edition = services.draft_page(PageEdition(kind="privacy"), by=cast.secretary)
        services.submit_page(edition, by=cast.secretary)
        services.return_page(edition, by=cast.admin, reason="写明日期")
        items = {str(item.label): item.count for item in cast.client("secretary").get("/admin/").context["desk_items"]}
        assert items["退回给您的网站页面"] == 1
        assert "等您审核的网站页面" not in items
