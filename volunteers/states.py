"""Life cycles and enumerations of volunteer teams, volunteers and memberships (domain S1-31, S4-09, S3-10)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as c

from core.states import Machine, Move


class TeamKind(models.TextChoices):
    VOLUNTEER = "volunteer", _("volunteer team")
    PARTY = "party", _("party members' team")
    PREACHING = "preaching", _("talks team")
    YOUTH = "youth", _("youth team")
    PATROL = "patrol", _("patrol")
    LAW = "law", _("law team")
    CONVENIENCE = "convenience", _("neighbourly services")
    READING = "reading", _("reading group")
    CULTURE = "culture", _("culture and sports")
    OTHER = "other", _("other")


class TeamState(models.TextChoices):
    FORMING = "forming", c("team", "forming")
    REGISTERED = "registered", c("team", "registered")
    ACTIVE = "active", c("team", "at work")
    PAUSED = "paused", c("team", "paused")
    DISSOLVED = "dissolved", c("team", "dissolved")


JOINABLE = (TeamState.FORMING, TeamState.REGISTERED, TeamState.ACTIVE)
"""States of a team that takes people in."""

TEAM = Machine(
    states=TeamState,
    initial=TeamState.FORMING,
    tones={"forming": "info", "registered": "info", "active": "go", "paused": "off", "dissolved": "off"},
    moves={
        "register": Move(("forming",), "registered", _("Register the team"), "team.register", usual=True),
        "activate": Move(("registered",), "active", _("Begin work"), "team.activate", usual=True),
        "pause": Move(("active",), "paused", _("Pause the team"), "team.pause"),
        "resume": Move(("paused",), "active", _("Resume work"), "team.resume", usual=True),
        "dissolve": Move(
            ("forming", "registered", "active", "paused"), "dissolved", _("Dissolve the team"), "team.dissolve",
            needs_reason=True, grave=True,
        ),
    },
)  # fmt: skip


class SourceKind(models.TextChoices):
    """From which groups of people volunteers come: the five of S4-09, and those S3-10 counts apart."""

    PARTY_MEMBER = "party_member", c("volunteer source", "party member")
    CADRE = "cadre", c("volunteer source", "cadre")
    WOMAN = "woman", c("volunteer source", "women's group")
    GOOD_PERSON = "good_person", c("volunteer source", "honoured good person")
    YOUTH = "youth", c("volunteer source", "young people")
    STUDENT_PARTY_MEMBER = "student_party_member", c("volunteer source", "student party member")


class VolunteerState(models.TextChoices):
    APPLIED = "applied", c("volunteer", "applied")
    APPROVED = "approved", c("volunteer", "approved")
    SUSPENDED = "suspended", c("volunteer", "suspended")
    LEFT = "left", c("volunteer", "left")


STANDING = (VolunteerState.APPLIED, VolunteerState.APPROVED)
"""States in which a volunteer may join teams and takes part in them."""

VOLUNTEER = Machine(
    states=VolunteerState,
    initial=VolunteerState.APPLIED,
    tones={"applied": "few", "approved": "go", "suspended": "zhu", "left": "off"},
    moves={
        "approve": Move(("applied",), "approved", _("Approve the volunteer"), "volunteer.approve", usual=True),
        "suspend": Move(
            ("applied", "approved"), "suspended", _("Suspend the volunteer"), "volunteer.suspend",
            needs_reason=True, grave=True,
        ),
        "reinstate": Move(("suspended",), "approved", _("End the suspension"), "volunteer.reinstate", usual=True),
        "leave": Move(
            ("applied", "approved", "suspended"), "left", _("Record that they stop"), "volunteer.leave", grave=True
        ),
        "return": Move(("left",), "applied", _("Volunteer again"), "membership.join"),
    },
)  # fmt: skip


class MembershipState(models.TextChoices):
    REQUESTED = "requested", c("membership", "waiting for approval")
    ACTIVE = "active", c("membership", "member")
    DECLINED = "declined", c("membership", "declined")
    LEFT = "left", c("membership", "left")
    REMOVED = "removed", c("membership", "removed")


OPEN = (MembershipState.REQUESTED, MembershipState.ACTIVE)
"""States of a membership that is asked for or lasts; a person has one such in a team."""

MEMBERSHIP = Machine(
    states=MembershipState,
    initial=MembershipState.REQUESTED,
    tones={"requested": "few", "active": "go", "declined": "off", "left": "off", "removed": "off"},
    moves={
        "approve": Move(("requested",), "active", _("Approve"), "membership.approve", usual=True),
        "decline": Move(("requested",), "declined", _("Decline"), "membership.decline", needs_reason=True),
        "leave": Move(OPEN, "left", _("Record that they leave"), "membership.leave", grave=True),
        "remove": Move(
            ("active",), "removed", _("Remove from the team"), "membership.remove", needs_reason=True, grave=True
        ),
        "close": Move(OPEN, "left", _("Ended together with the team or the volunteer"), "membership.leave"),
    },
)
