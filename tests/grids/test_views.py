"""Public pages of communities and grids."""

import pytest

from accounts.roles import Role
from grids import services
from grids.states import GridKind
from tests.factories import (
    make_building,
    make_community,
    make_estate,
    make_grid,
    make_household,
    make_organisation,
    make_person,
    make_posting,
    make_region,
    make_resident,
    make_user,
)


@pytest.fixture
def community(db):
    return make_community("新城社区", slug="xincheng", phone="0475-8888888")


def worker(name, grid, **values):
    return make_posting(make_user(person=make_person(name)), Role.GRID_WORKER, place=grid, **values)


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert not response.cookies and "csrfmiddlewaretoken" not in response.content.decode()
    return response.content.decode()


class TestCommunityList:
    @pytest.mark.row("S1-01")
    def test_shows_the_way_through_the_regions(self, client, db):
        province = services.create_region("安徽省", by=None, level="province")
        city = services.create_region("淮南市", by=None, level="city", parent=province)
        services.create_community("新村社区", by=None, slug="xincun", region=city)
        make_community("无区社区")
        text = page(client, "/c/")
        assert "安徽省 › 淮南市" in text and "无区社区" in text

    def test_counts_only_grids_in_use(self, client, community):
        make_grid(community=community)
        make_grid(community=community, is_active=False)
        assert "1 个网格" in page(client, "/c/")

    def test_empty(self, client, db):
        assert "还没有开通的社区" in page(client, "/c/")

    @pytest.mark.parametrize("many", [1, 50])
    def test_number_of_queries_is_constant(self, client, db, django_assert_num_queries, many):
        for _again in range(many):
            make_grid(community=make_community(region=make_region(parent=make_region())))
        with django_assert_num_queries(3):
            page(client, "/c/")


class TestGridList:
    @pytest.mark.row("S0-04")
    def test_lists_every_grid_in_use_with_worker_and_phone(self, client, community):
        for number in range(18):
            grid = make_grid(f"第{number}格", community=community, duty_phone=f"0475-88000{number:02d}")
            worker(f"网格员{number}号", grid)
        make_grid("停用格", community=community, is_active=False)
        make_grid("别处格")
        text = page(client, "/c/xincheng/grids/")
        assert text.count("ll-gridcard") == 18 * 2 and "18 个网格" in text
        assert "第17格" in text and "网格员17号" in text and "tel:04758800017" in text
        assert "停用格" not in text and "别处格" not in text

    @pytest.mark.row("S1-05")
    def test_tree_is_grouped_by_the_first_level(self, client, community):
        root = make_grid("一总支", community=community)
        second = make_grid("二支部", parent=root)
        make_grid("三号楼", parent=second)
        make_grid("独立格", community=community)
        response = client.get("/c/xincheng/grids/")
        trees = [[card.name for card in tree] for tree in response.context["trees"]]
        assert trees == [["一总支", "二支部", "三号楼"], ["独立格"]]
        assert "一总支 › 二支部" in response.content.decode()

    def test_worker_of_the_grid_above_answers_for_a_grid_without(self, client, community):
        root = make_grid(community=community, duty_phone="0475-1111111")
        worker("上级员", root)
        below = make_grid(parent=root)
        entry = {card.name: card for tree in client.get("/c/xincheng/grids/").context["trees"] for card in tree}
        assert (entry[below.name].worker, entry[below.name].phone) == ("上级员", "0475-1111111")

    @pytest.mark.parametrize("slug", ["nowhere", "xincheng'", "%00", "x" * 300])
    def test_unknown_community_is_not_found(self, client, community, slug):
        assert client.get(f"/c/{slug}/grids/").status_code in (400, 404)

    def test_empty_list_names_the_office(self, client, community):
        assert "还没有登记" in page(client, "/c/xincheng/grids/")

    @pytest.mark.parametrize("many", [1, 50])
    def test_number_of_queries_is_constant(self, client, community, django_assert_num_queries, many):
        for _again in range(many):
            worker("员", make_grid(parent=make_grid(community=community)))
        with django_assert_num_queries(4):
            page(client, "/c/xincheng/grids/")


class TestGridDetail:
    @pytest.mark.row("S3-12")
    def test_one_card_shows_both_roles_of_a_merged_grid(self, client, community):
        branch = make_organisation("第一网格党支部", community=community)
        grid = make_grid("第一网格", community=community, kind=GridKind.MERGED, party_organisation=branch)
        worker("李网格", grid)
        text = page(client, grid.get_absolute_url())
        assert "双网合一" in text and "李网格" in text and "第一网格党支部" in text
        grid.kind = GridKind.SOCIAL
        grid.save(update_fields=["kind"])
        assert "双网合一" not in page(client, grid.get_absolute_url())

    def test_only_workers_on_duty_today_are_named(self, client, community):
        grid = make_grid(community=community)
        first = worker("前任员", grid)
        first.until = first.since
        first.save(update_fields=["until"])
        worker("现任员", grid)
        make_posting(make_user(person=make_person("某干事")), Role.CLERK, place=community)
        text = page(client, grid.get_absolute_url())
        assert "现任员" in text and "前任员" not in text and "某干事" not in text

    def test_private_phone_of_the_worker_is_nowhere(self, client, community):
        grid = make_grid(community=community)
        posting = worker("李网格", grid)
        posting.user.person.set_phone("13800138000")
        posting.user.person.save()
        text = page(client, grid.get_absolute_url())
        assert "13800138000" not in text.replace(" ", "") and "tel:04758888888" in text

    def test_leads_back_to_the_list(self, client, community):
        grid = make_grid(community=community)
        text = page(client, grid.get_absolute_url())
        assert "这不是我的网格" in text and 'href="/c/xincheng/grids/"' in text

    def test_closed_and_unknown_grids_are_not_found(self, client, community):
        grid = make_grid(community=community, is_active=False)
        for address in (grid.get_absolute_url(), "/grids/0000000000/", "/grids/abc/", f"/grids/{grid.pk}/"):
            assert client.get(address).status_code == 404

    def test_names_are_escaped(self, client, community):
        grid = make_grid("<script>alert(1)</script>", community=community, boundary_words="{{ 7*7 }}")
        text = page(client, grid.get_absolute_url())
        assert "<script>alert" not in text and "{{ 7*7 }}" in text

    @pytest.mark.parametrize("many", [1, 50])
    def test_number_of_queries_is_constant(self, client, community, django_assert_num_queries, many):
        root = make_grid(community=community)
        for _again in range(many):
            worker("员", root)
            make_grid(parent=root)
        with django_assert_num_queries(5):
            page(client, root.get_absolute_url())


class TestGridByAddress:
    """Find my grid by address (S3-06)."""

    def ask(self, client, address):
        response = client.get("/c/xincheng/grids/", {"address": address})
        assert response.status_code == 200
        return response

    def found(self, client, address):
        return [(row.label, row.line, row.url) for row in self.ask(client, address).context["found"]]

    @pytest.fixture
    def building(self, community):
        grid = make_grid("第一网格", community=community)
        return make_building("3号楼", grid=grid, estate=make_estate("福园", community=community))

    @pytest.mark.row("S3-06")
    @pytest.mark.parametrize(
        "address", ["福园3号楼", "福园三栋1单元302", "福园3-1-302", " 福 园 ３号楼 ", "3号楼", "福园"]
    )
    def test_leads_to_the_grid_however_it_is_spelt(self, client, building, address):
        url = building.grid.get_absolute_url()
        assert self.found(client, address) == [("福园3号楼", "第一网格", url)]

    def test_building_without_a_grid_in_use_leads_to_the_community(self, client, community):
        make_building("9号楼", community=community)
        make_building("8号楼", grid=make_grid(community=community, is_active=False))
        for name in ("9号楼", "8号楼"):
            ((label, line, url),) = self.found(client, name)
            assert (label, url) == (name, "/c/xincheng/") and "请打社区电话" in line

    def test_buildings_of_other_communities_are_not_found(self, client, community):
        make_building("3号楼")
        make_grid(community=community)
        response = self.ask(client, "3号楼")
        assert response.context["found"] == [] and "还没有登记这栋楼" in response.content.decode()

    def test_tells_nothing_of_who_lives_there(self, client, building):
        make_resident(make_person("住户某某"), household=make_household(building, "302"))
        known = self.ask(client, "福园3号楼302").content.decode()
        unknown = self.ask(client, "福园3号楼999").content.decode()
        assert known.replace("302", "999") == unknown and "住户某某" not in known

    @pytest.mark.parametrize(
        "address", ["", "  ", "a\u202eb", "<script>alert(1)</script>", "楼" * 5000, "%", "_", "'--"]
    )
    def test_strange_addresses_are_answered(self, client, building, address):
        response = self.ask(client, address)
        assert response.context["found"] == [] and "<script>alert" not in response.content.decode()

    @pytest.mark.parametrize("many", [1, 50])
    def test_number_of_queries_is_constant(self, client, community, django_assert_num_queries, many):
        for number in range(many):
            make_building(f"{number}号楼", grid=make_grid(community=community))
        with django_assert_num_queries(6):
            self.ask(client, "号楼")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_pages_are_only_read(client, community, method):
    for address in ("/c/", "/c/xincheng/grids/", make_grid(community=community).get_absolute_url()):
        assert getattr(client, method)(address).status_code == 405
