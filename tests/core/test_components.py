"""Dates in words, the template tags and the frames of pages."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from lucide import IconDoesNotExist

from core import clock, dates
from core.components import Act, ActivityCard, Chip, Fact, HonourCard, LinkRow, Panel, Seats, Step
from core.templatetags import linli

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 8, tzinfo=SHANGHAI)
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
SHEETS = sorted((settings.BASE_DIR / "static/linli").glob("*.css"))


def moment(day: int, hour: int = 0, minute: int = 0, year: int = 2026, month: int = 11) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _clock():
    with clock.frozen(NOW):
        yield


def render(text: str, **context) -> str:
    return Template("{% load linli %}" + text).render(Context(context))


def page(name: str, path: str = "/activities/", **context) -> str:
    request = RequestFactory().get(path)
    look = SimpleNamespace(elder=context.pop("elder", 0))
    user = SimpleNamespace(is_authenticated=context.pop("signed_in", False))
    return render_to_string(name, {"request": request, "look": look, "user": user, **context})


# --- dates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (moment(22), "11月22日 周日"),
        (date(2026, 1, 5), "1月5日 周一"),
        (datetime(2026, 11, 22, 16, tzinfo=UTC), "11月23日 周一"),
        (moment(22, year=2025), "2025年11月22日"),
    ],
)
def test_day_text_is_local_and_names_other_years(value, text):
    assert dates.day_text(value) == text


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (moment(22, 9), moment(22, 11, 30), "9:00–11:30"),
        (moment(22, 9), None, "9:00"),
        (moment(22, 18), moment(23), "18:00 – 11月23日 周一 0:00"),
    ],
)
def test_hours_text_names_the_day_of_a_later_end(start, end, text):
    assert dates.hours_text(start, end) == text


@pytest.mark.parametrize(
    ("precision", "written"),
    [
        ("day", ("2015年4月3日", "2015-04-03")),
        ("month", ("2015年4月", "2015-04")),
        ("season", ("2015年春", "2015")),
        ("year", ("2015年", "2015")),
        ("unknown", None),
    ],
)
def test_fuzzy_tells_no_more_than_is_known(precision, written):
    assert dates.fuzzy(date(2015, 4, 3), precision) == written


@pytest.mark.parametrize(("month", "season"), [(2, "冬"), (3, "春"), (8, "夏"), (9, "秋"), (12, "冬")])
def test_fuzzy_season_begins_in_march(month, season):
    assert dates.fuzzy(date(2015, month, 1), "season").text == f"2015年{season}"


def test_date_tags_write_machine_readable_times():
    assert render("{% day d %}", d=moment(22)) == '<time datetime="2026-11-22">11月22日 周日</time>'
    assert (
        render("{% daytime d %}", d=moment(27, 18))
        == '<time datetime="2026-11-27T18:00+08:00">11月27日 周五 18:00</time>'
    )
    assert (
        render("{% when s e %}", s=moment(22, 9), e=moment(22, 11, 30))
        == '<time datetime="2026-11-22T09:00+08:00">9:00–11:30</time>'
    )
    assert render("{% day d %}{% daytime d %}{% when d %}{% day_when d %}{% fuzzy_date d %}", d=None) == ""


# --- small parts --------------------------------------------------------------------------------------------------


def test_icon_is_hidden_from_screen_readers():
    svg = render('{% icon "map-pin" "ll-end" %}')
    assert svg.startswith("<svg ")
    assert 'aria-hidden="true" focusable="false"' in svg
    assert 'class="i ll-end"' in svg
    assert "style=" not in svg


def test_icon_with_unknown_name_fails():
    with pytest.raises(IconDoesNotExist):
        render('{% icon "no-such-icon" %}')


@pytest.mark.parametrize(
    ("url", "path", "also", "current"),
    [
        ("/", "/", "", ' aria-current="page"'),
        ("/", "/activities/", "", ""),
        ("/activities/", "/activities/", "", ' aria-current="page"'),
        ("/activities/", "/activities/x7k2/", "", ' aria-current="true"'),
        ("/c/", "/grids/x7k2/", "/grids/", ' aria-current="true"'),
        ("", "/", "", ""),
        ("/c/", None, "", ""),
    ],
)
def test_nav_link_marks_where_one_is(url, path, also, current):
    assert linli.nav_link("名", url, path, also) == f'<a href="{url}"{current}>名</a>'


def test_phone_dials_digits_only():
    assert render('{% phone "0475-888 8888" %}') == '<a class="nb num" href="tel:04758888888">0475-888 8888</a>'


def test_components_escape_what_people_typed():
    hostile = "<script>alert(1)</script>"
    card = ActivityCard(title=hostile, url="/", place=hostile, organiser=hostile, badge_label=hostile, note=hostile)
    for html in (
        render("{% activity_card card %}", card=card),
        render("{% badge t %}{% empty t %}{% msg t %}{% notice t %}{% masked t %}{% crumbs t %}", t=hostile),
        render("{% facts f %}", f=[Fact(hostile, hostile)]),
        render("{% timeline s %}", s=[Step(hostile)]),
        render("{% link_rows r %}", r=[LinkRow(hostile, "/", hostile)]),
    ):
        assert "<script" not in html


def test_component_refuses_arguments_it_does_not_declare():
    with pytest.raises(TemplateSyntaxError):
        render('{% badge "名" colour="red" %}')


# --- components ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tone", ["go", "few", "info", "off", "zhu", "gold"])
def test_badge_has_word_icon_and_tone(tone):
    html = render("{% badge label tone %}", label="名额不多", tone=tone)
    assert f"ll-badge--{tone}" in html
    assert "<svg" in html
    assert "名额不多" in html


def test_badge_without_tone_is_a_plain_word():
    assert render('{% badge "安全演练" %}').strip() == '<span class="ll-badge">安全演练</span>'


@pytest.mark.parametrize(
    ("taken", "text", "few"),
    [
        (18, "还有 12 个名额", False),
        (26, "还有 4 个名额", False),
        (27, "还有 3 个名额", True),
        (28, "还有 2 个名额", True),
        (30, "30 个名额已满", True),
    ],
)
def test_seats_have_a_text_twin_and_turn_amber_when_few(taken, text, few):
    html = render("{% seats s %}", s=Seats(taken, 30))
    assert f"<span>{text}</span>" in html
    assert f'aria-label="已报 {taken} 人，共 30 个名额"' in html
    assert ("ll-meter--few" in html) is few


def test_activity_card_says_date_time_and_today_once():
    card = ActivityCard(title="义务理发", url="/a/", starts_at=moment(22, 9), ends_at=moment(22, 11, 30))
    html = render("{% activity_card card %}", card=card)
    assert "ll-date--today" in html
    assert "<span>11月</span><b>22</b><span>今天</span>" in html
    assert "9:00–11:30" in html
    assert '<h3><a href="/a/">义务理发</a></h3>' in html
    assert html.count("<a ") == 1


def test_activity_card_in_a_day_shows_the_time_instead():
    card = ActivityCard(title="义务理发", url="/a/", starts_at=moment(22, 9), ends_at=moment(22, 11, 30))
    html = render("{% activity_card card heading=4 row=True %}", card=card)
    assert "9:00</time></b><span>到 11:30</span>" in html
    assert "11月" not in html
    assert "<h4>" in html


def test_activity_card_cancelled_is_said_in_the_title():
    card = ActivityCard(title="书画展", url="/a/", cancelled=True, note="原因：大风预警")
    html = render("{% activity_card card %}", card=card)
    assert ">已取消：书画展</a>" in html
    assert "原因：大风预警" in html


def test_panel_lists_acts_and_dates():
    panel = Panel(
        heading="正在报名",
        seats=Seats(18, 30),
        sentence="还有 12 个名额。",
        closes=moment(27, 18),
        acts=(Act("我要报名", "/s/", "primary"), Act("取消报名", "/c/", "danger")),
    )
    html = render("{% panel panel %}", panel=panel)
    assert 'aria-labelledby="panel"' in html
    assert "报名截止：<time" in html
    assert '<a class="btn btn-primary btn-lg" href="/s/">我要报名</a>' in html
    assert '<a class="btn btn-outline-danger" href="/c/">取消报名</a>' in html


@pytest.mark.parametrize(
    ("value", "qualifier", "text"),
    [
        (1600, "exact", "1,600 次"),
        (1600, "more_than", "超过1,600+ 次"),
        (1600, "at_least", "至少≥1,600 次"),
        (0, "unreadable", "— 原文不可读"),
    ],
)
def test_stat_keeps_its_qualifier_and_unit(value, qualifier, text):
    html = render('{% stat "志愿服务" value "次" qualifier %}', value=value, qualifier=qualifier)
    assert re.sub(r"<[^>]+>", "", html.partition("<dd>")[2]).strip() == text


def test_facts_leave_out_the_unknown():
    html = render("{% facts facts %}", facts=[Fact("面积", None), Fact("成立", ""), Fact("网格", "18 个")])
    assert html.count("<dt>") == 1


def test_honour_card_shows_the_year_it_knows():
    card = HonourCard(title="最美家庭", url="/h/", level_label="国家级", national=True, awarded_on=date(2012, 6, 1))
    html = render("{% honour_card card %}", card=card)
    assert "ll-honour--nation" in html
    assert '<time datetime="2012">2012年</time>' in html


@pytest.mark.parametrize(("number", "rels"), [(1, ["next"]), (5, ["prev", "next"]), (9, ["prev"])])
def test_pagination_keeps_the_other_parameters(number, rels):
    pages = Paginator(range(180), 20)
    html = render("{% pagination page query %}", page=pages.page(number), query=QueryDict("community=a&b&page=3&x=1"))
    assert re.findall(r'rel="(\w+)"', html) == rels
    assert f"第 {number} 页，共 9 页" in html
    assert all("community=a" in url and "x=1" in url for url in re.findall(r'href="([^"]+)"', html))


def test_pagination_of_one_page_is_nothing():
    assert render("{% pagination page query %}", page=Paginator([1], 20).page(1), query=QueryDict("")).strip() == ""


def test_error_summary_links_to_the_fields():
    class Form(forms.Form):
        name = forms.CharField(label="姓名")

        def clean(self):
            raise forms.ValidationError("这段时间您已报名另一场活动。")

    html = render("{% error_summary form %}", form=Form({}))
    assert "没能保存：有 2 处需要修改" in html
    assert '<a href="#id_name">姓名</a>' in html
    assert 'role="alert"' in html
    assert "这段时间您已报名另一场活动。" in html
    assert render("{% error_summary form %}", form=Form()).strip() == ""


@pytest.mark.parametrize(("tone", "role"), [("success", "status"), ("info", "status"), ("error", "alert")])
def test_msg_role_follows_its_tone(tone, role):
    assert f'role="{role}"' in render('{% msg "好了" tone %}', tone=tone)


def test_chips_mark_the_chosen_one():
    html = render('{% chips chips "级别" %}', chips=[Chip("全部", "/", True), Chip("市级", "/?level=city")])
    assert html.count('aria-current="true"') == 1


def test_scroll_frames_what_it_is_given():
    html = render('{% scroll "时长表" %}<table></table>{% endscroll %}')
    assert 'role="region" tabindex="0" aria-label="时长表，可左右滑动"><table></table></div>' in html


# --- frames -------------------------------------------------------------------------------------------------------


def test_base_page_holds_no_token_and_no_message():
    html = page("base.html", messages=["报名成功"], csrf_token="token")
    assert "csrfmiddlewaretoken" not in html
    assert "报名成功" not in html
    assert '<html lang="zh-Hans">' in html
    assert f'<link rel="canonical" href="{settings.SITE_URL}/activities/">' in html
    assert "ll-elderbar" not in html


def test_private_page_shows_messages_and_focuses_the_first():
    said = [SimpleNamespace(level_tag="success"), SimpleNamespace(level_tag="error")]
    html = page("private.html", messages=said)
    assert html.count("ll-msg") == 2 + html.count("ll-msg--")
    assert html.count("autofocus") == 1


@pytest.mark.parametrize("elder", [1, 4])
def test_elder_mode_brings_its_bar_back_to_the_same_page(elder):
    html = page("base.html", path="/activities/?page=2", elder=elder)
    assert f'data-elder="{elder}"' in html
    links = re.findall(r'href="/look/\?elder=(\d)&amp;next=([^"]+)"', html)
    assert links == [(str(size), "%2Factivities%2F%3Fpage%3D2") for size in (1, 2, 3, 4, 0)]


def test_header_offers_sign_in_or_my_page():
    assert ">登录</a>" in page("base.html")
    assert ">登录</a>" not in page("base.html", signed_in=True)


def test_demonstration_says_so():
    assert "ll-demo" in page("base.html", DEMO=True)
    assert "ll-demo" not in page("base.html", DEMO=False)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409])
def test_error_pages_show_the_reason_and_a_way_out(status):
    html = page(f"{status}.html", title="办不了", message="这张表过期了。")
    assert "<h1>办不了</h1>" in html
    assert "这张表过期了。" in html
    assert 'href="/">' in html


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 500, 503])
def test_error_pages_need_no_request(status):
    assert "<h1>" in render_to_string(f"{status}.html")


@pytest.mark.parametrize("status", [500, 503])
def test_pages_for_a_broken_server_use_nothing_of_it(status):
    text = (settings.BASE_DIR / f"templates/{status}.html").read_text()
    assert not re.findall(r"{%\s*(?:load|extends|include|url|static|translate)", text)


# --- what the browser is given ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_templates_hold_no_inline_style_script_or_foreign_address(path: Path):
    text = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)


def test_bootstrap_is_imported_from_where_it_is_preloaded():
    sheet = (settings.BASE_DIR / "static/linli/linli.css").read_text()
    assert f'@import url("../{linli.BOOTSTRAP_CSS}") layer(bootstrap);' in sheet
    assert f'href="{settings.STATIC_URL}{linli.BOOTSTRAP_CSS}"' in page("base.html")


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_sheets_ask_no_other_host(path: Path):
    assert not re.search(r"url\(['\"]?(?:https?:)?//", path.read_text())


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *((text, ground) for text in ("ink", "soft", "pine") for ground in ("paper", "card", "sand")),
        ("card", "pine"),
        ("pine-deep", "pine-tint"),
        ("zhu", "zhu-tint"),
        ("amber", "amber-tint"),
        ("indigo", "indigo-tint"),
        ("stone", "stone-tint"),
        ("gold", "gold-tint"),
        ("zhu", "card"),
    ],
)
def test_text_colours_reach_contrast_aa(text, ground):
    sheet = (settings.BASE_DIR / "static/linli/linli.css").read_text()
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", sheet.partition("@layer base {")[0]))
    light, dark = sorted((luminance(tokens[text]), luminance(tokens[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
