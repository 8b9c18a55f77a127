"""load_demo: what it makes, and what it never touches."""

import io
import time
from collections import Counter
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import F
from django.test import TestCase, override_settings

from accounts.models import Person, User
from accounts.roles import Role
from core import books, clock
from core.models import Logged, OpeningBalance, Transition
from core.refusals import Refusal
from core.scope import scope_of
from core.states import history
from events.models import Activity, Quota
from events.services.standings import why_closed, why_not_sign_up
from grids.models import Community, Grid, Posting, Region, Residency, Venue
from grids.states import GridKind
from honours.models import Honour
from portal.demo.activities import WANTED
from portal.demo.content import facts, samples
from portal.demo.load import load
from portal.management.commands.load_demo import table
from stories.models import PublicNotice, Theme
from tests.factories import make_community, make_user
from tests.portal.test_facts import PRIVATE_NAMES, ROWS
from volunteers.models import Leadership, Team

APPS = ("accounts", "core", "events", "grids", "honours", "stories", "volunteers")
PASSWORD = "the-word-of-the-demo"
FORTNIGHT = timedelta(days=14)


def everything():
    """All rows of all our tables, as stored."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for app in APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }


def ahead(at=None):
    """The published activities of the next 14 days."""
    moment = at or clock.now()
    rows = Activity.objects.public().filter(state="published", starts_at__gt=moment)
    return rows.filter(starts_at__lte=moment + FORTNIGHT)


def sample(title):
    return Activity.objects.get(title__startswith=title, is_sample=True)


def closed_because(activity):
    refused = why_closed(activity, Quota.objects.filter(activity=activity).first())
    return refused and refused.refusal


class LoadedTests(TestCase):
    """One load for all."""

    @classmethod
    def setUpTestData(cls):
        began = time.monotonic()
        cls.made = load(password=PASSWORD).made
        print(f"\nload_demo: {sum(cls.made.values())} rows in {time.monotonic() - began:.1f} s")

    # --- facts

    def test_communities_are_those_of_the_facts(self):
        rows = Community.objects.order_by("pk")
        assert [row.name for row in rows] == ["新城社区", "新村社区", "明珠社区", "车站街社区", "海洲社区"]
        assert {row.is_demo for row in rows} == {True}
        first, station = rows[0], rows.get(slug="chezhanjie")
        assert (first.founded_on, first.founded_precision, first.office_area_m2) == (date(2015, 4, 1), "month", 1500)
        assert (str(station.area_km2), station.shape, station.slogan) == ("0.56", "梯形", "幸福家园 温馨港湾")
        assert [mark for _side, mark in station.bounds] == ["地道桥", "加油站", "西货场", "南关桥西马道"]

    def test_regions_are_told_ones_only(self):
        assert Region.objects.count() == 8
        assert Community.objects.get(slug="haizhou").region is None
        assert str(Community.objects.get(slug="xincun").region.parent.parent.parent) == "安徽省"

    def test_xincheng_has_18_grids_each_with_its_branch(self):
        grids = Grid.objects.filter(community__slug="xincheng").order_by("path")
        assert grids.count() == 18
        assert (grids[0].name, grids[17].name) == ("第一网格", "第十八网格")
        assert {grid.party_organisation.name for grid in grids} == {f"{grid.name}党支部" for grid in grids}
        assert {grid.party_organisation.kind for grid in grids} == {"grid_branch"}

    def test_xincun_has_a_branch_on_level_two_and_no_invented_level_three(self):
        grids = Grid.objects.filter(community__slug="xincun")
        assert Counter(grid.level for grid in grids) == {1: 1, 2: 6}
        assert {grid.party_organisation.kind for grid in grids.filter(level=2)} == {"branch"}

    def test_chezhanjie_has_six_merged_grids_with_a_party_organisation(self):
        grids = Grid.objects.filter(community__slug="chezhanjie")
        assert grids.count() == grids.merged().count() == 6
        assert not grids.filter(party_organisation=None).exists()
        assert not Grid.objects.exclude(community__slug="chezhanjie").filter(kind=GridKind.MERGED).exists()

    def test_balances_are_all_figures(self):
        slugs = dict(Community.objects.values_list("pk", "slug"))
        stored = Counter(slugs[row.community_id] for row in OpeningBalance.objects.all())
        assert stored == ROWS["figures"]
        by_key = {(slugs[row.community_id], row.indicator): row for row in OpeningBalance.objects.all()}
        for row in facts()["figures"]:
            quantity = by_key[row["community"], row["indicator"]].quantity
            assert (quantity.value, quantity.unit, quantity.qualifier) == (row["value"], row["unit"], row["qualifier"])

    def test_every_told_activity_is_a_record_without_an_invented_time(self):
        rows = Activity.objects.filter(is_sample=False)
        assert Counter(row.community.slug for row in rows.select_related("community")) == ROWS["activities"]
        assert set(rows.values_list("state", "starts_at", "needs_sign_up")) == {("counted", None, False)}
        assert set(rows.exclude(held_on=None).values_list("held_on", "held_precision")) == {(date(2019, 1, 1), "year")}
        assert set(rows.filter(held_on=None).values_list("held_precision", flat=True)) == {"unknown"}
        by_title = {(row.community.slug, row.title): row for row in rows}
        for fact in facts()["activities"]:
            record = by_title[fact["community"], fact["title"]]
            assert record.held_note == (fact["when"] or "")
            assert sorted(str(partner) for partner in record.partners.all()) == sorted(fact["partners"])
            assert [theme.name for theme in record.themes.all()] == fact["themes"]

    def test_told_counts_stand_in_the_record(self):
        record = Activity.objects.get(title="参观麦新烈士纪念馆")
        assert record.description.endswith("共计：超过 1,800 人。")

    def test_teams_themes_and_venues_are_all_there(self):
        assert Counter(team.community.slug for team in Team.objects.select_related("community")) == ROWS["teams"]
        assert Team.objects.get(name="城管志愿者队伍").stated_size == 160
        assert Theme.objects.filter(parent=None).count() == 18
        assert Venue.objects.count() == 20

    def test_qingfeng_has_three_plus_lines_each_with_an_activity_ahead(self):
        lines = Theme.objects.filter(parent__name="“清风党建+”模式")
        assert sorted(line.name for line in lines) == ["党建+关爱", "党建+服务", "党建+治理"]
        for line in lines:
            assert ahead().filter(themes=line).count() == 1
        assert Theme.objects.filter(parent__name="“清风”党建品牌").count() == 4

    def test_honours_were_drafted_by_one_and_published_by_another(self):
        assert Honour.objects.valid().count() == Honour.objects.count() == 10
        for honour in Honour.objects.all():
            steps = list(history(honour))
            assert [step.verb for step in steps] == ["create", "submit", "publish"]
            assert steps[0].actor != steps[2].actor
            assert None not in (steps[0].actor, steps[2].actor)
        levels = Counter(Honour.objects.filter(community__slug="xincun").values_list("level", flat=True))
        assert levels == {"national": 2, "province": 2, "city": 2}

    def test_private_families_are_masked_for_everybody(self):
        families = Honour.objects.filter(recipient_kind="family")
        assert {(row.printed_name, row.public_recipient, row.name_consent) for row in families} == {
            ("马＊家庭", "马＊家庭", False),
            ("林＊家庭", "林＊家庭", False),
        }

    def test_no_text_anywhere_names_a_private_person(self):
        texts = str(everything())
        assert [name for name in PRIVATE_NAMES if name in texts] == []

    def test_all_rows_satisfy_their_forms(self):
        checked = set()
        for app in APPS:
            for model in apps.get_app_config(app).get_models():
                if issubclass(model, Logged):
                    continue  # written by services, never by a form
                for row in model._base_manager.all():
                    unknown = {f.name for f in model._meta.fields if f.null and getattr(row, f.attname) is None}
                    row.full_clean(
                        exclude=unknown | unreadable(model), validate_unique=False, validate_constraints=False
                    )
                    checked.add(model._meta.label)
        assert {"accounts.Person", "grids.Residency", "volunteers.Membership", "events.Activity"} <= checked

    # --- people

    def test_accounts_have_the_rights_of_their_role(self):
        names = [spec["username"] for spec in samples()["accounts"]]
        assert User.objects.filter(username__in=names, is_active=True).count() == 12
        for name in names:
            assert User.objects.get(username=name).check_password(PASSWORD)
        home, other = Community.objects.get(slug="xincheng"), Community.objects.get(slug="mingzhu")
        for name, permission, covered in (
            ("clerk", "activity.add", home),
            ("secretary", "activity.publish", home),
            ("outsider", "activity.add", other),
        ):
            scope = scope_of(User.objects.get(username=name), permission)
            assert scope.communities == {covered.pk}
        assert scope_of(User.objects.get(username="admin"), "user.add").everything
        for name in ("leader", "juror", "volunteer", "resident"):
            user = User.objects.get(username=name)
            assert not user.is_staff
            assert not Posting.objects.filter(user=user).exists()
        assert Leadership.objects.filter(person__user__username="leader", team__name="“党旗红”志愿服务队").exists()
        assert Residency.objects.filter(person__user__username="resident", community=home).exists()

    def test_colleagues_cannot_sign_in(self):
        others = User.objects.exclude(username__in=[spec["username"] for spec in samples()["accounts"]])
        assert others.count() == 24
        assert not any(user.has_usable_password() for user in others)

    def test_all_people_are_marked_as_samples_with_numbers_of_nobody(self):
        people = Person.objects.all()
        assert {person.is_sample for person in people} == {True}
        assert {person.phone[:10] for person in people if person.phone} == {"+861690000"}
        assert len({person.name for person in people}) == len(people)

    def test_children_have_a_guardian_and_no_phone(self):
        today = clock.today()
        children = [one for one in Person.objects.all() if one.birth_date and one.age_on(today) < 18]
        assert len(children) == 5
        for child in children:
            assert child.phone == ""
            assert [one.age_on(today) >= 18 for one in child.guardians.all()] == [True]

    def test_ages_are_those_wanted(self):
        homes = Residency.objects.filter(community__slug="xincun").select_related("person").order_by("pk")
        ages = [one.person.age_on(clock.today()) for one in homes]
        assert ages == samples()["residents"]["xincun"]

    # --- samples

    def test_ten_activities_lie_ahead_in_all_communities(self):
        assert ahead().count() >= WANTED
        assert ahead().values("community").distinct().count() == 5
        assert set(Activity.objects.exclude(starts_at=None).values_list("is_sample", flat=True)) == {True}

    def test_samples_show_every_case(self):
        assert closed_because(sample("义务理发")) is None
        nearly = sample("“我为母亲做花束”").quotas.get()
        assert nearly.free == 2
        full = sample("“毛线编织”")
        assert full.quotas.get().free == 0
        assert closed_because(full) == Refusal.FULL
        assert closed_because(sample("桥下垃圾清理")) == Refusal.SIGN_UP_CLOSED
        assert closed_because(sample("健康讲座")) == Refusal.CANCELLED
        assert closed_because(sample("创业、技能培训班")) == Refusal.NOT_OPEN_YET
        assert closed_because(sample("太极队晨练")) == Refusal.NO_SIGN_UP
        assert sample("传统节日联谊会").state == "in_review"
        assert sample("“巧妇达人”").state == "draft"
        outsider = User.objects.get(username="outsider")
        refused = why_not_sign_up(sample("清扫中央公园"), outsider.person, user=outsider)
        assert refused.refusal == Refusal.NOT_RESIDENT

    def test_seats_are_taken_by_people(self):
        for spec in samples()["activities"]:
            if spec.get("taken"):
                quota = sample(spec["title"]).quotas.get()
                assert quota.seats_taken == spec["taken"] + len(spec.get("accounts", ()))
        assert not Quota.objects.exclude(activity__state="published").filter(is_open=True).exists()

    def test_books_agree(self):
        books.discover()
        assert set(map(tuple, books.verify().values())) == {()}

    def test_sample_activities_were_approved_by_a_second_person(self):
        for activity in Activity.objects.filter(is_sample=True, state="published"):
            actors = {step.verb: step.actor_id for step in history(activity)}
            assert set(actors) == {"create", "submit", "publish"}
            assert None not in actors.values()
            assert actors["create"] != actors["publish"]

    def test_notices_are_marked_and_showing(self):
        assert PublicNotice.objects.showing().count() == PublicNotice.objects.filter(is_sample=True).count() == 3

    # --- a second time

    def test_a_second_load_changes_nothing(self):
        before = everything()
        assert load(password=PASSWORD).made == {}
        assert everything() == before

    def test_what_people_changed_stays_changed(self):
        Community.objects.filter(slug="xincheng").update(name="新名社区", phone="110", version=F("version") + 1)
        Venue.objects.filter(name="图书室").update(name="阅览室")
        Grid.objects.filter(name="第七网格").update(name="七号网格")
        Activity.objects.filter(title="义务理发").update(title="免费理发")
        Team.objects.filter(name="太极队").update(name="太极一队")
        Honour.objects.filter(title="“两学一做”红歌赛二等奖").update(title="红歌赛")
        User.objects.filter(username="clerk").update(is_active=False)
        User.objects.filter(username="leader").update(username="captain", person=None)
        Person.objects.filter(user__username="resident").update(name="另名", is_sample=False)
        Posting.objects.filter(user__username="secretary").update(until=clock.today() - timedelta(days=1))
        before = everything()
        assert load(password=PASSWORD).made == {}
        assert everything() == before

    def test_deleted_rows_come_back(self):
        venue = Venue.objects.get(name="图书室")
        Activity.objects.filter(venue=venue).update(venue=None)
        venue.delete()
        assert load(password=PASSWORD).made == {Venue: 1}
        assert Venue.objects.filter(name="图书室").count() == 1

    def test_another_password_is_given_to_all_accounts(self):
        load(password="another-word-of-the-demo")
        assert User.objects.get(username="resident").check_password("another-word-of-the-demo")
        load(password="")
        assert User.objects.get(username="resident").check_password("another-word-of-the-demo")

    def test_twenty_days_later_there_is_something_on_again(self):
        before = set(Activity.objects.values_list("pk", flat=True))
        transitions = Transition.objects.count()
        later = clock.now() + timedelta(days=20)
        with clock.frozen(later):
            assert ahead().count() == 0
            made = load(password=PASSWORD).made
            assert ahead().count() >= WANTED
        assert set(made) == {Activity}
        assert made[Activity] == len(samples()["activities"])
        assert before < set(Activity.objects.values_list("pk", flat=True))
        assert Transition.objects.count() > transitions
        books.discover()
        assert set(map(tuple, books.verify().values())) == {()}

    def test_every_day_of_a_month_has_ten_activities_ahead(self):
        start = clock.now()
        for day in (3, 7, 12, 26):
            with clock.frozen(start + timedelta(days=day)):
                load(password="")
                assert ahead().count() >= WANTED

    def test_called_off_samples_are_replaced(self):
        ahead().update(state="cancelled")
        Quota.objects.update(is_open=False)
        load(password=PASSWORD)
        assert ahead().count() == WANTED

    def test_samples_survive_staff_without_postings(self):
        Posting.objects.filter(role__in=(Role.CLERK, Role.SECRETARY)).update(until=clock.today() - timedelta(days=1))
        with clock.frozen(clock.now() + timedelta(days=20)):
            load(password=PASSWORD)
            assert ahead().count() >= WANTED


def unreadable(model):
    """The one field that may be empty although its form asks for it: a number that cannot be read in the source."""
    return {"value"} if model is OpeningBalance else set()


def run(*arguments):
    out = io.StringIO()
    call_command("load_demo", *arguments, stdout=out)
    return out.getvalue()


def test_foreign_communities_are_not_joined_unasked(db):
    make_community(name="真实社区")
    with pytest.raises(CommandError, match="真实社区"):
        run()
    assert Community.objects.count() == 1
    assert Person.objects.count() == 0


@override_settings(DEMO_PASSWORD=PASSWORD)
def test_beside_foreign_communities_nobody_of_the_demonstration_reaches_them(db):
    foreign = make_community(name="真实社区")
    printed = run("--beside")
    assert Community.objects.count() == 6
    assert "district" not in printed
    assert not User.objects.filter(username__in=("admin", "district")).exists()
    for posting in Posting.objects.all():
        assert posting.place is not None
        assert (posting.community or posting.grid.community) != foreign
    assert list(Community.objects.filter(is_demo=False)) == [foreign]


def test_somebody_elses_account_is_not_taken_over(db):
    user = make_user("secretary")
    with pytest.raises(CommandError, match="secretary"):
        run()
    assert not Community.objects.exists()
    assert not Posting.objects.filter(user=user).exists()


@override_settings(DEMO_PASSWORD="", SITE_URL="http://127.0.0.1:8123")
def test_command_prints_addresses_accounts_and_password_at_every_start(db):
    first, second = run(), run()
    password = first.split("密码")[1].split()[0]
    assert User.objects.get(username="outsider").check_password(password)
    for printed in (first, second):
        assert "http://127.0.0.1:8123/" in printed
        assert "http://127.0.0.1:8123/admin/" in printed
        for spec in samples()["accounts"]:
            assert f"\n{spec['username']} " in printed
    assert "与上次相同" in second


def test_columns_line_up_in_a_terminal():
    assert table([("账号", "a"), ("admin", "b")], first=8) == ["账号    a", "admin   b"]
