"""What kind of device a session is on, in words; a place is never guessed."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

MACHINES = (
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("harmonyos", gettext_lazy("HarmonyOS phone")),
    ("android", gettext_lazy("Android phone")),
    ("windows", gettext_lazy("Windows computer")),
    ("mac os", gettext_lazy("Mac computer")),
    ("linux", gettext_lazy("Linux computer")),
)
PROGRAMS = (
    ("micromessenger", pgettext_lazy("program", "WeChat")),
    ("alipayclient", pgettext_lazy("program", "Alipay")),
    ("qqbrowser", "QQ"),
    ("ucbrowser", "UC"),
    ("edg", "Edge"),
    ("firefox", "Firefox"),
    ("chrome", "Chrome"),
    ("safari", "Safari"),
)
"""Parts of what a browser says about itself, the telling ones first: most claim to be others too."""


def device(user_agent: str) -> str:
    """Return machine and program, for example "iPhone · 微信"; "Another device" when nothing is known."""
    text = user_agent.lower()
    found = [next((str(name) for part, name in parts if part in text), "") for parts in (MACHINES, PROGRAMS)]
    return " · ".join(name for name in found if name) or _("Another device")
