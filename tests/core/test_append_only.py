"""The log cannot be rewritten on PostgreSQL, and test databases can still be emptied."""

import pytest
from django.core.management import call_command
from django.db import InternalError, connection, transaction

from core import audit, states
from core.models import AuditEntry, Transition
from tests.factories import make_community, make_notice

needs_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="a trigger of PostgreSQL")


@pytest.fixture
def rows(db):
    notice = make_notice()
    return states.created(notice, by=None), audit.record(notice.community, "create", by=None)


@needs_postgresql
@pytest.mark.parametrize("position", [0, 1])
def test_log_row_is_neither_changed_nor_deleted(rows, position):
    row = rows[position]
    stored = type(row).objects.filter(pk=row.pk)
    with pytest.raises(InternalError, match="append-only"), transaction.atomic():
        stored.update(verb="nothing")
    with pytest.raises(InternalError, match="append-only"), transaction.atomic():
        stored.delete()
    assert stored.get().verb == "create"


@pytest.mark.django_db(transaction=True)
def test_flush_empties_the_log():
    audit.record(make_community(), "create", by=None)
    call_command("flush", interactive=False, verbosity=0)
    assert not AuditEntry.objects.exists() and not Transition.objects.exists()
    assert connection.vendor in ("sqlite", "postgresql")
