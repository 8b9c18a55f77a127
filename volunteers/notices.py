"""What people are told about teams: leaders of requests, members of what was decided (domain S1-31)."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.notices import Kind, notify, notify_all, register
from core.models import Transition
from core.states import Done
from volunteers.models import Leadership, Membership
from volunteers.states import TeamState

ASKED = register(
    Kind(
        "membership_asked",
        _("Somebody wants to join my team"),
        _("Somebody wants to join your team"),
        _("“{team}” has a request to join. Please look at it and answer."),
    )
)
GRANTED = register(
    Kind(
        "membership_granted",
        _("I was let into a team"),
        _("Welcome to the team"),
        _("You are a member of “{team}” now. Its leader and the other members see your name."),
    )
)
DECLINED = register(
    Kind(
        "membership_declined",
        _("My request to join a team was declined"),
        _("Your request to join a team"),
        _("“{team}” cannot take you in at present."),
        with_reason=True,
    )
)
REMOVED = register(
    Kind(
        "membership_removed",
        _("I was taken out of a team"),
        _("Your membership in a team has ended"),
        _("You do not belong to “{team}” any more. If you have questions, please call the community."),
        with_reason=True,
    )
)
LEFT = register(
    Kind(
        "membership_left",
        _("Somebody left my team"),
        _("Somebody has left your team"),
        _("A member of “{team}” has left."),
        email=False,
    )
)
ENDED = register(
    Kind(
        "membership_ended",
        _("A membership of mine ended with the team"),
        _("Your membership in a team has ended"),
        _("Your membership in “{team}” has ended. Thank you for your help."),
    )
)
MINE = "/me/teams/"
"""The person's own memberships, a page of portal (design §4: a stable contract)."""


def asked(membership: Membership) -> None:
    """Tell the leaders that somebody has asked; whoever was taken in at the counter is told instead."""
    if membership.since is not None:
        _person(membership, GRANTED, f"membership:{membership.pk}", membership.created_at)
    else:
        _leaders(membership, ASKED, f"membership:{membership.pk}", membership.created_at)


def decided(membership: Membership, done: Done) -> Done:
    """Tell whom a move of the membership concerns, inside its transaction; hands `done` on."""
    if done.already:
        return done
    step = done.transition
    kinds = {"approve": GRANTED, "decline": DECLINED, "remove": REMOVED}
    if step.verb in kinds:
        _person(membership, kinds[step.verb], _occasion(step), step.at)
    elif step.verb == "leave" and membership.since is not None:
        _leaders(membership, LEFT, _occasion(step), step.at)
    return done


def closed(ended: Iterable[tuple[Membership, Transition]]) -> None:
    """Tell those whose membership ended with the team or their volunteering; each has a step of their own.

    Whoever had only asked is told that the team takes nobody in; if it is they who stop, there is nothing to tell.
    """
    for membership, step in ended:
        if membership.since is not None:
            _person(membership, ENDED, _occasion(step), step.at)
        elif membership.team.state == TeamState.DISSOLVED:
            _person(membership, DECLINED, _occasion(step), step.at)


def _occasion(step: Transition) -> str:
    return f"transition:{step.pk}"


def _person(membership: Membership, kind: Kind, occasion: str, at: Any) -> None:
    notify(membership.volunteer.person, kind, occasion, words={"team": membership.team.name}, url=MINE, at=at)


def _leaders(membership: Membership, kind: Kind, occasion: str, at: Any) -> None:
    leaders = Leadership.objects.live(at).filter(team=membership.team_id).exclude(person=membership.volunteer.person_id)
    words, url = {"team": membership.team.name}, f"{membership.team.get_absolute_url()}members/"
    notify_all(leaders.values_list("person", flat=True), kind, occasion, words=words, url=url, at=at)
