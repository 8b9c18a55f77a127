"""The accounts of the demonstration, their postings, and the colleagues who only make its history real."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import Person, User
from accounts.roles import Role
from accounts.services import create_user, set_password
from core import audit
from core.models import AuditEntry
from grids.models import COMMUNITY_STAFF, Posting
from grids.services import Place, post
from portal.demo.content import samples
from portal.demo.ledger import VERB
from portal.demo.people import HERE_FOR, home, invented_name, invented_phone, person
from portal.demo.places import lowest_grids
from portal.demo.run import Run, Staff
from volunteers.models import Leadership, Team
from volunteers.services.teams import appoint_leader

Spec = dict[str, Any]
REACHING_BEYOND = (Role.SITE_ADMINISTRATOR, Role.DISTRICT_OFFICER)
NAMES_OF_GRID_WORKERS = 500
"""From which place in the list of invented names; the residents have those before it."""


class NameTaken(Exception):
    """A user name of the demonstration belongs to somebody who is no sample."""


def refuse_taken_names(run: Run) -> None:
    """Do nothing when no account of the demonstration would be somebody else's.

    Raises:
        NameTaken: with the names.
    """
    wanted = [spec["username"] for spec in samples()["accounts"] + samples()["colleagues"]]
    others = User.objects.filter(username__in=wanted).exclude(pk__in=run.ledger.ids(User))
    if taken := "、".join(others.values_list("username", flat=True)):
        raise NameTaken(_("These user names belong to somebody else: %(names)s.") % {"names": taken})


def load_accounts(run: Run, *, password: str, alone: bool) -> None:
    """The accounts people sign in with, their postings and homes.

    Args:
        alone: no communities but those of the demonstration; otherwise nobody gets rights that reach beyond them.
    """
    for number, spec in enumerate(samples()["accounts"], start=1):
        if not alone and spec.get("role") in REACHING_BEYOND:
            continue
        user = _user(run, spec, password=password or None, phone=invented_phone(1, number))
        if "role" in spec:
            _posting(run, user, spec["role"], partial(_place, run, spec))
        if "home" in spec:
            home(run, run.people[spec["username"]], spec["home"], spec["grid"] - 1, room=101)
    for spec in samples()["colleagues"]:
        _posting(run, _user(run, spec), spec["role"], partial(_place, run, spec))
    for slug in run.communities:
        run.staff[slug] = Staff(_in_office(run, slug, Role.CLERK), _in_office(run, slug, Role.SECRETARY))


def _user(run: Run, spec: Spec, *, password: str | None = None, phone: str = "") -> User:
    """The account of `spec`; without a password nobody can sign in with it."""
    username = spec["username"]
    who = person(run, "account", username, name=spec["name"], age=spec.get("age"), phone=phone)

    def make() -> User:
        if password is not None:
            return create_user(username, password, by=None, person=who, check_password=False, at=run.at)
        user = User(username=username, person=who)
        user.set_unusable_password()
        return run.store(user)

    user = run.users[username] = run.ensure(User, username, make=make)
    run.people[username] = who
    return user


def keep_password(run: Run, password: str) -> None:
    """Let every account have the printed password: the one existing value that a start may change.

    Comparing a password takes a quarter of a second each, so what was found in order is remembered by a fingerprint
    of the password and all stored hashes.
    """
    users = [run.users[spec["username"]] for spec in samples()["accounts"] if spec["username"] in run.users]
    if not users or AuditEntry.objects.filter(verb=VERB, reason=_fingerprint(users, password)).exists():
        return
    for user in users:
        if not run.ledger.is_new(user) and not user.check_password(password):
            set_password(user, password, by=None, check_password=False, at=run.at)
    audit.record(users[0], VERB, by=None, reason=_fingerprint(users, password), at=run.at)


def _fingerprint(users: list[User], password: str) -> str:
    stored = "/".join([password, *(user.password for user in users)])
    return "password:" + salted_hmac("portal.demo", stored, algorithm="sha256").hexdigest()[:31]


def _posting(run: Run, user: User, role: str, place: Callable[[], Place | None]) -> Posting:
    return run.ensure(
        Posting,
        user.pk,
        role,
        make=lambda: post(
            user, role, place=place(), by=None, since=run.today - HERE_FOR, at=run.at, **_public_entry(run, user, role)
        ),
    )


def _public_entry(run: Run, user: User, role: str) -> dict[str, Any]:
    """The workers of the communities are named with the phone of their office, all of it invented."""
    if role not in COMMUNITY_STAFF:
        return {}
    every = samples()["accounts"] + samples()["colleagues"]
    slug = next((spec["community"] for spec in every if spec["username"] == user.username), None)
    phone = run.communities[slug].phone if slug else ""
    return {"is_public": slug is not None, "office_phone": phone}


def _place(run: Run, spec: Spec) -> Place | None:
    """The grid, the region of a level above the community, the community, or the site."""
    if "community" not in spec:
        return None
    if "grid" in spec:
        return lowest_grids(run, spec["community"])[spec["grid"] - 1]
    place: Place | None = run.communities[spec["community"]]
    if "region" in spec:
        place = run.communities[spec["community"]].region
        while place is not None and place.level != spec["region"]:
            place = place.parent
    return place


def _in_office(run: Run, slug: str, role: str) -> User | None:
    """Who acts in this role for the demonstration; nobody (the system acts) once the posting has been ended."""
    for spec in samples()["accounts"] + samples()["colleagues"]:
        if spec.get("role") == role and spec.get("community") == slug:
            user = run.users[spec["username"]]
            held = Posting.objects.live(run.at).filter(user=user, role=role, community=run.communities[slug])
            return user if user.is_active and held.exists() else None
    return None


def load_grid_workers(run: Run) -> None:
    """A worker with a duty phone for some grids."""
    serial = 0
    for slug, numbers in samples()["grid_workers"].items():
        for number in numbers:
            serial += 1
            spec = {
                "username": f"sample-grid-{slug}-{number}",
                "name": invented_name(NAMES_OF_GRID_WORKERS + serial),
                "community": slug,
                "grid": number,
            }
            user = _user(run, spec, phone=invented_phone(3, serial))
            _posting(run, user, Role.GRID_WORKER, partial(_place, run, spec))


def load_leaders(run: Run, teams: dict[tuple[str, str], Team]) -> None:
    """Who leads a team: some residents, and the account `leader`."""
    for spec in samples()["leaders"]:
        leader = run.residents[spec["community"]][spec["resident"]]
        _leadership(run, teams[spec["community"], spec["team"]], leader)
    for spec in samples()["accounts"]:
        if "leads" in spec:
            _leadership(run, teams[spec["home"], spec["leads"]], run.people[spec["username"]])


def _leadership(run: Run, team: Team, leader: Person) -> Leadership:
    return run.ensure(
        Leadership,
        team.public_id,
        leader.public_id,
        make=lambda: appoint_leader(team, leader, by=None, since=run.today - HERE_FOR, at=run.at),
    )
