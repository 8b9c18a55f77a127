"""What writes places, postings and homes."""

from grids.services.homes import (
    Door,
    assign_grid,
    create_address,
    create_building,
    create_estate,
    create_household,
    end_household,
    end_residency,
    household_at,
    move,
    move_in,
    register_resident,
    save_building,
    save_estate,
    save_residency,
    settle,
)
from grids.services.places import (
    change_settings,
    create_community,
    create_grid,
    create_region,
    end_joint_work,
    list_again,
    refuse_cycle,
    same_community,
    save_grid,
    save_organisation,
    save_region,
    sign_agreement,
    start_joint_work,
)
from grids.services.postings import (
    PLACE_FIELDS,
    Place,
    change_public_entry,
    end_posting,
    post,
    refresh_all_staff,
    refresh_staff,
    save_posting,
)

__all__ = [
    "PLACE_FIELDS", "Door", "Place", "assign_grid", "change_public_entry", "change_settings", "create_address",
    "create_building", "create_community", "create_estate", "create_grid", "create_household", "create_region",
    "end_household", "end_joint_work", "end_posting", "end_residency", "household_at", "list_again", "move", "move_in",
    "post", "refresh_all_staff", "refresh_staff", "refuse_cycle", "register_resident", "same_community",
    "save_building", "save_estate", "save_grid", "save_organisation", "save_posting", "save_region", "save_residency",
    "settle", "sign_agreement", "start_joint_work",
]  # fmt: skip
