"""Life cycle and enumerations of honours."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Machine, Move


class HonourState(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REVOKED = "revoked", _("revoked")


class HonourLevel(models.TextChoices):
    NATIONAL = "national", _("national level")
    PROVINCE = "province", _("provincial level")
    CITY = "city", _("city level")
    DISTRICT = "district", _("district level")
    SUBDISTRICT = "subdistrict", _("subdistrict level")
    COMMUNITY = "community", _("community level")
    UNKNOWN = "unknown", _("level not stated")


class RecipientKind(models.TextChoices):
    COMMUNITY = "community", _("community")
    PARTY_ORGANISATION = "party_organisation", _("party organisation")
    TEAM = "team", _("team")
    PARTNER_UNIT = "partner_unit", _("partner unit")
    PERSON = "person", _("person")
    FAMILY = "family", _("family")
    OTHER = "other", _("other")


HONOUR = Machine(
    states=HonourState,
    initial=HonourState.DRAFT,
    tones={"draft": "off", "in_review": "info", "published": "gold", "withdrawn": "off", "revoked": "zhu"},
    moves={
        "submit": Move(("draft",), "in_review", _("Submit for verification"), "honour.submit", usual=True),
        "return": Move(("in_review",), "draft", _("Return for changes"), "honour.return", needs_reason=True),
        "publish": Move(("in_review",), "published", _("Verify and publish"), "honour.publish", usual=True),
        "withdraw": Move(("published",), "withdrawn", _("Withdraw"), "honour.withdraw", needs_reason=True, grave=True),
        "revoke": Move(
            ("published",), "revoked", _("Record as revoked"), "honour.revoke", needs_reason=True, grave=True
        ),
    },
)
