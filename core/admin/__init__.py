"""The base of the staff's workbench: our site, ScopedAdmin and its parts."""

from core.admin.acts import Act, ActForm, ReasonForm
from core.admin.filters import TodoFilter
from core.admin.forms import ScopedModelForm
from core.admin.scoped import ReadOnly, ScopedAdmin, ScopedInline
from core.admin.site import site

__all__ = [
    "Act",
    "ActForm",
    "ReadOnly",
    "ReasonForm",
    "ScopedAdmin",
    "ScopedInline",
    "ScopedModelForm",
    "TodoFilter",
    "site",
]
