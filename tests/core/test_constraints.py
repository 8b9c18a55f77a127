import pytest
from django.db import IntegrityError, connection, models, transaction

from accounts.models import Person
from core import constraints
from core.constraints import constraint_name, refusal_of, refusing
from core.refusals import Refusal, Refused
from events.models import Quota, SignUp
from grids.models import Residency, Venue
from tests.event_factories import make_activity, make_sign_up, quota_of
from tests.factories import make_community, make_person, make_resident, make_venue

pytestmark = pytest.mark.django_db


def broken(act):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        act()
    return caught.value


def over_seat():
    return Quota.objects.filter(pk=quota_of(make_activity(capacity=1)).pk).update(seats_taken=2)


def no_seat():
    return Quota.objects.filter(pk=quota_of(make_activity(capacity=1)).pk).update(capacity=0)


def same_name():
    return make_venue("一楼", community=make_venue("一楼").community)


def same_phone_index():
    Person.objects.filter(pk=make_person().pk).update(phone_index="1:a")
    Person.objects.filter(pk=make_person().pk).update(phone_index="1:a")


def two_open_residencies():
    person, community = make_person(), make_community()
    make_resident(person, community=community)
    make_resident(person, community=community)


def same_form():
    person = make_person()
    make_sign_up(make_activity(), person, client_key="k" * 8)
    make_sign_up(make_activity(), person, client_key="k" * 8)


@pytest.mark.parametrize(
    ("act", "name"),
    [
        (over_seat, "quota_never_over_seated"),
        (no_seat, "quota_capacity_in_range"),
        (same_name, "venue_name_once"),
        (same_phone_index, "person_phone_once"),
        (two_open_residencies, "residency_one_open"),
        (same_form, "sign_up_form_once"),
    ],
)
def test_the_constraint_has_its_name_on_both_databases(act, name):
    assert constraint_name(broken(act)) == name


def test_a_broken_null_has_no_name_and_is_invalid():
    error = broken(lambda: Venue.objects.filter(pk=make_venue().pk).update(name=None))
    assert constraint_name(error) is None
    assert refusal_of(error) == Refusal.INVALID


@pytest.mark.skipif(connection.vendor != "sqlite", reason="texts of SQLite")
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CHECK constraint failed: quota_never_over_seated", "quota_never_over_seated"),
        ("UNIQUE constraint failed: events_quota.activity_id, events_quota.role", "quota_role_once"),
        ("UNIQUE constraint failed: events_quota.role, events_quota.activity_id", "quota_role_once"),
        ("UNIQUE constraint failed: index 'some_expression'", "some_expression"),
        ("UNIQUE constraint failed: events_quota.capacity", None),
        ("UNIQUE constraint failed: no_such_table.name", None),
        ('CHECK constraint failed: "capacity" >= 0', None),
        ("FOREIGN KEY constraint failed", None),
        ("", None),
    ],
)
def test_texts_of_sqlite(text, name):
    assert constraint_name(IntegrityError(text)) == name


def test_declared_undeclared_and_foreign_keys():
    assert refusal_of(broken(over_seat)) == Refusal.FULL
    assert refusal_of(broken(same_name)) == Refusal.DUPLICATE
    assert refusal_of(IntegrityError("FOREIGN KEY constraint failed")) == Refusal.IN_USE


def test_refusing_keeps_nothing_of_the_block():
    activity = make_activity()
    with pytest.raises(Refused) as caught, refusing():
        make_venue("一楼")
        Quota.objects.create(activity=activity, capacity=5)
    assert caught.value.refusal == Refusal.DUPLICATE
    assert not Venue.objects.exists()


def test_every_declared_constraint_exists():
    """A renamed constraint would silently lose its words."""
    from django.apps import apps  # noqa: PLC0415

    known = {constraint.name for model in apps.get_models() for constraint in model._meta.constraints}
    assert set(constraints._refusals) <= known


def test_no_two_unique_constraints_on_the_same_columns():
    """SQLite names only the columns (design §2 Permission)."""
    for model in (Person, Quota, SignUp, Residency, Venue):
        columns = [
            frozenset(constraint.fields)
            for constraint in model._meta.constraints
            if isinstance(constraint, models.UniqueConstraint)
        ]
        assert len(columns) == len(set(columns))


def test_no_declared_refusal_needs_words():
    for refusal in constraints._refusals.values():
        assert "{" not in str(refusal.label)
