"""Rights over teams."""

from core.permissions import staff_permissions

staff_permissions("team", "view", "add", "change", "delete")
staff_permissions("leadership", "view", "add", "change", "delete")
