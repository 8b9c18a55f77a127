"""The role catalogue and the permissions that the apps register speak of the same acts."""

import pytest

from accounts.roles import PERMISSIONS, STAFF, Role, granting
from core.permissions import registry
from grids.access import GRANTED_BY_SECRETARY, PLACES_OF

GRANTED = frozenset().union(*PERMISSIONS.values())


def test_every_role_is_in_the_catalogue():
    assert set(PERMISSIONS) == set(Role.values) == set(PLACES_OF)
    assert STAFF == set(Role.values) - {Role.PARTNER_CONTACT}


def test_every_granted_permission_is_registered():
    assert GRANTED - set(registry) == set()


def test_every_placed_permission_is_granted_by_some_role():
    placed = {name for name, permission in registry.items() if permission.placed}
    assert placed - GRANTED == set()


@pytest.mark.parametrize("role", Role.values)
def test_who_changes_sees(role):
    seen = {name.split(".")[0] for name in PERMISSIONS[role] if name.endswith(".view")}
    changed = {name.split(".")[0] for name in PERMISSIONS[role] if name.split(".")[1] in ("add", "change", "delete")}
    assert changed - seen == set()


def test_clerk_never_publishes_and_auditor_only_reads():
    assert not {name for name in PERMISSIONS[Role.CLERK] if name.endswith((".publish", ".return"))}
    assert {name.split(".")[1] for name in PERMISSIONS[Role.AUDITOR]} == {"view"}
    assert not {
        name
        for name in PERMISSIONS[Role.AUDITOR] | PERMISSIONS[Role.DISTRICT_OFFICER]
        if name.startswith(("residency.", "sign_up.", "person."))
    }


def test_secretary_gives_out_no_role_that_she_or_anybody_above_holds():
    assert GRANTED_BY_SECRETARY.isdisjoint(
        {Role.SECRETARY, Role.AUDITOR, Role.DISTRICT_OFFICER, Role.SITE_ADMINISTRATOR}
    )


def test_granting_names_the_roles():
    assert granting("honour.publish") == {Role.SECRETARY}
    assert granting("nothing.at_all") == frozenset()
