"""Activities and sign-ups in the workbench."""

from events.admin import activities, desk, sign_ups

__all__ = ["activities", "desk", "sign_ups"]
