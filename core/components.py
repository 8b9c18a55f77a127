"""What the page components of templates/components/ are given: plain values, no models.

Views build these; the tags of core/templatetags/linli.py render them. Texts are already translated.
"""

from dataclasses import dataclass
from datetime import datetime

FEW_SEATS = 3


@dataclass(frozen=True, slots=True)
class Seats:
    """The seats of an activity; `text` replaces the usual words (“还有 12 个名额”)."""

    taken: int
    capacity: int
    text: str = ""

    @property
    def free(self) -> int:
        return max(self.capacity - self.taken, 0)

    @property
    def few(self) -> bool:
        """Return whether few are free, or none: FEW_SEATS, or less than a tenth."""
        return self.free <= FEW_SEATS or self.free * 10 < self.capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCard:
    """An activity in a list. `note` stands where the seats would (“到场就能参加”, the reason of a cancellation).

    `reason` says why the person who looks cannot sign up.

    `undated` stands for the date where there is none (“2012年春”), “时间待定” by default.
    """

    title: str
    url: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    undated: str = ""
    place: str = ""
    organiser: str = ""
    badge_label: str = ""
    badge_tone: str = ""
    badge_icon: str | None = None
    seats: Seats | None = None
    note: str = ""
    cancelled: bool = False
    sample: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """A link that looks like a button; style: primary, secondary, danger or quiet."""

    label: str
    url: str
    style: str = "secondary"
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The state of something and what one can do about it; tone: open, few, full, info or off."""

    heading: str
    tone: str = "open"
    icon: str | None = None
    seats: Seats | None = None
    sentence: str = ""
    opens: datetime | None = None
    closes: datetime | None = None
    acts: tuple[Act, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A pair of a description list. Leave out what is unknown; never show 0 for it."""

    label: str
    value: object
    url: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A link among filters; `current` marks the chosen one."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a timeline; state: past, now or next. Role only, no names of staff."""

    text: str
    at: datetime | None = None
    state: str = "past"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HonourCard:
    """An honour in a list; `precision` says how much of `awarded_on` is known (core.dates.fuzzy)."""

    title: str
    url: str
    level_label: str = ""
    national: bool = False
    awarded_on: object = None
    precision: str = "year"
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A row of a list of links (teams, grids, records)."""

    label: str
    url: str
    line: str = ""
    icon: str = ""
