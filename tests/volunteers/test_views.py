"""The directory of teams."""

import pytest

from tests.factories import make_community, make_team

LIST = "/teams/"


def page(client, **query):
    response = client.get(LIST, query)
    assert response.status_code == 200
    assert not response.cookies and "csrfmiddlewaretoken" not in response.content.decode()
    return response


def labels(response):
    return [row.label for row in response.context["rows"]]


@pytest.fixture
def teams(db):
    community = make_community("甲社区", slug="jia")
    make_team("巡逻队", community=community, kind="patrol", tasks="各小区义务巡逻")
    make_team("读书会", community=community, kind="reading")
    make_team("别处巡逻队", kind="patrol")
    make_team("解散的队", community=community, state="paused")


def test_lists_teams_at_work_with_their_page(client, teams):
    response = page(client)
    assert labels(response) == ["巡逻队", "读书会", "别处巡逻队"]
    assert "各小区义务巡逻" in response.content.decode()
    assert all(row.url.startswith("/teams/") for row in response.context["rows"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"community": "jia"}, ["巡逻队", "读书会"]),
        ({"kind": "patrol"}, ["巡逻队", "别处巡逻队"]),
        ({"community": "jia", "kind": "patrol"}, ["巡逻队"]),
        ({"community": "jia", "kind": "youth"}, []),
        ({"kind": "nonsense"}, ["巡逻队", "读书会", "别处巡逻队"]),
        ({"community": "' OR 1=1", "page": "-5"}, ["巡逻队", "读书会", "别处巡逻队"]),
    ],
)
def test_filters(client, teams, query, expected):
    response = page(client, **query)
    assert labels(response) == expected
    assert f"找到 {len(expected)} 支队伍" in response.content.decode()


@pytest.mark.parametrize("many", [1, 50])
def test_number_of_queries_is_constant(client, db, django_assert_num_queries, many):
    for _again in range(many):
        make_team(community=make_community())
    with django_assert_num_queries(7):
        page(client)


def test_names_are_escaped(client, db):
    make_team("<script>alert(1)</script>")
    assert "<script>alert" not in page(client).content.decode()


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_page_is_only_read(client, db, method):
    assert getattr(client, method)(LIST).status_code == 405
