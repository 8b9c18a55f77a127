"""Life cycles of activities and sign-ups (design §6, domain 3.2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Machine, Move


class ActivityState(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    PUBLISHED = "published", _("published")
    FINISHED = "finished", _("finished")
    COUNTED = "counted", _("counted")
    WITHDRAWN = "withdrawn", _("withdrawn")
    CANCELLED = "cancelled", _("cancelled")
    POSTPONED = "postponed", _("postponed")


ACTIVITY = Machine(
    states=ActivityState,
    initial=ActivityState.DRAFT,
    tones={
        "draft": "off",
        "in_review": "info",
        "published": "go",
        "finished": "off",
        "counted": "off",
        "withdrawn": "off",
        "cancelled": "zhu",
        "postponed": "few",
    },
    moves={
        "submit": Move(("draft",), "in_review", _("Submit for review"), "activity.submit", usual=True),
        "return": Move(("in_review",), "draft", _("Return for changes"), "activity.return", needs_reason=True),
        "publish": Move(("in_review",), "published", _("Approve and publish"), "activity.publish", usual=True),
        "withdraw": Move(
            ("published",), "withdrawn", _("Withdraw"), "activity.withdraw", needs_reason=True, grave=True
        ),
        "cancel": Move(
            ("published",), "cancelled", _("Cancel the activity"), "activity.cancel", needs_reason=True, grave=True
        ),
        "finish": Move(("published",), "finished", _("Mark as finished"), "activity.finish", usual=True),
    },
)


class SignUpState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    OFFERED = "offered", _("seat offered")
    CONFIRMED = "confirmed", _("signed up")
    ATTENDED = "attended", _("attended")
    ABSENT = "absent", _("absent")
    CANCELLED = "cancelled", _("cancelled by the participant")
    LATE_CANCELLED = "late_cancelled", _("cancelled late")
    REMOVED = "removed", _("removed by staff")
    EXPIRED = "expired", _("offer expired")
    EXCUSED = "excused", _("excused")


SEATED = (SignUpState.OFFERED, SignUpState.CONFIRMED)
"""States of a party that holds seats before the activity (verify_books counts these)."""

LEFT = (SignUpState.CANCELLED, SignUpState.LATE_CANCELLED, SignUpState.REMOVED, SignUpState.EXPIRED)
"""States of a party that gave its seats up; its people may sign up anew."""

SIGN_UP = Machine(
    states=SignUpState,
    initial=SignUpState.CONFIRMED,
    tones={
        "waiting": "few",
        "offered": "info",
        "confirmed": "go",
        "attended": "go",
        "absent": "off",
        "cancelled": "off",
        "late_cancelled": "off",
        "removed": "zhu",
        "expired": "off",
        "excused": "off",
    },
    moves={
        "cancel": Move(("confirmed",), "cancelled", _("Cancel the sign-up"), "sign_up.cancel", grave=True),
        "cancel_late": Move(
            ("confirmed",), "late_cancelled", _("Cancel the sign-up (late)"), "sign_up.cancel", grave=True
        ),
        "remove": Move(
            ("confirmed",), "removed", _("Remove from the list"), "sign_up.remove", needs_reason=True, grave=True
        ),
    },
)


class ActivityKind(models.TextChoices):
    CONVENIENCE = "convenience", _("neighbourly service")
    CULTURE = "culture", _("culture and sports")
    HEALTH = "health", _("health")
    STUDY = "study", _("study and talks")
    LAW = "law", _("law")
    DRILL = "drill", _("safety drill")
    FESTIVAL = "festival", _("festival")
    FAMILY = "family", _("parents and children")
    EMPLOYMENT = "employment", _("jobs and skills")
    ENVIRONMENT = "environment", _("environment")
    VOLUNTEERING = "volunteering", _("volunteering")
    PARTY = "party", _("party life")
    CARE = "care", _("care visits")
    GOVERNANCE = "governance", _("deliberation and governance")
    OTHER = "other", _("other")


class Audience(models.TextChoices):
    EVERYONE = "everyone", _("everyone")
    RESIDENTS = "residents", _("residents of the community")
    TEAM = "team", _("the team")
    INTERNAL = "internal", _("staff only")


class Risk(models.TextChoices):
    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


class QuotaRole(models.TextChoices):
    PARTICIPANT = "participant", _("participant")
    HELPER = "helper", _("helper")


class JointRole(models.TextChoices):
    LEAD = "lead", _("lead")
    CO_ORGANISER = "co_organiser", _("co-organiser")
    SUPPORT = "support", _("support")
    FOUNDER = "founder", _("founder")
