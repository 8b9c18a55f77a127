"""Journey 4: a clerk of another community meets nothing of this one's drafts, people and sign-ups."""

import pytest
from django.db.models import Model
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.admin import site
from tests.browser.watch import DESK
from tests.stage import Side

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOBODY = 999_999
LOOK_UPS = (
    "community__name__startswith=甲", "community__region__name=甲区", "person__id_number__startswith=1",
    "contact__phone_index=1", "quota__activity__title__contains=草稿", "id__gt=0",
)  # fmt: skip


def rows_of(side: Side) -> list[Model]:
    """Everything of one community that has a page in the workbench."""
    rows = [*side.activities.values(), *side.honours.values(), *side.notices.values(), *side.rows]
    return [row for row in [*rows, side.community, side.grid, side.team] if site.admin_of(type(row))]


def words_of(side: Side) -> set[str]:
    """Texts that occur on pages about this community only."""
    return {*side.canaries, *side.staff_canaries, side.community.name, side.grid.name, side.neighbour.name}


def admin_url(row: Model | type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=args)


def told(text: str, side: Side) -> list[str]:
    return [word for word in words_of(side) if word in text]


@pytest.fixture
def outsider(five, enter) -> Page:
    return enter(five.cast.outsider, viewport=DESK)


def test_desk_lists_searches_and_filters_tell_nothing(five, outsider):
    outsider.goto("/admin/")
    assert told(outsider.content(), five.a) == []
    expect(outsider.get_by_role("main")).to_contain_text("乙社区")
    for model in {type(row) for row in rows_of(five.a)}:
        outsider.goto(admin_url(model, "changelist"))
        assert told(outsider.content(), five.a) == [], model
        for query in ("q=甲", "q=jia", f"q={five.a.neighbour.name}", f"community__id__exact={five.a.community.pk}"):
            answer = outsider.request.get(f"{admin_url(model, 'changelist')}?{query}")
            shown = answer.text().replace(f'value="{five.a.neighbour.name}"', "")
            assert told(shown, five.a) == [], (model, query)


def test_forms_offer_nothing(five, outsider):
    for model in {type(row) for row in rows_of(five.a)}:
        if outsider.request.get(admin_url(model, "add")).status != 200:
            continue
        outsider.goto(admin_url(model, "add"))
        offered = outsider.locator("option, .ll-checks label").all_text_contents()
        assert told(" ".join(offered), five.a) == [], model
        assert told(outsider.content(), five.a) == [], model
    outsider.goto("/admin/events/activity/add/")
    assert [text for text in outsider.locator("#id_community option").all_text_contents() if "乙社区" in text]


def test_typed_addresses_do_not_exist(five, outsider):
    """Whatever is asked of a row of A, the answer is that for a row which nobody has."""
    answered = {}
    for row in rows_of(five.a):
        acts = site.admin_of(type(row)).all_acts()
        # Every act of the first row of its kind, the first act of the others.
        asked = list(acts) if (type(row), "change", ()) not in answered else list(acts)[:1]
        for page, *more in [("change",), ("history",), ("delete",), *(("act", name) for name in asked)]:
            key = (type(row), page, tuple(more))
            if key not in answered:
                answered[key] = outsider.request.get(admin_url(row, page, NOBODY, *more))
            answer = outsider.request.get(admin_url(row, page, row.pk, *more))
            assert answer.status == answered[key].status, answer.url
            assert answer.status == 404 or (page == "delete" and answer.status == 403), answer.url
            # The names of communities in the header of the page that is not there are public.
            assert told(answer.text(), five.a) == told(answered[key].text(), five.a), answer.url
            assert not set(told(answer.text(), five.a)) - {five.a.community.name}, answer.url
    draft = five.a.activities["draft"]
    assert outsider.goto(admin_url(draft, "change", draft.pk)).status == 404
    expect(outsider.get_by_role("heading", level=1)).to_have_text("没有找到这个页面")
    assert outsider.goto(draft.get_absolute_url()).status == 404


def test_typed_look_ups_are_refused(five, outsider):
    for model in {type(row) for row in rows_of(five.a)}:
        for look_up in LOOK_UPS:
            answer = outsider.request.get(f"{admin_url(model, 'changelist')}?{look_up}")
            assert answer.status == 400, answer.url
            assert told(answer.text(), five.a) == [], answer.url


def test_posts_change_nothing(five, outsider):
    outsider.goto("/admin/events/activity/")
    token = outsider.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value")
    row = five.a.activities["in_review"]
    form = {"csrfmiddlewaretoken": token, "seen_version": row.version, "post": "yes", "title": "被改了"}
    headers = {"Referer": outsider.url}
    for page, *more in (("change",), ("delete",), ("act", "publish"), ("act", "cancel"), ("act", "withdraw")):
        answer = outsider.request.post(admin_url(row, page, row.pk, *more), form=form, headers=headers)
        assert answer.status == 404 or (page == "delete" and answer.status == 403), answer.url
    before = (row.state, row.title, row.version)
    row.refresh_from_db()
    assert (row.state, row.title, row.version) == before
