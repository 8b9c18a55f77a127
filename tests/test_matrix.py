"""Who may open what: every address outside the workbench × every persona, written by hand (conventions 27).

An address that is missing here fails a test. The workbench has a test class that every admin inherits.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.personas import NAMES
from tests.stage import Side, Stage

GROUPS = {
    "visitor": ("visitor",),
    "resident": ("resident", "volunteer", "leader"),
    "partner": ("partner",),
    "staff": ("gridworker", "careworker", "clerk", "clerk2", "secretary"),
    "above": ("district", "auditor", "admin"),
    "outside": ("outsider", "outsider_secretary"),
    "elsewhere": ("outsider_resident",),
}
"""Personas with the same rights outside the workbench: community A's, those above it, and community B's."""

TABLE = """
address                       case          visitor resident partner staff above outside elsewhere
livez                         -             200     200      200     200   200   200     200
readyz                        -             200     200      200     200   200   200     200
robots                        -             200     200      200     200   200   200     200
portal:look                   -             302     302      302     302   302   302     302
media                         missing       404     404      404     404   404   404     404
account_login                 -             200     302      302     302   302   302     302
account_logout                -             405     405      405     405   405   405     405
account_logout                POST          302     302      302     302   302   302     302
account_reauthenticate        -             302     200      200     302   302   302     200
account_reauthenticate        POST          302     422      422     302   302   302     422
mfa_index                     -             302     200      200     200   200   200     200
mfa_authenticate              -             302     302      302     302   302   302     302
mfa_authenticate              POST          302     302      302     302   302   302     302
mfa_reauthenticate            -             302     302      302     200   200   200     302
mfa_reauthenticate            POST          302     302      302     422   422   422     302
mfa_activate_totp             -             302     302      302     200   200   200     302
mfa_activate_totp             POST          302     302      302     422   422   422     302
mfa_deactivate_totp           -             302     302      302     200   200   200     302
mfa_deactivate_totp           POST          302     302      302     422   422   422     302
mfa_view_recovery_codes       -             302     302      302     302   302   302     302
mfa_generate_recovery_codes   -             302     302      302     200   200   200     302
mfa_generate_recovery_codes   POST          302     302      302     302   302   302     302
account_signup                -             200     302      302     302   302   302     302
account_signup                POST          422     302      302     302   302   302     302
account_request_login_code    -             200     302      302     302   302   302     302
account_request_login_code    POST          422     302      302     302   302   302     302
account_confirm_login_code    -             302     302      302     302   302   302     302
account_confirm_login_code    POST          302     302      302     302   302   302     302
account_resend_login_code     -             405     405      405     405   405   405     405
account_resend_login_code     POST          302     302      302     302   302   302     302
account_verify_phone          -             302     302      302     302   302   302     302
account_verify_phone          POST          302     302      302     302   302   302     302
account_resend_phone_code     -             405     405      405     405   405   405     405
account_resend_phone_code     POST          302     302      302     302   302   302     302
account_correct_phone         -             405     405      405     405   405   405     405
account_correct_phone         POST          302     302      302     302   302   302     302
account_change_phone          -             302     302      302     302   302   302     302
account_change_phone          POST          302     302      302     302   302   302     302
account_change_password       -             302     200      200     200   200   200     200
account_change_password       POST          302     422      422     422   422   422     422
account_set_password          -             302     302      302     302   302   302     302
account_set_password          POST          302     302      302     302   302   302     302
account_reauthenticate_code   -             302     302      302     302   302   302     302
account_reauthenticate_code   POST          302     302      302     302   302   302     302
account_send_own_code         -             405     405      405     405   405   405     405
account_send_own_code         POST          302     302      302     302   302   302     302
usersessions_list             -             302     200      200     200   200   200     200
usersessions_end              -             405     405      405     405   405   405     405
usersessions_end              POST          302     302      302     302   302   302     302
usersessions_end_others       -             405     405      405     405   405   405     405
usersessions_end_others       POST          302     302      302     302   302   302     302

portal:home                   -             200     200      200     200   200   200     200
portal:qr                     home          200     200      200     200   200   200     200
portal:me                     -             302     200      200     200   200   200     200
portal:notice_list            -             302     200      200     200   200   200     200
portal:notice_read_all        -             405     405      405     405   405   405     405
portal:notice_read_all        POST          302     302      302     302   302   302     302
portal:notice_settings        -             302     200      200     200   200   200     200
portal:notice_settings        POST          302     302      302     302   302   302     302
portal:notice_email           -             302     200      200     200   200   200     200
portal:notice_email           POST          302     422      422     422   422   422     422
portal:notice_email_confirm   -             302     302      302     302   302   302     302
portal:notice_email_confirm   POST          302     302      302     302   302   302     302
portal:notice_email_remove    -             405     405      405     405   405   405     405
portal:notice_email_remove    POST          302     302      302     302   302   302     302
portal:notice_detail          a             302     404      404     404   404   404     404
portal:notice_detail          b             302     404      404     404   404   404     404
portal:notice_detail          missing       302     404      404     404   404   404     404
portal:community_detail       a             200     200      200     200   200   200     200
portal:community_detail       b             200     200      200     200   200   200     200
portal:community_detail       missing       404     404      404     404   404   404     404
portal:team_detail            a             200     200      200     200   200   200     200
portal:team_detail            b             200     200      200     200   200   200     200
portal:team_detail            missing       404     404      404     404   404   404     404
volunteers:team_list          -             200     200      200     200   200   200     200
portal:my_teams               -             302     200      200     200   200   200     200
volunteers:team_join          a             302     200      403     403   403   403     403
volunteers:team_join          b             302     403      403     403   403   403     200
volunteers:team_join          missing       404     404      404     404   404   404     404
volunteers:team_join          POST_a        302     422      403     403   403   403     403  leader=200
volunteers:team_join          POST_b        302     403      403     403   403   403     422
volunteers:team_leave         a             302     404      404     404   404   404     404
volunteers:team_leave         POST_a        302     404      404     404   404   404     404
volunteers:team_leave         missing       404     404      404     404   404   404     404
volunteers:membership_list    a             302     404      404     404   404   404     404  leader=200
volunteers:membership_list    b             302     404      404     404   404   404     404
volunteers:membership_list    missing       404     404      404     404   404   404     404
volunteers:membership_print   a             302     404      404     404   404   404     404  leader=200
volunteers:membership_print   b             302     404      404     404   404   404     404
volunteers:membership_approve POST_a        302     404      404     404   404   404     404  leader=409
volunteers:membership_approve POST_b        302     404      404     404   404   404     404
volunteers:membership_decline a             302     404      404     404   404   404     404  leader=200
volunteers:membership_decline b             302     404      404     404   404   404     404
volunteers:membership_decline POST_a        302     404      404     404   404   404     404  leader=422
volunteers:membership_remove  a             302     404      404     404   404   404     404  leader=409
volunteers:membership_remove  b             302     404      404     404   404   404     404
volunteers:membership_remove  POST_a        302     404      404     404   404   404     404  leader=409

grids:community_list          -             200     200      200     200   200   200     200
grids:grid_list               a             200     200      200     200   200   200     200
grids:grid_list               b             200     200      200     200   200   200     200
grids:grid_list               missing       404     404      404     404   404   404     404
grids:grid_detail             a             200     200      200     200   200   200     200
grids:grid_detail             b             200     200      200     200   200   200     200
grids:grid_detail             a_closed      404     404      404     404   404   404     404
grids:grid_detail             missing       404     404      404     404   404   404     404

stories:public_notice_list    -             200     200      200     200   200   200     200
stories:public_notice_detail  a_published   200     200      200     200   200   200     200
stories:public_notice_detail  a_draft       404     404      404     404   404   404     404
stories:public_notice_detail  a_in_review   404     404      404     404   404   404     404
stories:public_notice_detail  a_withdrawn   404     404      404     404   404   404     404
stories:public_notice_detail  a_future      404     404      404     404   404   404     404
stories:public_notice_detail  a_over        404     404      404     404   404   404     404
stories:public_notice_detail  b_published   200     200      200     200   200   200     200
stories:public_notice_detail  b_draft       404     404      404     404   404   404     404
stories:public_notice_detail  missing       404     404      404     404   404   404     404
stories:page_detail           about         200     200      200     200   200   200     200
stories:page_detail           help          200     200      200     200   200   200     200
stories:page_detail           privacy       200     200      200     200   200   200     200
stories:page_detail           accessibility 200     200      200     200   200   200     200
stories:page_detail           contact       200     200      200     200   200   200     200

honours:honour_list           -             200     200      200     200   200   200     200
honours:honour_detail         a_published   200     200      200     200   200   200     200
honours:honour_detail         a_revoked     200     200      200     200   200   200     200
honours:honour_detail         a_draft       404     404      404     404   404   404     404
honours:honour_detail         a_in_review   404     404      404     404   404   404     404
honours:honour_detail         a_withdrawn   404     404      404     404   404   404     404
honours:honour_detail         b_published   200     200      200     200   200   200     200
honours:honour_detail         b_draft       404     404      404     404   404   404     404
honours:honour_detail         missing       404     404      404     404   404   404     404

events:activity_list          -             200     200      200     200   200   200     200
events:activity_detail        a_published   200     200      200     200   200   200     200
events:activity_detail        a_cancelled   200     200      200     200   200   200     200
events:activity_detail        a_residents   200     200      200     200   200   200     200
events:activity_detail        a_draft       404     404      404     404   404   404     404
events:activity_detail        a_in_review   404     404      404     404   404   404     404
events:activity_detail        a_withdrawn   404     404      404     404   404   404     404
events:activity_detail        a_internal    404     404      404     404   404   404     404
events:activity_detail        b_published   200     200      200     200   200   200     200
events:activity_detail        b_residents   200     200      200     200   200   200     200
events:activity_detail        b_draft       404     404      404     404   404   404     404
events:activity_detail        b_internal    404     404      404     404   404   404     404
events:activity_detail        missing       404     404      404     404   404   404     404
events:activity_calendar_file a_published   200     200      200     200   200   200     200
events:activity_calendar_file a_draft       404     404      404     404   404   404     404
events:activity_calendar_file a_internal    404     404      404     404   404   404     404
events:activity_calendar_file b_published   200     200      200     200   200   200     200
events:activity_calendar_file b_draft       404     404      404     404   404   404     404
events:activity_calendar_file missing       404     404      404     404   404   404     404

events:activity_sign_up       a_published   302     200      200     200   200   200     200
events:activity_sign_up       a_residents   302     200      403     403   403   403     403
events:activity_sign_up       b_residents   302     403      403     403   403   403     200
events:activity_sign_up       a_draft       404     404      404     404   404   404     404
events:activity_sign_up       a_internal    404     404      404     404   404   404     404
events:activity_sign_up       b_draft       404     404      404     404   404   404     404
events:activity_sign_up       missing       404     404      404     404   404   404     404
events:activity_sign_up       POST_a_published  302 302      302     302   302   302     302
events:activity_sign_up       POST_a_residents  302 302      403     403   403   403     403
events:activity_sign_up       POST_b_residents  302 403      403     403   403   403     302
events:activity_sign_up       POST_a_full       302 409      409     409   409   409     409
events:activity_sign_up       POST_a_cancelled  302 409      409     409   409   409     409
events:activity_sign_up       POST_a_draft      404 404      404     404   404   404     404
events:activity_sign_up       POST_a_internal   404 404      404     404   404   404     404
events:activity_sign_up       POST_missing      404 404      404     404   404   404     404

events:sign_up_cancel         a_published   302     404      404     404   404   404     404
events:sign_up_cancel         a_draft       404     404      404     404   404   404     404
events:sign_up_cancel         POST_a_published  302 404      404     404   404   404     404
events:sign_up_cancel         POST_missing      404 404      404     404   404   404     404
"""

SAFE = {"GET", "HEAD"}
METHODS = {
    "account_login": {"GET", "POST"},
    "mfa_view_recovery_codes": {"GET"},
    **dict.fromkeys(
        (
            "account_signup", "account_request_login_code", "account_confirm_login_code", "account_verify_phone",
            "account_change_phone", "account_change_password", "account_set_password", "account_reauthenticate",
            "account_reauthenticate_code", "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp",
            "mfa_deactivate_totp", "mfa_generate_recovery_codes", "portal:notice_settings", "portal:notice_email",
            "portal:notice_email_confirm", "events:activity_sign_up", "events:sign_up_cancel", "volunteers:team_join",
            "volunteers:team_leave", "volunteers:membership_decline", "volunteers:membership_remove",
        ),
        SAFE | {"POST"},
    ),
    **dict.fromkeys(
        (
            "account_logout", "account_resend_login_code", "account_resend_phone_code", "account_correct_phone",
            "account_send_own_code", "usersessions_end", "usersessions_end_others", "portal:notice_read_all",
            "portal:notice_email_remove", "volunteers:membership_approve",
        ),
        {"POST"},
    ),
}  # fmt: skip
"""What an address answers besides OPTIONS; SAFE where nothing is said. HEAD follows GET."""


class Line(NamedTuple):
    """One line of the table: statuses by persona; “leader=200” at its end says what differs for one of a group."""

    address: str
    case: str
    statuses: dict[str, int]

    def __str__(self) -> str:
        return f"{self.address}-{self.case}"


def lines() -> list[Line]:
    head, *rows = [line.split() for line in TABLE.strip().splitlines() if line.strip()]
    groups = head[2:]
    assert groups == list(GROUPS)
    found = []
    for address, case, *statuses in rows:
        apart = dict(status.split("=") for status in statuses if "=" in status)
        by_group = dict(zip(groups, map(int, statuses[: len(groups)]), strict=True))
        by_name = {name: by_group[group] for group, names in GROUPS.items() for name in names}
        found.append(Line(address, case, by_name | {name: int(status) for name, status in apart.items()}))
    return found


LINES = lines()


def named(patterns: list[Any], namespace: str = "") -> Iterator[str]:
    """Every URL name outside the workbench, with its namespace."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
                yield from named(entry.url_patterns, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}"


URL_NAMES = sorted(set(named(get_resolver().url_patterns)))


def path_of(line: Line, stage: Stage) -> str:
    """The address of the line's object."""
    name, case = line.address, line.case.removeprefix("POST").strip("_")
    if name == "media":
        return reverse(name, args=["public/" + "0" * 64 + ".webp"])
    if name == "portal:qr":
        return reverse(name) + "?path=/"
    if case in {"", "-"}:
        return reverse(name)
    if case == "missing":
        return reverse(name, args=["0123456789"])
    if name == "stories:page_detail":
        return reverse(name, args=[case])
    return reverse(name, args=object_of(name, case, stage.a if case[0] == "a" else stage.b))


def object_of(name: str, case: str, side: Side) -> list[str]:
    """What the address names: the row of the line's community."""
    if name == "portal:notice_detail":
        return [side.message.public_id]
    kind, state = name.split(":")[1].split("_")[0], case[2:]
    if kind == "community" or name == "grids:grid_list":
        return [side.community.slug]
    if state == "closed":
        return [side.closed_grid.public_id]
    if kind == "membership":
        one = name.endswith(("approve", "decline", "remove"))
        return [side.team.public_id, *([side.request.public_id] if one else [])]
    if kind in {"grid", "team"}:
        return [getattr(side, kind).public_id]
    rows = {"public": side.notices, "honour": side.honours, "activity": side.activities, "sign": side.activities}[kind]
    return [rows[state].public_id]


def test_personas_are_all_in_a_group():
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(NAMES)


def test_every_address_is_in_the_matrix():
    assert sorted({line.address for line in LINES}) == URL_NAMES


def asked(line: Line) -> dict[str, int]:
    """Everybody's status; where all are told the same, one of each group is asked."""
    if len(set(line.statuses.values())) > 1:
        return line.statuses
    return {names[0]: line.statuses[names[0]] for names in GROUPS.values()}


@pytest.mark.parametrize("name", URL_NAMES)
def test_status_for_every_persona(stage, name):
    clients = {persona: stage.cast.client(persona) for persona in NAMES}
    mine = [line for line in LINES if line.address == name]
    seen, expected = {}, {line.case: asked(line) for line in mine}
    for line in mine:
        path, posted = path_of(line, stage), line.case.startswith("POST")
        answers = {who: clients[who].post(path) if posted else clients[who].get(path) for who in asked(line)}
        seen[line.case] = {who: answer.status_code for who, answer in answers.items()}
    assert mine
    assert seen == expected


def test_other_methods_are_refused(stage):
    client = stage.cast.client("clerk")
    seen, expected = {}, {}
    for name in URL_NAMES:
        path = path_of(next(line for line in LINES if line.address == name), stage)
        refused = [one for one in ("POST", "PUT", "PATCH", "DELETE", "TRACE") if one not in METHODS.get(name, SAFE)]
        seen[name] = {method: client.generic(method, path).status_code for method in refused}
        expected[name] = dict.fromkeys(refused, 405)
    assert seen == expected


@pytest.mark.parametrize("name", [name for name in URL_NAMES if "POST" in METHODS.get(name, SAFE)])
def test_post_without_token_is_denied(stage, name):
    line = next(line for line in LINES if line.address == name)
    for persona in ("visitor", "resident", "clerk"):
        strict = Client(enforce_csrf_checks=True)
        if persona != "visitor":
            strict.force_login(stage.cast.users[persona])
        response = strict.post(path_of(line, stage), {"login": "resident"})
        assert response.status_code == 403
        assert "表单已过期" in response.content.decode()
