"""A page of the site as visitors read it: an edition, or the text that is built in."""

from typing import Any

from stories.models import PageEdition
from stories.texts import BUILT_IN, BUILT_IN_NUMBER


def page_context(kind: str, edition: PageEdition | None) -> dict[str, Any]:
    """Return what stories/page_detail.html shows of `edition`; None is the built-in text (one query, or none)."""
    text = BUILT_IN[kind]
    return {
        "kind": kind,
        "edition": edition,
        "version": str(edition.number or "") if edition else str(BUILT_IN_NUMBER),
        "title": edition.title if edition else text.title,
        "sections": list(edition.sections.all()) if edition else text.sections,
    }
