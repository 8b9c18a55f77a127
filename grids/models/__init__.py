"""Regions, communities, grids; postings, organisations, units, venues; estates, buildings, households, homes."""

from grids.models.homes import (
    Address,
    Building,
    Estate,
    GridAssignment,
    Household,
    Residency,
    homes_among,
    resident_of,
)
from grids.models.places import (
    COMMUNITY_STAFF,
    PATH_STEP,
    Community,
    Dated,
    DatedQuerySet,
    Grid,
    PartnerUnit,
    PartyOrganisation,
    Posting,
    Region,
    Venue,
    tree_path,
)

__all__ = [
    "COMMUNITY_STAFF", "PATH_STEP", "Address", "Building", "Community", "Dated", "DatedQuerySet", "Estate", "Grid",
    "GridAssignment", "Household", "PartnerUnit", "PartyOrganisation", "Posting", "Region", "Residency", "Venue",
    "homes_among", "resident_of", "tree_path",
]  # fmt: skip
