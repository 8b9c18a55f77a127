"""Homes in the workbench: typing an address, moving, ending; what the desk counts; the public entry of a posting."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Notice
from accounts.roles import Role
from core import clock
from core.models import AuditEntry
from grids import services
from grids.models import Household, PartnerUnit, Posting, Residency
from tests.event_factories import make_activity
from tests.factories import (
    make_building,
    make_community,
    make_estate,
    make_grid,
    make_household,
    make_partner,
    make_person,
    make_posting,
    make_resident,
    make_user,
)
from tests.forms import form_values
from tests.portal.test_home import make_balance

pytestmark = pytest.mark.django_db

PHONE = "13812345678"


def page(name, *args):
    return reverse(f"admin:grids_{name}", args=args)


def fill(client, url, form, typed):
    return client.post(url, {**form_values(client.get(url), form), **typed})


def act(client, obj, name, **typed):
    url = page(f"{obj._meta.model_name}_act", obj.pk, name)
    return client.post(url, {"seen_version": obj.version, **typed})


@pytest.fixture
def building(cast):
    estate = make_estate("福园", community=cast.community)
    return make_building("3号楼", grid=cast.grid, estate=estate)


class TestAddresses:
    def add(self, client, **typed):
        return fill(client, page("residency_add"), "residency_form", {"person_name": "新居民", **typed})

    @pytest.mark.parametrize("line", ["福园3-1-302", "福园三号楼1单元302室"])
    def test_resident_is_recorded_at_a_typed_address_which_is_made(self, cast, building, line):
        assert self.add(cast.client("clerk"), address_line=line).status_code == 302
        home = Residency.objects.latest("pk")
        assert (str(home.household), home.grid, home.community) == ("福园3号楼1单元302室", cast.grid, cast.community)
        self.add(cast.client("clerk"), address_line=line, person_name="另一人")
        assert Household.objects.count() == 1

    def test_resident_is_recorded_in_a_chosen_building(self, cast, building):
        assert self.add(cast.client("gridworker"), building=building.pk, unit="1", room="302").status_code == 302
        assert str(Household.objects.get()) == "福园3号楼1单元302室"

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"address_line": "寿园3号楼"}, "address_line"),
            ({"address_line": "乙楼302"}, "address_line"),
            ({"room": "302"}, "building"),
            ({"building": "999999"}, "building"),
            ({"address_line": "福园3号楼302", "building": "other"}, "building"),
            ({"address_line": "楼" * 500}, "address_line"),
            ({"room": "9" * 99}, "room"),
        ],
    )
    def test_unclear_address_is_said_beside_its_field_and_kept(self, cast, building, typed, field):
        make_building("乙楼", grid=cast.other_grid)
        if typed.get("building") == "other":
            typed = {**typed, "building": make_building(grid=cast.grid).pk}
        response = self.add(cast.client("clerk"), **typed)
        assert response.status_code == 422
        assert list(response.context["adminform"].form.errors) == [field]
        assert (Household.objects.count(), Residency.objects.filter(person__name="新居民").count()) == (0, 0)
        assert response.context["adminform"].form[next(iter(typed))].value() == next(iter(typed.values()))

    def test_grid_worker_reaches_the_own_buildings_only(self, cast, building):
        make_building("9号楼", grid=make_grid(community=cast.community))
        client = cast.client("gridworker")
        form = client.get(page("residency_add")).context["adminform"].form
        assert list(form.fields["building"].queryset) == [building]
        assert self.add(client, address_line="9号楼302").status_code == 422

    def test_home_without_address_gets_one_and_keeps_its_days(self, cast, building):
        home = make_resident(community=cast.community)
        url = page("residency_change", home.pk)
        assert fill(cast.client("clerk"), url, "residency_form", {"address_line": "福园3号楼302"}).status_code == 302
        again = Residency.objects.get(pk=home.pk)
        assert (again.since, again.grid, str(again.household)) == (home.since, cast.grid, "福园3号楼302室")
        assert "address_line" not in cast.client("clerk").get(url).context["adminform"].form.fields

    def test_overlapping_home_is_refused_with_what_was_typed(self, cast, building):
        person = make_resident(make_person("老王", phone="13812345678"), community=cast.community).person
        typed = {"person_number": "13812345678", "person_name": "", "address_line": "福园3号楼302"}
        response = self.add(cast.client("clerk"), **typed)
        assert response.status_code == 422
        assert "请先结束原来的" in response.content.decode() and "福园3号楼302" in response.content.decode()
        assert Residency.objects.filter(person=person).count() == 1 and Household.objects.count() == 0


class TestMoves:
    def test_move_keeps_the_old_home(self, cast, building):
        home = make_resident(household=make_household(building, "101"))
        assert act(cast.client("clerk"), home, "move", address_line="福园3号楼302").status_code == 302
        first, second = Residency.objects.filter(person=home.person).order_by("pk")
        assert (first.until, second.since) == (clock.today() - timedelta(days=1), clock.today())
        assert str(second.household) == "福园3号楼302室"

    @pytest.mark.parametrize(
        ("typed", "status"),
        [({}, 422), ({"address_line": "没有的楼"}, 422), ({"since": "abc", "address_line": "福园3号楼302"}, 422),
         ({"since": "1990-01-01", "address_line": "福园3号楼302"}, 422), ({"address_line": "福园3号楼101"}, 422)],
    )  # fmt: skip
    def test_impossible_move_is_explained(self, cast, building, typed, status):
        home = make_resident(household=make_household(building, "101"))
        response = act(cast.client("clerk"), home, "move", **typed)
        assert response.status_code == status and response.context["form"].errors
        assert Residency.objects.filter(person=home.person).count() == 1

    @pytest.mark.parametrize("room", ["㉑" * 20, "ﷺ" * 20, "'\"%_\\", "<script>alert(1)</script>"[:20], "𠮷" * 20])
    def test_strange_rooms_are_kept_as_typed(self, cast, building, room):
        home = make_resident(household=make_household(building, "101"))
        typed = {"building": building.pk, "unit": room, "room": room}
        assert act(cast.client("clerk"), home, "move", **typed).status_code == 302
        address = Household.objects.latest("pk").address
        assert (address.unit, address.room) == (room, room)
        url = page("household_change", Household.objects.latest("pk").pk)
        assert "<script>alert" not in cast.client("clerk").get(url).content.decode()

    @pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2024-02-30", "9" * 40])
    def test_strange_days_are_answered(self, cast, building, day):
        home = make_resident(household=make_household(building, "101"))
        client = cast.client("clerk")
        for obj, name, typed in (
            (home, "move", {"since": day, "address_line": "福园3号楼302"}), (home.household, "end", {"until": day}),
            (home, "end", {"until": day}),
        ):  # fmt: skip
            obj.refresh_from_db()
            assert act(client, obj, name, **typed).status_code in {302, 422}, name

    def test_household_ends_with_its_homes(self, cast, building):
        home = make_resident(household=make_household(building, "101"))
        until = clock.today() + timedelta(days=1)
        assert act(cast.client("clerk"), home.household, "end", until=str(until)).status_code == 302
        home.refresh_from_db()
        assert home.until == until


class TestHouseholdPage:
    def test_lists_who_lives_there_with_masked_phones(self, cast, building):
        home = make_resident(make_person("老王", phone="13812345678"), household=make_household(building, "302"))
        text = cast.client("gridworker").get(page("household_change", home.household_id)).content.decode()
        assert "老王" in text and "138****5678" in text and "13812345678" not in text
        assert page("residency_change", home.pk) in text

    def test_is_found_by_its_address_in_any_spelling_and_by_a_number(self, cast, building):
        home = make_resident(make_person("老王", phone="13812345678"), household=make_household(building, "302"))
        other = make_household(building, "303")
        client = cast.client("clerk")
        for typed, expected in (
            ("福园三栋302室", {home.household}),
            ("福园3号楼", {home.household, other}),
            ("13812345678", {home.household}),
        ):  # fmt: skip
            found = client.get(page("household_changelist"), {"q": typed}).context["cl"].result_list
            assert set(found) == expected, typed

    def test_grid_worker_sees_no_household_of_another_grid(self, cast):
        household = make_household(make_building(grid=make_grid(community=cast.community)))
        client = cast.client("gridworker")
        assert client.get(page("household_change", household.pk)).status_code == 404
        assert set(client.get(page("household_changelist")).context["cl"].result_list) == set()

    @pytest.mark.parametrize("name", ["admin", "district", "careworker", "auditor"])
    def test_others_have_no_list_of_households(self, cast, building, name):
        assert cast.client(name).get(page("household_changelist")).status_code == 403


class TestOrphans:
    @pytest.mark.row("S3-06")
    def test_desk_counts_them_and_its_links_show_just_these(self, cast, building):
        make_household(building)
        lost = make_household(make_building(community=cast.community))
        make_household(make_building(community=cast.other))
        unmanned = make_grid("无人网格", community=cast.community)
        client = cast.client("secretary")
        items = {
            item.url.split("?")[1]: item for item in client.get("/admin/").context["desk_items"] if "?" in item.url
        }
        assert (items["orphans=1"].count, items["unmanned=1"].count) == (1, 1)
        for query, expected in (("orphans=1", lost), ("unmanned=1", unmanned)):
            assert list(client.get(items[query].url).context["cl"].result_list) == [expected]

    @pytest.mark.row("S3-06")
    def test_reassigning_in_the_form_keeps_history_on_the_page(self, cast, building):
        other = make_grid("第二网格", community=cast.community)
        url = page("building_change", building.pk)
        client = cast.client("clerk")
        assert fill(client, url, "building_form", {"grid": other.pk}).status_code == 302
        text = client.get(url).content.decode()
        assert text.index("第二网格") and "甲一网格" in text.split("网格归属记录")[1]

    def test_grid_with_others_below_is_refused_beside_the_field(self, cast, building):
        above = make_grid(parent=make_grid("上级", community=cast.community)).parent
        url = page("building_change", building.pk)
        response = fill(cast.client("clerk"), url, "building_form", {"grid": above.pk})
        assert response.status_code == 422
        assert list(response.context["adminform"].form.errors) == ["grid"]


class TestStaff:
    @pytest.mark.row("S0-02")
    def test_public_entry_is_changed_and_the_posting_is_not(self, cast):
        posting = make_posting(role=Role.CLERK, place=cast.community)
        typed = {"duty": "民政", "office_phone": "0475-1234567", "is_public": "on"}
        assert act(cast.client("secretary"), posting, "public_entry", **typed).status_code == 302
        again = Posting.objects.get(pk=posting.pk)
        assert (again.duty, again.office_phone, again.is_public) == ("民政", "0475-1234567", True)
        assert (again.role, again.community, again.since) == (posting.role, posting.community, posting.since)
        assert sorted(AuditEntry.objects.latest("pk").fields) == ["duty", "is_public", "office_phone"]
        assert act(cast.client("clerk"), again, "public_entry", **typed).status_code == 403

    def test_nobody_changes_the_own_public_entry(self, cast):
        own = Posting.objects.get(user=cast.secretary)
        assert act(cast.client("secretary"), own, "public_entry", duty="x").status_code == 422

    @pytest.mark.row("S0-02")
    def test_ending_a_posting_says_what_is_left_to_hand_over(self, cast):
        user = make_user()
        clerk = make_posting(user, Role.CLERK, place=cast.community)
        for state in ("draft", "in_review", "published"):
            make_activity(community=cast.community, state=state, drafted_by=user)
        worker = make_posting(user, Role.GRID_WORKER, place=make_grid("独守网格", community=cast.community))
        client = cast.client("secretary")
        text = client.get(page("posting_act", clerk.pk, "end")).content.decode()
        assert "需要交接：活动 2。" in text
        assert "没有其他网格员的网格 1" in client.get(page("posting_act", worker.pk, "end")).content.decode()
        make_posting(role=Role.GRID_WORKER, place=worker.grid)
        assert "没有其他网格员的网格" not in client.get(page("posting_act", worker.pk, "end")).content.decode()

    @pytest.mark.row("S0-02")
    def test_roster_of_today(self, cast):
        gone = make_posting(role=Role.CLERK, place=cast.community, until=clock.today() - timedelta(days=1))
        found = cast.client("secretary").get(page("posting_changelist"), {"today": "1"}).context["cl"].result_list
        assert gone not in found and Posting.objects.get(user=cast.clerk) in found

    def test_page_of_the_community_compares_stated_and_counted(self, cast, building):
        make_resident(household=make_household(building))
        url = page("community_change", cast.community.pk)
        text = cast.client("clerk").get(url).content.decode()
        assert "没有自报总数 · 在册 1 户" in text and "每万名居民" not in text
        make_balance(cast.community, "residents", 2500, "exact", unit="person", period="")
        text = cast.client("clerk").get(url).content.decode()
        assert "自报 2,500 人（统计时间未注明） · 在册 4 人 · 在册少 2,496 人" in text
        assert "5 人，每万名居民 20 人（目标 18 人）" in text


class TestPartnerUnits:
    @pytest.mark.row("S0-05")
    def test_unit_goes_from_listed_to_ended(self, cast):
        unit, client = make_partner(community=cast.community), cast.client("clerk")
        assert act(client, unit, "sign", agreement_on=str(clock.today() + timedelta(days=1))).status_code == 422
        assert act(client, unit, "sign", agreement_on="2024-05-01").status_code == 302
        for verb, typed in (("start", {}), ("end", {"reason": "已搬走"})):
            unit.refresh_from_db()
            assert act(client, unit, verb, **typed).status_code == 302
        unit.refresh_from_db()
        assert (unit.state, str(unit.agreement_on)) == ("ended", "2024-05-01")
        assert list(PartnerUnit.objects.current().filter(pk=unit.pk)) == []
        assert services.list_again(unit, by=cast.clerk).transition.target == "listed"

    @pytest.mark.row("S0-05")
    def test_contact_is_masked_and_kept_unless_typed_anew(self, cast):
        client, add = cast.client("clerk"), page("partnerunit_add")
        typed = {"name": "实验小学", "kind": "school", "contact_name": "张老师", "unit_phone": "13812345678"}
        assert fill(client, add, "partnerunit_form", typed).status_code == 302
        unit = PartnerUnit.objects.get(name="实验小学")
        url = page("partnerunit_change", unit.pk)
        text = client.get(url).content.decode()
        assert "138****5678" in text and "13812345678" not in text
        assert fill(client, url, "partnerunit_form", {"role_note": "课堂"}).status_code == 302
        assert PartnerUnit.objects.get(pk=unit.pk).contact_phone == "+8613812345678"
        assert fill(client, url, "partnerunit_form", {"unit_phone": "0475-1234567"}).status_code == 302
        unit.refresh_from_db()
        assert unit.contact_phone == "+864751234567"
        assert fill(client, url, "partnerunit_form", {"unit_phone": "12"}).status_code == 422

    def test_those_above_read_no_contact(self, cast):
        unit = make_partner(community=cast.community, contact_name="张老师", contact_phone="+8613812345678")
        text = cast.client("district").get(page("partnerunit_change", unit.pk)).content.decode()
        assert "张老师" not in text and "5678" not in text


def test_building_list_counts_households_of_each(cast, building):
    make_household(building, "1")
    make_household(building, "2", until=clock.today())
    make_household(make_building(grid=make_grid(community=make_community())))
    rows = cast.client("clerk").get(page("building_changelist")).context["cl"].result_list
    assert [(row, row.household_count) for row in rows] == [(building, 1)]


# --- somebody whom the actor's records do not know ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "accepted"),
    [
        ({"person_number": PHONE}, False),
        ({"person_number": PHONE, "person_name": "王小花"}, False),
        ({"person_number": PHONE, "person_name": "王大海"}, True),
    ],
    ids=["number_alone", "wrong_name", "number_and_name"],
)
def test_home_of_a_stranger_needs_number_and_name_and_tells_neither(cast, typed, accepted):
    stranger = make_resident(make_person("王大海", phone=PHONE), grid=cast.other_grid).person
    client, address = cast.client("clerk"), page("residency_add")
    response = fill(client, address, "residency_form", {"community": cast.community.pk, **typed})
    homes = Residency.objects.filter(person=stranger, community=cast.community).count()
    assert (response.status_code, homes) == ((302, 1) if accepted else (422, 0))
    if not accepted:
        text = response.content.decode()
        assert "号码和姓名要对得上" in text
        assert "王大海" not in text and "王**" not in text and cast.other.name not in text


def test_number_alone_finds_whom_the_records_know(cast):
    known = make_resident(make_person("王大海", phone=PHONE), grid=cast.grid, until=clock.today() - timedelta(days=9))
    client = cast.client("clerk")
    typed = {"community": cast.community.pk, "person_number": PHONE}
    assert fill(client, page("residency_add"), "residency_form", typed).status_code == 302
    assert Residency.objects.filter(person=known.person).count() == 2


def test_person_is_told_of_a_home_that_staff_record(cast):
    person = make_person("王大海")
    services.register_resident(person, community=cast.community, by=cast.clerk)
    services.register_resident(make_person(), community=cast.community, by=None)
    notice = Notice.objects.get()
    assert (notice.person, notice.kind, notice.words) == (person, "home_recorded", {"community": "甲社区"})


def test_account_is_linked_only_where_there_is_none(cast):
    client = cast.client("clerk")
    homes = {
        "offered": make_resident(make_person("王大海"), grid=cast.grid),
        "not": Residency.objects.get(person=cast.resident.person, community=cast.community),
    }
    pages = {name: client.get(page("residency_change", home.pk)).content.decode() for name, home in homes.items()}
    shown = {name: "关联账号" in text for name, text in pages.items()}
    assert shown == {"offered": True, "not": False}
