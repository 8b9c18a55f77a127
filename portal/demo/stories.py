"""Themes as told; invented public notices."""

from datetime import timedelta
from functools import partial
from typing import Any

from portal.demo.content import facts, samples
from portal.demo.run import Run
from stories import services
from stories.models import PublicNotice, Theme


def load_themes(run: Run) -> dict[tuple[str, str], Theme]:
    """The brands and programmes with their parts; returned by community and name."""
    themes: dict[tuple[str, str], Theme] = {}
    for order, row in enumerate(facts()["themes"]):
        slug = row["community"]
        whole = themes[slug, row["name"]] = _theme(run, slug, row["name"], row["kind"], order, None)
        for place, part in enumerate(row["items"]):
            themes[slug, part] = _theme(run, slug, part, row["kind"], place, whole)
    return themes


def _theme(run: Run, slug: str, name: str, kind: str, order: int, whole: Theme | None) -> Theme:
    natural = {"community": run.communities[slug], "parent": whole, "name": name}

    def make() -> Theme:
        theme = Theme(**natural, kind=kind, order=order)
        theme.clean_fields()
        return services.save_theme(theme, by=None, at=run.at)

    return run.ensure(Theme, slug, whole.public_id if whole else "", name, make=make, **natural)


def load_notices(run: Run) -> None:
    """A few invented notices without an end, written by one and approved by another."""
    for spec in samples()["notices"]:
        run.ensure(PublicNotice, spec["key"], make=partial(_notice, run, spec))


def _notice(run: Run, spec: dict[str, Any]) -> PublicNotice:
    staff = run.staff[spec["community"]]
    notice = PublicNotice(
        community=run.communities[spec["community"]],
        title=spec["title"],
        body=spec["body"],
        level=spec["level"],
        starts_at=run.at - timedelta(days=1),
        is_sample=True,
    )
    services.create(notice, by=staff.clerk, at=run.at)
    services.submit(notice, by=staff.clerk, at=run.at)
    services.publish(notice, by=staff.secretary, at=run.at)
    return notice
