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
