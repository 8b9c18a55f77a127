"""Template tags of the workbench."""

from typing import Any

from django import template

from core.admin.cells import badge_cell

register = template.Library()


@register.simple_tag
def state_badge(machine: Any, state: str) -> str:
    """Return the badge of `state` in the words and tone of its life cycle."""
    return badge_cell(machine.label(state), machine.tone(state))
