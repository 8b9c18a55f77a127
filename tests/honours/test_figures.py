"""Figures of honours come out of the rows."""

import pytest

from core import figures
from honours import services
from honours.figures import by_level, by_year, counts
from honours.states import HonourLevel
from tests.factories import make_community, make_honour


def levels(scope):
    return {level.value: int(count.value) for level, count in by_level(scope).items() if count.value}


@pytest.mark.row("S1-03")
def test_honours_by_level_from_the_rows(db):
    """The six honours of the second community, as its article lists them: 国 2, 省 2, 市 2."""
    community = make_community("新村社区")
    make_honour("全国创先争优先进基层党组织", community=community, level="national", year=2012)
    make_honour("全国综合减灾示范社区", community=community, level="national")
    for title in ("全省和谐社区建设示范社区", "全省十大特色文化社区"):
        make_honour(title, community=community, level="province")
    for title in ("全市先进基层党组织", "全市平安创建先进单位"):
        last = make_honour(title, community=community, level="city")
    make_honour(level="national")
    scope = figures.community(community.pk)
    assert levels(scope) == {"national": 2, "province": 2, "city": 2}
    assert [figures.value(f"honours.{level}", scope).value for level in ("national", "province", "city")] == [2, 2, 2]
    services.revoke(last, by=None, reason="撤销")
    assert levels(scope) == {"national": 2, "province": 2, "city": 1}
    assert figures.value("honours.total", scope).value == 5


@pytest.mark.row("S0-33")
def test_honours_by_level_and_year(db):
    community = make_community()
    make_honour(community=community, level="province", year=2017)
    make_honour(community=community, level="city", year=2017)
    make_honour(community=community, level="city", year=2016)
    make_honour(community=community, level="city")
    scope = figures.community(community.pk)
    assert counts(scope) == {
        (HonourLevel.PROVINCE, 2017): 1,
        (HonourLevel.CITY, 2017): 1,
        (HonourLevel.CITY, 2016): 1,
        (HonourLevel.CITY, None): 1,
    }
    assert {year: int(count.value) for year, count in by_year(scope).items()} == {2017: 2, 2016: 1, None: 1}
    assert list(by_year(scope)) == [2017, 2016, None]
    make_honour(community=community, level="city", year=2016)
    assert by_year(scope)[2016].value == 2


@pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn", "revoked"])
def test_only_published_honours_count(db, state):
    make_honour(state=state, year=2012)
    assert counts() == {} and figures.value("honours.total").value == 0


def test_date_of_unknown_precision_is_no_year(db):
    honour = make_honour(year=2012)
    honour.awarded_precision = "unknown"
    honour.save(update_fields=["awarded_precision"])
    assert list(by_year()) == [None]
