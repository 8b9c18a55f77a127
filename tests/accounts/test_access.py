"""What the page of a person lets nobody do."""

import pytest

from accounts.models import Person, User
from core.scope import Scope, scoped
from tests.factories import make_community


def test_persons_and_accounts_have_no_list(cast):
    community = Scope(communities=frozenset({cast.community.pk}))
    assert not scoped(Person.objects.all(), community).exists()
    assert not scoped(User.objects.all(), community).exists()


@pytest.mark.parametrize("permission", ["sign_up.view", "accounts.view_user", ""])
def test_django_permissions_are_never_held(cast, permission):
    assert not cast.admin.has_perm(permission) and not cast.admin.has_module_perms("accounts")
    assert make_community().pk
