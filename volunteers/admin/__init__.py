"""Teams, leaders, volunteers and memberships in the workbench."""

from volunteers.admin import desk, people, teams

__all__ = ["desk", "people", "teams"]
