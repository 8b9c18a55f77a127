from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import clock, figures
from core.figures import EVERYTHING
from core.quantities import Quantity, Unit
from core.scope import Scope
from events.figures import counts_by_theme, held_or_open_count_by_theme, joint_activities_by_unit
from events.models import Activity, ActivityPartner
from tests.event_factories import make_activity, make_sign_up
from tests.factories import make_community, make_partner, make_person, make_theme

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 11, 24, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def _frozen():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def community():
    return make_community("友谊社区")


def count(theme, scope):
    return held_or_open_count_by_theme(theme, scope)


@pytest.mark.row("S4-02")
def test_activities_per_plus_line_come_from_the_tags(community):
    """清风党建+: three lines below one programme; the figure is what is tagged, and changes with it."""
    scope = figures.community(community.pk)
    plus = make_theme("清风党建+", community=community, kind="programme")
    lines = [
        make_theme(name, community=community, parent=plus, kind="programme")
        for name in ("党建+关爱", "党建+服务", "党建+治理")
    ]
    care, service, governance = lines
    make_activity(community=community, themes=(care,))
    make_activity(community=community, themes=(care, service), state="finished", starts_in=timedelta(days=-9))
    last = make_activity(community=community, themes=(care,))
    for state in ("draft", "in_review", "withdrawn", "cancelled"):
        make_activity(community=community, themes=(governance,), state=state)
    make_activity(community=community, themes=(governance,), audience="internal")
    make_activity(themes=(governance,))
    assert [str(count(line, scope).value) for line in lines] == ["3", "1", "0"]
    assert count(plus, scope) == Quantity.exact(3, Unit.SESSION)
    assert counts_by_theme(lines, scope) == {line.pk: count(line, scope) for line in lines}

    last.themes.set([governance])
    assert [str(count(line, scope).value) for line in lines] == ["2", "1", "1"]
    Activity.objects.filter(pk=last.pk).update(state="cancelled")
    assert [str(count(line, scope).value) for line in lines] == ["2", "1", "0"]
    assert count(plus, scope) == Quantity.exact(2, Unit.SESSION)
    assert counts_by_theme(lines, scope) == {line.pk: count(line, scope) for line in lines}


def test_counts_by_theme_takes_one_query_however_many_themes(community, django_assert_num_queries):
    themes = [make_theme(community=community) for _number in range(5)]
    with django_assert_num_queries(1):
        assert set(counts_by_theme(themes, EVERYTHING).values()) == {Quantity.exact(0, Unit.SESSION)}


def test_a_figure_within_an_empty_scope_is_zero(community):
    theme = make_theme(community=community)
    make_activity(community=community, themes=(theme,))
    assert count(theme, Scope()) == Quantity.exact(0, Unit.SESSION)


def test_activities_this_year_are_those_that_took_place(community):
    scope = figures.community(community.pk)
    shanghai = NOW.tzinfo
    make_activity(community=community, starts_at=datetime(2025, 1, 1, 0, 0, tzinfo=shanghai))
    make_activity(community=community, state="finished", starts_in=timedelta(days=-30))
    Activity.objects.create(community=community, title="旧事", state="finished", held_on=date(2025, 3, 1))
    others = {
        "last year": {"starts_at": datetime(2024, 12, 31, 21, 0, tzinfo=shanghai)},
        "to come": {},
        "cancelled": {"state": "cancelled", "starts_in": timedelta(days=-30)},
        "internal": {"audience": "internal", "starts_in": timedelta(days=-30)},
    }
    for values in others.values():
        make_activity(community=community, **values)
    Activity.objects.create(community=community, title="更旧", state="finished", held_on=date(2024, 3, 1))
    Activity.objects.create(community=community, title="不知何时", state="finished")
    make_activity(starts_in=timedelta(days=-30))
    assert figures.value("events.activities_this_year", scope) == Quantity.exact(3, Unit.SESSION)
    assert figures.value("events.activities_to_come", scope) == Quantity.exact(1, Unit.SESSION)
    assert figures.value("events.activities_this_year") == Quantity.exact(4, Unit.SESSION)


def test_people_and_sign_ups_are_two_figures(community):
    scope = figures.community(community.pk)
    person, first = make_person(), make_activity(community=community)
    make_sign_up(first, person)
    make_sign_up(make_activity(community=community), person)
    make_sign_up(first)
    make_sign_up(first, state="cancelled")
    make_sign_up(make_activity(community=community, state="cancelled"))
    make_sign_up()
    assert figures.value("events.people_signed_up", scope) == Quantity.exact(2, Unit.PERSON)
    assert figures.value("events.sign_ups", scope) == Quantity.exact(3, Unit.PERSON_TIME)


@pytest.mark.row("S0-05")
def test_joint_activities_of_each_unit_this_year(community):
    scope = figures.community(community.pk)
    school, court, idle = (make_partner(community=community) for _number in range(3))
    for days, units, values in (
        (-1, (school, court), {}), (-2, (school,), {}), (-400, (school,), {}), (5, (court,), {}),
        (-3, (court,), {"state": "cancelled"}), (-4, (court,), {"audience": "internal"}), (-5, (), {}),
    ):  # fmt: skip
        activity = make_activity(community=community, starts_in=timedelta(days=days), **values)
        for unit in units:
            ActivityPartner.objects.create(activity=activity, partner_unit=unit)
    counted = joint_activities_by_unit(scope)
    assert counted == {school.pk: Quantity.exact(2, Unit.SESSION), court.pk: Quantity.exact(1, Unit.SESSION)}
    assert idle.pk not in counted
    assert figures.value("events.joint_activities", scope) == Quantity.exact(2, Unit.SESSION)
