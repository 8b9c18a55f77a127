"""Error pages: the right status, in Chinese, whatever else is broken."""

import logging
import re

import pytest
from allauth.core.exceptions import RateLimited
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.template import loader
from django.test import Client
from django.urls import path
from django.views.decorators.http import require_POST

from portal import errors, urls
from portal.logs import WithoutTraceback


def fail(kind, *args):
    def view(request):
        raise kind(*args)

    return view


@require_POST
def send(request):
    return HttpResponse("done")


urlpatterns = [
    path("bug/", fail(ZeroDivisionError, "call 13800138000 about 11010519491231002X")),
    path("away/", fail(OperationalError, "server closed the connection")),
    path("gone-away/", fail(InterfaceError, "connection already closed")),
    path("denied/", fail(PermissionDenied)),
    path("missing/", fail(Http404)),
    path("too-often/", fail(RateLimited)),
    path("send/", send),
    *urls.urlpatterns,
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def visitor():
    """A client that shows error pages instead of raising."""
    return Client(raise_request_exception=False)


@pytest.fixture
def no_database(monkeypatch):
    def refuse(self):
        raise OperationalError("no database")

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.ensure_connection", refuse)


def test_limit_that_was_reached_says_when_to_come_back(visitor):
    response = visitor.get("/too-often/", HTTP_REFERER="http://testserver/accounts/signup/")
    text = response.content.decode()
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (429, "60", "no-store")
    assert "一分钟后再试" in text and 'href="/accounts/signup/"' in text


def test_session_that_is_gone_leads_to_no_other_site(rf):
    request = rf.post("/")
    request.path = "//evil.example/"
    response = errors.bad_request(request, SessionInterrupted())
    assert (response.status_code, response.url) == (302, "/%2Fevil.example/")


def test_error_of_ours_shows_a_reference_that_stands_in_the_log(visitor, caplog):
    response = visitor.get("/bug/")
    reference = re.search(r"[0-9a-f]{8}", response.content.decode())
    assert response.status_code == 500
    assert reference
    assert f"reference {reference[0]}: GET /bug/" in caplog.messages


def test_error_of_ours_says_nothing_of_its_cause(visitor):
    text = visitor.get("/bug/").content.decode()
    assert "ZeroDivisionError" not in text
    assert "13800138000" not in text


@pytest.mark.parametrize("address", ["/away/", "/gone-away/"])
def test_database_that_is_away_is_a_503_with_retry_after(visitor, address):
    response = visitor.get(address)
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "<h1>" in response.content.decode()


@pytest.mark.parametrize(("address", "status"), [("/denied/", 403), ("/missing/", 404), ("/nothing-here/", 404)])
def test_refusals_and_missing_pages_need_no_database(visitor, no_database, address, status):
    visitor.cookies["sessionid"] = "abcdefgh12345678"
    response = visitor.get(address)
    assert response.status_code == status
    assert "<h1" in response.content.decode()


STATUSES = [400, 403, 404, 405, 409, 500, 503]


@pytest.mark.parametrize("status", STATUSES)
def test_templates_of_error_pages_do_not_fail(rf, db, caplog, status):
    response = errors.page(rf.get("/"), status, "标题", "说明", reference="12345678")
    assert (response.status_code, caplog.messages) == (status, [])


@pytest.mark.parametrize("status", STATUSES)
def test_templates_of_error_pages_need_neither_request_nor_database(no_database, caplog, status):
    response = errors.page(None, status, "标题", "说明", reference="12345678")
    assert (response.status_code, caplog.messages) == (status, [])


def test_page_without_its_template_is_still_a_page(visitor, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("broken template")

    monkeypatch.setattr(loader, "render_to_string", broken)
    response = visitor.get("/nothing-here/")
    assert response.status_code == 404
    assert "没有找到这个页面" in response.content.decode()


def test_foreign_csrf_token_says_that_the_form_has_expired(db):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["csrftoken"] = "a" * 32
    response = strict.post("/send/", {"csrfmiddlewaretoken": "b" * 32})
    assert response.status_code == 403
    assert "表单已过期" in response.content.decode()


def test_log_lines_hold_no_personal_numbers(visitor):
    handler = logging.getLogger().handlers
    formatter = next(one.formatter for one in handler if type(one.formatter).__name__ == "MaskingFormatter")
    record = logging.LogRecord("x", logging.INFO, "", 0, "tel %s id %s order %s", (0, 0, 0), None)
    record.args = ("+8613800138000", "11010519491231002X", "1234567890")
    assert formatter.format(record).endswith("tel *** id *** order 1234567890")


@pytest.mark.parametrize(("level", "kept"), [(logging.WARNING, False), (logging.ERROR, True)])
def test_log_keeps_the_traceback_of_faults_only(level, kept):
    record = logging.LogRecord("django.request", level, "", 0, "x", (), (ValueError, ValueError("x"), None))
    assert WithoutTraceback().filter(record) is True
    assert bool(record.exc_info) is kept
