"""What a supervisor sees."""

import pytest
from django.db import OperationalError
from django.db.migrations.executor import MigrationExecutor

from portal import health


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    monkeypatch.setattr(health, "_ready", {"migrated": False})


def test_livez_asks_nobody(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        response = client.get("/livez")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]
    assert response.cookies == {}


def test_readyz_is_ready_when_migrated(client, db):
    assert client.get("/readyz").status_code == 200


def test_readyz_looks_at_migrations_only_until_they_are_complete(client, db, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(1):
        assert client.get("/readyz").status_code == 200


def test_readyz_waits_for_migrations(client, db, monkeypatch):
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"migrations are missing\n")


def test_readyz_is_503_without_database(client, monkeypatch):
    def refuse(self):
        raise OperationalError("no database")

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.ensure_connection", refuse)
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"database does not answer\n")
    assert client.get("/livez").status_code == 200


@pytest.mark.parametrize("address", ["/livez", "/readyz"])
def test_probes_are_not_for_posting(client, db, address):
    assert client.post(address).status_code == 405


def test_robots_keeps_search_engines_out_of_staff_screens(client):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "Disallow: /admin/\n" in response.content.decode()
