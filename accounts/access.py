"""Rights over accounts."""

from core.permissions import staff_permissions

staff_permissions("user", "view", "add", "change")
staff_permissions("audit", "view")
staff_permissions("history", "view")
staff_permissions("balance", "view", "add", "change")
staff_permissions("person", "look_up")
staff_permissions("account", "link")
