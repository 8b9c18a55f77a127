"""Life cycle of what the community publishes, and the taxonomy kinds."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Machine, Move


class PublicationState(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")


PUBLIC_NOTICE = Machine(
    states=PublicationState,
    initial=PublicationState.DRAFT,
    tones={"draft": "off", "in_review": "info", "published": "go", "withdrawn": "off"},
    moves={
        "submit": Move(("draft",), "in_review", _("Submit for review"), "public_notice.submit", usual=True),
        "return": Move(("in_review",), "draft", _("Return for changes"), "public_notice.return", needs_reason=True),
        "publish": Move(("in_review",), "published", _("Approve and publish"), "public_notice.publish", usual=True),
        "withdraw": Move(
            ("published",), "withdrawn", _("Withdraw"), "public_notice.withdraw", needs_reason=True, grave=True
        ),
    },
)


class PageKind(models.TextChoices):
    """The five pages of the whole site; the value is the address (design §4)."""

    ABOUT = "about", _("About Linli")
    HELP = "help", _("Help")
    PRIVACY = "privacy", _("Privacy notice")
    ACCESSIBILITY = "accessibility", _("Accessibility statement")
    CONTACT = "contact", _("Contact")


class EditionState(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    PUBLISHED = "published", _("published")
    SUPERSEDED = "superseded", _("replaced by a newer edition")
    WITHDRAWN = "withdrawn", _("withdrawn")


PAGE_EDITION = Machine(
    states=EditionState,
    initial=EditionState.DRAFT,
    tones={"draft": "off", "in_review": "info", "published": "go", "superseded": "off", "withdrawn": "off"},
    moves={
        "submit": Move(("draft",), "in_review", _("Submit for review"), "page.submit", usual=True),
        "return": Move(("in_review",), "draft", _("Return for changes"), "page.return", needs_reason=True),
        "publish": Move(("in_review",), "published", _("Approve and publish"), "page.publish", usual=True),
        # Done by publishing the next edition, never by a button of its own. An edition that was replaced stays
        # readable, because people agreed to it; one that was withdrawn does not.
        "supersede": Move(("published",), "superseded", _("Replace by a newer edition"), "page.publish"),
        "withdraw": Move(
            ("published", "superseded"), "withdrawn", _("Withdraw"), "page.withdraw", needs_reason=True, grave=True
        ),
    },
)


class ThemeKind(models.TextChoices):
    BRAND = "brand", _("brand")
    PROGRAMME = "programme", _("programme")
    CAMPAIGN = "campaign", _("campaign")
    MECHANISM = "mechanism", _("working mechanism")
    TOPIC = "topic", _("topic")


class NoticeLevel(models.TextChoices):
    INFO = "info", _("information")
    CAUTION = "caution", _("caution")
    URGENT = "urgent", _("urgent")
