"""A demonstration runs on loopback and beside no real community; the web server and bin/demo refuse the rest."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from portal.demo import guard
from tests.factories import make_community


@pytest.fixture
def _demo(settings, db):
    settings.DEMO = True


@pytest.fixture
def _public(settings):
    settings.SITE_IS_LOOPBACK, settings.SITE_URL = False, "https://linli.example.cn"


def test_demo_is_refused_at_a_public_address(_demo, _public):
    assert "127.0.0.1" in guard.why_not()
    with pytest.raises(SystemCheckError, match=r"portal\.E001"):
        call_command("check")


def test_demo_is_refused_beside_a_real_community(_demo):
    make_community(name="真实社区")
    assert "真实社区" in guard.why_not()
    with pytest.raises(SystemCheckError, match=r"portal\.E002"):
        call_command("check", databases=["default"])


def test_demo_runs_beside_its_own_communities(_demo):
    make_community(is_demo=True)
    assert guard.why_not() == ""


def test_no_demo_no_question(_public, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert guard.why_not() == ""
