"""Filters of the notice list."""

from grids.forms import CommunityFilter


class PublicNoticeFilter(CommunityFilter):
    """Which notices to list."""
