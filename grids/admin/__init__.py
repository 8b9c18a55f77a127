"""Places, postings and homes in the workbench."""

from grids.admin import desk, homes, people, places

__all__ = ["desk", "homes", "people", "places"]
