"""Places, postings and homes in the workbench."""

from grids.admin import desk, people, places

__all__ = ["desk", "people", "places"]
