"""Who is told when something is submitted, returned or published: the same for everything that two people publish."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.notices import Kind, notify, notify_all, register
from core.states import Done
from grids.holders import holders

ASKED = register(
    Kind(
        "review_asked",
        _("Something waits for my review"),
        _("Something waits for your review"),
        _("“{title}” has been submitted. Please look it over and publish it or return it."),
        for_staff=True,
    )
)
PUBLISHED = register(
    Kind(
        "review_published",
        _("My draft is published"),
        _("Your draft is published"),
        _("“{title}” has been approved and is published."),
        for_staff=True,
    )
)
RETURNED = register(
    Kind(
        "review_returned",
        _("My draft is returned"),
        _("Your draft is returned"),
        _("“{title}” needs changes. Please mend it and submit it again."),
        with_reason=True,
        for_staff=True,
    )
)
ANSWERS = {"publish": PUBLISHED, "return": RETURNED}


def tell(obj: Any, done: Done) -> Done:
    """Tell whom a move of `obj` concerns, inside its transaction: "submit" those who may publish it there, never the
    author; "publish" and "return" the author, unless it was their own act. Other moves tell nobody.

    Args:
        obj: a row with a community and `drafted_by`.

    Returns:
        `done`, so that a service can hand it on.
    """
    step = done.transition
    if done.already:
        return done
    words = {"words": {"title": str(obj)}, "url": _desk(obj), "at": step.at}
    occasion = f"transition:{step.pk}"
    if step.verb == "submit":
        reviewers = holders(obj.machine.moves["publish"].permission, obj, step.at)
        notify_all([user.person_id for user in reviewers if user.pk != step.actor_id], ASKED, occasion, **words)
    elif step.verb in ANSWERS:
        author = obj.drafted_by
        if author is not None and author.person is not None and author.pk != step.actor_id:
            notify(author.person, ANSWERS[step.verb], occasion, **words)
    return done


def _desk(obj: Any) -> str:
    """The page of `obj` in the workbench."""
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])
