from datetime import timedelta

import pytest
from django.db import models

from core import clock, records, versions
from core.models import AuditEntry, Transition
from core.records import Stale
from core.refusals import Refusal, Refused
from events.models import Activity, Quota
from grids.models import Community, Venue
from honours.models import Honour
from stories.models import Theme
from tests.event_factories import make_activity, quota_of
from tests.factories import make_community, make_theme, make_user, make_venue

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_user()


@pytest.fixture
def theme():
    return make_theme("清风", community=make_community())


def stored(obj):
    return type(obj)._base_manager.get(pk=obj.pk)


# --- inserting ----------------------------------------------------------------------------------------------------


def test_insert_writes_exactly_one_audit_row(user):
    at = clock.now() - timedelta(days=1)
    theme = Theme(name="清风", community=make_community())
    assert records.save(theme, by=user, on_behalf_of=7, at=at) is theme
    entry = AuditEntry.objects.get()
    assert (entry.object, entry.verb, entry.actor, entry.on_behalf_of_id, entry.at) == (theme, "create", user, 7, at)
    assert (entry.fields, Transition.objects.count(), stored(theme).version) == ([], 0, 1)


def test_insert_of_a_row_with_a_life_cycle_writes_a_transition_instead(user):
    activity = Activity(title="活动", community=make_community())
    records.save(activity, by=user)
    row = Transition.objects.get()
    assert (row.object, row.verb, row.source, row.target, row.actor) == (activity, "create", "", "draft", user)
    assert not AuditEntry.objects.exists()


def test_insert_that_a_constraint_refuses_leaves_nothing(user, theme):
    with pytest.raises(Refused) as caught:
        records.save(Venue(name="活动室", community=make_venue("活动室").community), by=user)
    assert caught.value.refusal == Refusal.DUPLICATE
    assert not AuditEntry.objects.exists()


def test_an_editorial_row_raises_the_version_of_its_community(user):
    community = make_community()
    before = versions.current(community.pk), versions.current()
    records.save(Theme(name="清风", community=community), by=user)
    records.save(Theme(name="全站主题"), by=user)
    assert (versions.current(community.pk), versions.current()) == (before[0] + 1, before[1] + 1)
    community.slogan = "你好"
    records.save(community, by=user, fields=["slogan"])
    assert versions.current(community.pk) == before[0] + 2


# --- updating -----------------------------------------------------------------------------------------------------


def test_update_writes_the_named_fields_and_exactly_one_audit_row(user, theme):
    theme.name, theme.summary = "清风课堂", "不保存"
    records.save(theme, by=user, fields=["name"], version=1)
    now = stored(theme)
    assert (now.name, now.summary, now.version, theme.version) == ("清风课堂", "", 2, 2)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.fields, entry.actor) == ("change", ["name"], user)


def test_audit_rows_hold_names_of_fields_and_no_values(user, theme):
    theme.name = "清风课堂"
    records.save(theme, by=user, fields=["name"])
    row = AuditEntry.objects.filter(pk=AuditEntry.objects.get().pk).values().get()
    assert "清风课堂" not in str(row)


def test_update_without_names_writes_all_but_state_and_counted_fields(user):
    activity = make_activity(state="draft")
    Activity.objects.update(state="in_review")
    activity.title = "新标题"
    records.save(activity, by=user)
    assert (stored(activity).state, stored(activity).title) == ("in_review", "新标题")
    quota = quota_of(make_activity(capacity=5))
    Quota.objects.filter(pk=quota.pk).update(seats_taken=3)
    quota.role = "helper"
    records.save(quota, by=user)
    assert (stored(quota).seats_taken, stored(quota).role) == (3, "helper")


def test_a_many_to_many_name_is_audited_and_raises_the_version(user):
    activity = make_activity(state="draft")
    records.save(activity, by=user, fields=["themes"], version=1)
    assert (AuditEntry.objects.get().fields, stored(activity).version) == (["themes"], 2)


def test_a_stale_update_changes_nothing_and_shows_both_versions(user, theme):
    mine = stored(theme)
    theme.name, theme.summary = "甲的名字", "甲的话"
    records.save(theme, by=user, fields=["name", "summary"], version=1)
    mine.name = "乙的名字"
    with pytest.raises(Stale) as caught:
        records.save(mine, by=user, fields=["name"], version=1)
    assert (caught.value.refusal, caught.value.fields) == (Refusal.STALE, ["name"])
    assert (caught.value.current.name, mine.name) == ("甲的名字", "乙的名字")
    assert "甲的名字" in str(caught.value)
    assert (stored(theme).name, stored(theme).version, AuditEntry.objects.count()) == ("甲的名字", 2, 1)


def test_a_stale_text_shows_labels_of_choices_and_not_their_codes(user):
    theme = make_theme("清风", community=make_community(), kind="brand")
    mine = stored(theme)
    theme.kind = "topic"
    records.save(theme, by=user, fields=["kind"])
    mine.kind = "campaign"
    with pytest.raises(Stale) as caught:
        records.save(mine, by=user, fields=["kind"])
    assert theme.get_kind_display() in str(caught.value)


def test_without_a_version_the_one_that_was_loaded_counts(user, theme):
    mine = stored(theme)
    records.save(theme, by=user, fields=["name"])
    with pytest.raises(Stale):
        records.save(mine, by=user, fields=["name"])


def test_an_update_of_what_was_deleted_is_stale_and_no_error_page(user, theme):
    mine = stored(theme)
    theme.delete()
    mine.name = "还在吗"
    with pytest.raises(Refused) as caught:
        records.save(mine, by=user, fields=["name"])
    assert caught.value.refusal == Refusal.STALE


def test_an_update_that_a_constraint_refuses_changes_nothing(user):
    community = make_community()
    make_venue("一楼", community=community)
    second = make_venue("二楼", community=community)
    second.name = "一楼"
    with pytest.raises(Refused) as caught:
        records.save(second, by=user, fields=["name"])
    assert caught.value.refusal == Refusal.DUPLICATE
    assert (stored(second).name, stored(second).version) == ("二楼", 1)
    assert not AuditEntry.objects.exists()


# --- deleting -----------------------------------------------------------------------------------------------------


def test_delete_writes_one_audit_row_that_survives(user):
    venue = make_venue()
    pk = venue.pk
    records.delete(venue, by=user)
    assert not Venue.objects.exists()
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.object_id, entry.actor) == ("delete", pk, user)


def test_what_others_need_is_not_deleted(user):
    venue = make_venue()
    make_activity(community=venue.community, venue=venue)
    with pytest.raises(Refused) as caught:
        records.delete(venue, by=user)
    assert caught.value.refusal == Refusal.IN_USE
    assert Venue.objects.exists()
    assert not AuditEntry.objects.exists()


def test_every_counted_field_is_a_field():
    for model in (Activity, Community, Honour, Quota, Venue):
        for name in getattr(model, "counted_fields", ()):
            assert isinstance(model._meta.get_field(name), models.Field)
