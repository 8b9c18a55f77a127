"""What falls due in grids."""

from core.due import register
from grids.services import refresh_all_staff

register("grids.staff", refresh_all_staff)
