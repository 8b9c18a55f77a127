"""The way into the workbench: only in sessions that proved the present second factor."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, get_resolver, reverse

from core import clock
from core.admin.site import LinliAdminSite
from grids.models import Posting
from tests.factories import PASSWORD, make_posting, make_user
from tests.messages import latest_code
from tests.personas import code_of, give_factor, sign_in
from tests.second_factor import AGAIN, PASSWORD_AGAIN, SET_UP, set_up, type_code, type_password


def admin_paths():
    """One address for every name of the workbench."""
    names = [name for name in get_resolver().namespace_dict["admin"][1].reverse_dict if isinstance(name, str)]
    for name in sorted(names):
        for args in ([], ["1"], ["1", "publish"], ["stories"], ["nothing/here"]):
            try:
                yield name, reverse(f"admin:{name}", args=args)
                break
            except NoReverseMatch:
                continue
        else:
            raise AssertionError(name)


@pytest.mark.parametrize("has_factor", [False, True], ids=["without_factor", "with_factor"])
def test_no_address_of_the_workbench_opens_to_an_unconfirmed_session(cast, has_factor):
    client, paths = Client(), dict(admin_paths())
    client.force_login(cast.admin)
    if has_factor:
        give_factor(cast.admin)
    assert len(paths) > 60 and {"index", "login", "autocomplete", "jsi18n", "accounts_user_act"} <= set(paths)
    login, expected, seen = reverse("admin:login"), {}, {}
    for name, path in paths.items():
        where = {"login": (AGAIN if has_factor else SET_UP) + "?next=%2Fadmin%2F", "logout": "/admin/"}
        expected[name] = [(302, where.get(name, f"{login}?next={path}"))] * 2
        seen[name] = [(answer.status_code, answer.get("Location")) for answer in (client.get(path), client.post(path))]
    assert seen == expected


def test_login_of_the_workbench_leads_to_what_is_missing_and_keeps_the_way(cast):
    client = Client()
    client.force_login(cast.clerk)
    asked = reverse("admin:login") + "?next=/admin/events/activity/%3Fq%3Dx"
    kept = "?next=%2Fadmin%2Fevents%2Factivity%2F%3Fq%3Dx"
    assert client.get(asked)["Location"] == SET_UP + kept
    give_factor(cast.clerk)
    assert client.get(asked)["Location"] == AGAIN + kept
    assert type_code(client, code_of(cast.clerk), page=AGAIN + kept)["Location"] == "/admin/events/activity/?q=x"
    assert client.get("/admin/events/activity/").status_code == 200


def test_residents_are_told_that_the_workbench_is_not_theirs(cast):
    give_factor(cast.resident)
    client = Client()
    sign_in(client, cast.resident)
    assert client.get("/admin/login/").status_code == 403


def test_setting_lets_staff_through(cast, settings):
    client = Client()
    client.force_login(cast.clerk)
    settings.STAFF_SECOND_FACTOR = False
    assert client.get("/admin/").status_code == 200


def test_site_without_an_answer_lets_nobody_in(cast):
    request = RequestFactory().get("/")
    request.user = cast.admin
    with pytest.raises(ImproperlyConfigured):
        LinliAdminSite(name="own").has_permission(request)


def test_who_becomes_staff_in_the_middle_of_a_session_goes_on_to_the_factor(cast):
    user = make_user("neu")
    client, _answer = type_password(user)
    assert client.get("/admin/login/").status_code == 403
    make_posting(user, place=cast.community)
    assert client.get("/admin/login/")["Location"] == SET_UP + "?next=%2Fadmin%2F"
    assert set_up(client).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_proof_of_somebody_else_does_not_count(cast):
    proofs = {name: value for name, value in cast.client("clerk").session.items() if name.startswith("account_")}
    assert proofs["account_authentication_methods_user"] == str(cast.clerk.pk)
    client = Client()
    client.force_login(cast.secretary)
    give_factor(cast.secretary)
    session = client.session
    session.update(proofs)
    session.save()
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("anew", [False, True], ids=["removed", "replaced"])
def test_factor_that_is_gone_does_not_count_any_more(cast, anew):
    client = cast.client("clerk")
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.filter(user=cast.clerk).delete()
    if anew:
        give_factor(cast.clerk)
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/")["Location"].startswith(AGAIN if anew else SET_UP)


def test_gate_costs_no_query(cast, settings):
    client, counts = cast.client("clerk"), []
    client.get("/admin/")
    for switch in (True, False):
        settings.STAFF_SECOND_FACTOR = switch
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/admin/").status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_rights_that_ended_close_the_workbench_with_a_factor_too(cast):
    client = cast.client("clerk")
    Posting.objects.filter(user=cast.clerk).update(until="2021-01-01")
    assert client.get("/admin/events/activity/").status_code in {302, 403}


def test_code_by_text_message_alone_sets_up_no_factor_where_there_is_a_password(cast):
    """Whoever has got hold of the phone of a colleague who has just been posted would shut them out."""
    phone, user = "13812345678", cast.clerk
    user.set_phone(phone, at=clock.now())
    user.save()
    client = Client()
    client.post("/accounts/login/code/", {"phone": phone})
    client.post("/accounts/login/code/confirm/", {"code": latest_code(phone)})
    assert client.get(SET_UP)["Location"] == f"{PASSWORD_AGAIN}?next=%2Faccounts%2F2fa%2Ftotp%2Factivate%2F"
    assert client.post(SET_UP, {"code": "123456"}).status_code == 302
    assert client.post(PASSWORD_AGAIN, {"password": PASSWORD, "next": SET_UP})["Location"] == SET_UP
    assert set_up(client).status_code == 302
    assert client.get("/admin/").status_code == 200
