"""The role catalogue: which permissions a posting grants (design §3, security §3.2).

A role never says *where*: the posting does.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    GRID_WORKER = "grid_worker", _("grid worker")
    CLERK = "clerk", _("clerk")
    CARE_WORKER = "care_worker", _("care worker")
    SECRETARY = "secretary", _("secretary")
    PARTNER_CONTACT = "partner_contact", _("partner contact")
    DISTRICT_OFFICER = "district_officer", _("district officer")
    AUDITOR = "auditor", _("auditor")
    SITE_ADMINISTRATOR = "site_administrator", _("site administrator")


def _all(noun: str, *verbs: str) -> set[str]:
    return {f"{noun}.{verb}" for verb in verbs}


_VIEW = {
    f"{noun}.view"
    for noun in (
        "region", "community", "grid", "party_organisation", "partner_unit", "venue", "team", "leadership",
        "theme", "public_notice", "honour", "activity", "balance", "estate", "building",
    )
}  # fmt: skip

_DRAFT = (
    _all("activity", "add", "change", "submit", "change_times", "change_capacity", "cancel", "withdraw", "finish")
    | _all("honour", "add", "change", "submit")
    | _all("public_notice", "add", "change", "submit", "withdraw")
)

_KEEP = set().union(
    *(
        _all(noun, "add", "change", "delete")
        for noun in (
            "grid",
            "party_organisation",
            "partner_unit",
            "venue",
            "team",
            "leadership",
            "theme",
            "estate",
            "building",
        )
    )
)

_HOMES = _all("residency", "view", "add", "change") | _all("household", "view", "add", "change")
_PEOPLE = _all("sign_up", "view", "remove") | _HOMES | {"person.look_up", "account.link"}

_TEAMS = (
    _all("team", "register", "activate", "pause", "resume", "dissolve", "check")
    | _all("volunteer", "view", "add", "change", "approve", "suspend", "reinstate", "leave")
    | _all("membership", "view", "add", "join", "approve", "decline", "leave", "remove")
)

_CLERK = _VIEW | _DRAFT | _KEEP | _PEOPLE | _TEAMS | {"history.view"}

_SECRETARY = (
    _CLERK
    | _all("activity", "publish", "return")
    | _all("honour", "publish", "return", "withdraw", "revoke")
    | _all("public_notice", "publish", "return")
    | _all("community", "change")
    | _all("posting", "view", "add", "change")
    | _all("balance", "add", "change")
    | _all("page", "view", "add", "change", "submit")
)

_GRID_WORKER = (
    _all("grid", "view")
    | _all("activity", "view", "add", "change", "submit")
    | _all("team", "view")
    | _all("venue", "view")
    | _all("estate", "view")
    | _all("building", "view")
    | _HOMES
    | _all("sign_up", "view")
    | {"person.look_up", "account.link"}
)

_SITE = (
    _VIEW
    | _KEEP
    | _all("region", "add", "change")
    | _all("community", "add", "change")
    | _all("posting", "view", "add", "change")
    | _all("user", "view", "add", "change", "reset_factor")
    | _all("audit", "view")
    | _all("page", "view", "add", "change", "submit", "return", "publish", "withdraw")
    | {"history.view", "person.look_up", "account.link"}
)

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.GRID_WORKER: frozenset(_GRID_WORKER),
    Role.CLERK: frozenset(_CLERK),
    Role.CARE_WORKER: frozenset(_all("community", "view") | _all("grid", "view") | _all("activity", "view")),
    Role.SECRETARY: frozenset(_SECRETARY),
    Role.PARTNER_CONTACT: frozenset(),
    # People only as numbers (security §3.2), so no list of team leaders.
    Role.DISTRICT_OFFICER: frozenset(_VIEW - {"leadership.view"}),
    Role.AUDITOR: frozenset(_all("audit", "view") | _all("community", "view")),
    Role.SITE_ADMINISTRATOR: frozenset(_SITE),
}

STAFF: frozenset[str] = frozenset(Role.values) - {Role.PARTNER_CONTACT}
"""Roles whose holders may enter the admin."""


def granting(permission: str) -> frozenset[str]:
    """Return the roles that grant `permission`."""
    return frozenset(role for role, granted in PERMISSIONS.items() if permission in granted)
