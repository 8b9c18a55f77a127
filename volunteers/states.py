"""Enumerations of volunteer teams."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
