"""Enumerations of places and postings."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Machine, Move


class RegionLevel(models.TextChoices):
    PROVINCE = "province", _("province")
    CITY = "city", _("city")
    DISTRICT = "district", _("district")
    SUBDISTRICT = "subdistrict", _("subdistrict")


class GridKind(models.TextChoices):
    SOCIAL = "social", _("social grid")
    PARTY = "party", _("party grid")
    MERGED = "merged", _("merged grid")


class GridLevel(models.IntegerChoices):
    ONE = 1, _("level 1")
    TWO = 2, _("level 2")
    THREE = 3, _("level 3")


class PartyKind(models.TextChoices):
    COMMITTEE = "committee", _("party committee")
    GENERAL_BRANCH = "general_branch", _("general branch")
    BRANCH = "branch", _("branch")
    GRID_BRANCH = "grid_branch", _("grid branch")
    GROUP = "group", _("party group")
    JOINT_COMMITTEE = "joint_committee", _("joint committee")
    REGIONAL_GENERAL_BRANCH = "regional_general_branch", _("regional general branch")
    WORK_COMMITTEE = "work_committee", _("work committee")


class PartnerKind(models.TextChoices):
    GOVERNMENT = "government", _("government office")
    COURT = "court", _("court")
    PROCURATORATE = "procuratorate", _("procuratorate")
    POLICE = "police", _("police")
    FIRE = "fire", _("fire brigade")
    SCHOOL = "school", _("school")
    KINDERGARTEN = "kindergarten", _("kindergarten")
    MEDICAL = "medical", _("medical institution")
    ENTERPRISE = "enterprise", _("enterprise")
    NON_PUBLIC_ENTERPRISE = "non_public_enterprise", _("non-public enterprise")
    NGO = "ngo", _("social organisation")
    MEDIA = "media", _("media")
    PROPERTY = "property", _("property company")
    INDIVIDUAL_BUSINESS = "individual_business", _("sole trader")
    OWNERS_COMMITTEE = "owners_committee", _("owners' committee")
    BARRACKS = "barracks", _("barracks")
    OTHER = "other", _("other")


class PartnerState(models.TextChoices):
    LISTED = "listed", _("listed")
    AGREEMENT_SIGNED = "agreement_signed", _("agreement signed")
    ACTIVE = "active", _("working together")
    ENDED = "ended", _("ended")


PARTNER = Machine(
    states=PartnerState,
    initial=PartnerState.LISTED,
    tones={"listed": "off", "agreement_signed": "info", "active": "go", "ended": "off"},
    moves={
        "sign": Move(("listed",), "agreement_signed", _("Record the agreement"), "partner_unit.change", usual=True),
        "start": Move(("agreement_signed",), "active", _("Joint work has begun"), "partner_unit.change", usual=True),
        "end": Move(
            ("listed", "agreement_signed", "active"), "ended", _("End the joint work"), "partner_unit.change",
            needs_reason=True, grave=True,
        ),
        "list_again": Move(("ended",), "listed", _("List it again"), "partner_unit.change"),
    },
)  # fmt: skip


class VenueKind(models.TextChoices):
    HALL = "hall", _("hall or room")
    SQUARE = "square", _("square")
    CORRIDOR = "corridor", _("culture corridor")
    LIBRARY = "library", _("reading room")
    REHAB = "rehab", _("rehabilitation centre")
    STATION = "station", _("service station")
    BOARD = "board", _("notice board")
    EQUIPMENT = "equipment", _("fitness equipment")
    OTHER = "other", _("other")


class ResidencyKind(models.TextChoices):
    REGISTERED = "registered", _("registered here")
    RESIDENT = "resident", _("lives here")
    FLOATING = "floating", _("temporary")
