"""portal/demo/facts.json holds what the communities told: every figure, nothing more, nobody's name."""

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from core.quantities import Qualifier, unit_of
from portal.demo import content
from portal.demo.content import facts, samples

PRIVATE_NAMES = ("马荣", "林文秀", "何志兵", "张先生")
QUALIFIERS = {"": "exact", "+": "more_than", "≥": "at_least", "?": "unreadable"}

# indicator, value, counting word and, if it is not exact, + (余, 多), ≥ (以上) or ? (not readable)
FIGURES = {
    "xincheng": """
        area 4 平方公里
        office_area 1500 平方米
        staff 28 人
        party_members_direct 120 人
        party_members_in_service 455 人
        grids 18 个
        resident_units 18 家
        exhibit_boards 21 块
        museum_visitors 1800 人 +
        film_screenings 25 场次
        film_audience 3000 人次 +
        honored_households 12 户
        volunteer_service_count 1600 次 +
        micro_wishes_fulfilled_households 530 户 +
        serious_illness_files 20 户 +
        medical_writeoff_ratio 90 % ≥
        song_contest_70th_rank 1 等奖
        red_song_contest_rank 2 等奖
    """,
    "xincun": """
        branches 6 个
        party_members 205 人
        party_members_retired 193 人
        grid_levels 3 级
        reading_groups 10 个
        care_file_types 6 种
        love_cards 1000 张 +
        training_terms 6 期
        jobs_found 60 人 +
        care_visits 325 次
        relief_value 50000 元 +
        volunteer_teams 13 支
        city_mgmt_volunteers 160 人
        pledges_org 62 条
        pledges_member 569 条
        pledge_rate_org 100 %
        pledge_rate_member 96 %
        platform_investment 30000 元 +
        qq_members 200 人 +
        issues_handled 201 件
    """,
    "mingzhu": """
        volunteer_teams 6 支
        action_themes 10 个
        theory_center_group 9 次
        theory_talks 3 次
        featured_party_lectures 10 次 +
        special_seminars 6 次
        home_study_visits 10 次 +
        cadres_educated 1000 人次 +
        policy_talks 10 次 +
        ideal_talks 4 次
        virtue_talks 4 次
        civilization_activities 2 次
        moral_practice 8 次
        our_festivals 9 次
        family_tradition 2 次
        model_selection 2 次
        custom_reform 1 次
        problems_found 3 个
        rectification_measures 6 条
        discipline_inspections 10 次 +
        disputes_mediated 17 起
        families_visited 180 户 +
        relief_cash 150000 元
        relief_goods 40 份 +
        children_helped 4 户
        entitled_groups_couplets 6 户
        policy_items_delivered — 次 ?
        rubbish_cleared 20 方 +
        gang_types_publicized 12 种
    """,
    "chezhanjie": """
        communities_in_district 48 个
        contest_winners 10 个
        contest_weight_popularity 50 %
        contest_weight_jury 50 %
        contest_window_days 10 天
        area 0.56 平方公里
        households 2106 户
        residents 5122 人
        grids 6 个
        branches 3 个
        party_members 107 人
        committee_seats 5 人
        resident_units 7 家
        individual_businesses 101 户
        owners_committees 1 个
        property_companies 4 家
        volunteers 110 人
        student_party_volunteers 13 人
        law_publicity 2 次
        civil_city_creation 20 次 +
        rubbish_pools_removed 2 个
        sorted_bins 40 个
        dead_corner_cleanups 2 次
        rubbish_cleared 10 吨 +
        culture_team_members 15 人
        learning_family_activities 9 次
        minor_moral_publicity 1 次/月
        health_lectures 2 次
        health_home_delivery 2 次
    """,
}

ROWS = {
    "activities": {"xincheng": 30, "xincun": 13, "mingzhu": 20, "chezhanjie": 12, "haizhou": 4},
    "teams": {"xincheng": 8, "xincun": 15, "mingzhu": 6, "chezhanjie": 5, "haizhou": 4},
    "partner_units": {"xincheng": 8, "xincun": 1, "mingzhu": 9, "chezhanjie": 3, "haizhou": 6},
    "venues": {"xincheng": 8, "xincun": 8, "mingzhu": 1, "chezhanjie": 3},
    "honours": {"xincheng": 4, "xincun": 6, "chezhanjie": 1},
    "themes": {"xincheng": 4, "xincun": 4, "mingzhu": 5, "chezhanjie": 3, "haizhou": 2},
    "party_organisations": {"xincheng": 3, "xincun": 1, "mingzhu": 1, "chezhanjie": 3, "haizhou": 1},
    "figures": {"xincheng": 18, "xincun": 20, "mingzhu": 29, "chezhanjie": 29},
}
LATER = {
    "leadership": 1, "team_totals": 4, "courses": 16, "honour_categories": 5, "pledges": 3, "micro_wishes": 1,
    "relief": 8, "mediation": 1, "employment": 2, "environment": 4, "deliberations": 1, "institutions": 4,
    "public_disclosure": 1, "rectification": 1, "channels": 4, "mail_service": 1, "online_platform": 1, "contest": 1,
}  # fmt: skip


def as_told(line):
    """A line of FIGURES as (indicator, value, unit, qualifier)."""
    indicator, value, word, *mark = line.split()
    unit, exact = unit_of(word)
    assert exact == Qualifier.EXACT
    return indicator, None if value == "—" else Decimal(value), unit.value, QUALIFIERS[mark[0] if mark else ""]


@pytest.mark.parametrize("slug", FIGURES)
def test_figures_have_value_unit_and_qualifier_as_told(slug):
    expected = [as_told(line) for line in FIGURES[slug].strip().splitlines()]
    rows = [row for row in facts()["figures"] if row["community"] == slug]
    assert [(row["indicator"], row["value"], row["unit"], row["qualifier"]) for row in rows] == expected


@pytest.mark.parametrize("name", ROWS)
def test_lists_have_as_many_rows_as_told(name):
    assert Counter(row["community"] for row in facts()[name]) == ROWS[name]


def test_lists_for_later_have_as_many_rows_as_told():
    assert {name: len(rows) for name, rows in facts()["later"].items()} == LATER


def test_regions_go_only_as_far_as_told():
    chains = {row["slug"]: [level["name"] for level in row["regions"]] for row in facts()["communities"]}
    assert chains == {
        "xincheng": ["通辽市"],
        "xincun": ["安徽省", "淮南市", "田家庵区", "洞山街道"],
        "mingzhu": ["嘉峪关市"],
        "chezhanjie": ["宣化区", "南关街道"],
        "haizhou": [],
    }


def test_what_was_not_told_is_null():
    founded = {row["slug"]: row["founded"] for row in facts()["communities"]}
    assert founded == {"xincheng": "2015-04", "xincun": None, "mingzhu": None, "chezhanjie": None, "haizhou": None}
    assert [row["year"] for row in facts()["honours"] if row["year"]] == [2012]
    years = Counter((row["community"], row["year"]) for row in facts()["activities"] if row["year"])
    assert years == {("mingzhu", 2019): 16}
    assert facts()["founders_of_teams"][0]["which_for_which"] is None
    contest = facts()["later"]["contest"][0]
    assert (contest["normalisation_rule"], contest["tie_rule"], contest["jury_size"]) == (None, None, None)


def test_families_stand_in_the_facts_masked_only():
    families = [row["recipient"] for row in facts()["honours"] if row["recipient_kind"] == "family"]
    assert families == ["马＊家庭", "林＊家庭"]


@pytest.mark.parametrize("name", ["facts.json", "samples.json"])
def test_files_name_no_private_person(name):
    text = Path(content.__file__).with_name(name).read_text(encoding="utf-8")
    assert [private for private in PRIVATE_NAMES if private in text] == []


@pytest.mark.parametrize("read", [facts, samples])
def test_chinese_texts_have_chinese_punctuation(read):
    text = json.dumps(read(), ensure_ascii=False, default=str)
    assert re.findall(r"[\u3400-\u9fff][,:;()?!]|[,:;()?!][\u3400-\u9fff]", text) == []


def test_facts_are_no_sentences():
    assert "。" not in json.dumps(facts(), ensure_ascii=False, default=str)


def test_samples_fit_the_facts():
    teams = {(row["community"], row["name"]) for row in facts()["teams"]}
    themes = {(row["community"], name) for row in facts()["themes"] for name in (row["name"], *row["items"])}
    venues = {(row["community"], row["name"]) for row in facts()["venues"]}
    partners = {(row["community"], row["name"]) for row in facts()["partner_units"]}
    for spec in samples()["activities"]:
        slug = spec["community"]
        assert {(slug, name) for name in spec.get("themes", ())} <= themes
        assert {(slug, name) for name in spec.get("partners", ())} <= partners
        assert "team" not in spec or (slug, spec["team"]) in teams
        assert "venue" not in spec or (slug, spec["venue"]) in venues
    assert {(spec["community"], spec["team"]) for spec in samples()["leaders"]} <= teams


def test_phones_of_samples_belong_to_nobody():
    text = json.dumps(samples(), ensure_ascii=False, default=str)
    assert {found[:8] for found in re.findall(r"1\d\d \d{4} \d{4}", text)} == {"169 0000"}
