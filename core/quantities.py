"""Numbers as the communities tell them: with a unit that says what was counted, and how exact they are.

人, 人次, 户, 场次 … are different things: adding them is an error, not a conversion. A lower bound stays one in every
sum, and is never shown as an exact figure (SX-01, SX-02).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy as c

_TEN_THOUSAND = Decimal(10_000)
_SPOKEN_IN_MYRIADS_FROM = 100_000


class Unit(models.TextChoices):
    """What is counted or measured."""

    PERSON = "person", c("unit", "people")
    PERSON_TIME = "person_time", c("unit", "visits (each person counted each time)")
    HOUSEHOLD = "household", c("unit", "households")
    OCCASION = "occasion", c("unit", "times")
    SESSION = "session", c("unit", "sessions")
    TERM = "term", c("unit", "terms")
    CASE = "case", c("unit", "cases")
    DISPUTE = "dispute", c("unit", "disputes")
    MEASURE = "measure", c("unit", "items")
    TEAM = "team", c("unit", "teams")
    PORTION = "portion", c("unit", "portions")
    SHEET = "sheet", c("unit", "sheets")
    CUBIC_METRE = "cubic_metre", c("unit", "m³")
    TONNE = "tonne", c("unit", "t")
    ORGANISATION = "organisation", c("unit", "organisations")
    PIECE = "piece", c("unit", "pieces")
    BOARD = "board", c("unit", "boards")
    LEVEL = "level", c("unit", "levels")
    SORT = "sort", c("unit", "sorts")
    YUAN = "yuan", c("unit", "yuan")
    PERCENT = "percent", c("unit", "%")
    SQUARE_KILOMETRE = "square_kilometre", c("unit", "km²")
    SQUARE_METRE = "square_metre", c("unit", "m²")
    KILOMETRE = "kilometre", c("unit", "km")
    METRE = "metre", c("unit", "m")
    TREE = "tree", c("unit", "trees")
    LAMP = "lamp", c("unit", "lamps")
    VEHICLE = "vehicle", c("unit", "vehicles")
    VOLUME = "volume", c("unit", "volumes")
    MINUTE = "minute", c("unit", "minutes")
    HOUR = "hour", c("unit", "hours")
    DAY = "day", c("unit", "days")
    YEAR = "year", c("unit", "years")
    PRIZE = "prize", c("unit", "prize class")
    PER_MONTH = "per_month", c("unit", "times a month")

    @property
    def is_additive(self) -> bool:
        """Whether a sum of two such numbers means anything."""
        return self not in (Unit.PERCENT, Unit.LEVEL, Unit.PRIZE, Unit.PER_MONTH)


class Qualifier(models.TextChoices):
    """How exact a number is. In a sum the later of this order wins; an unreadable number takes no part."""

    EXACT = "exact", gettext_lazy("exact")
    AT_LEAST = "at_least", gettext_lazy("at least (以上)")
    MORE_THAN = "more_than", gettext_lazy("more than (余, 多)")
    APPROXIMATE = "approximate", gettext_lazy("approximate (约)")
    UNREADABLE = "unreadable", gettext_lazy("not readable in the source")


_RANK = {qualifier: rank for rank, qualifier in enumerate(Qualifier)}

_WORDS = {
    "人": Unit.PERSON, "名": Unit.PERSON, "位": Unit.PERSON, "人次": Unit.PERSON_TIME, "户": Unit.HOUSEHOLD,
    "次": Unit.OCCASION, "场次": Unit.SESSION, "场": Unit.SESSION, "期": Unit.TERM, "件": Unit.CASE, "起": Unit.DISPUTE,
    "条": Unit.MEASURE, "支": Unit.TEAM, "份": Unit.PORTION, "张": Unit.SHEET, "方": Unit.CUBIC_METRE,
    "立方米": Unit.CUBIC_METRE, "吨": Unit.TONNE, "家": Unit.ORGANISATION, "个": Unit.PIECE, "块": Unit.BOARD,
    "级": Unit.LEVEL, "种": Unit.SORT, "元": Unit.YUAN, "%": Unit.PERCENT, "平方公里": Unit.SQUARE_KILOMETRE,
    "平方米": Unit.SQUARE_METRE, "公里": Unit.KILOMETRE, "米": Unit.METRE, "棵": Unit.TREE, "盏": Unit.LAMP,
    "辆": Unit.VEHICLE, "本": Unit.VOLUME, "册": Unit.VOLUME, "分钟": Unit.MINUTE, "小时": Unit.HOUR, "天": Unit.DAY,
    "年": Unit.YEAR, "等奖": Unit.PRIZE, "次/月": Unit.PER_MONTH,
}  # fmt: skip


class UnitsDiffer(ValueError):
    """Two numbers that count different things cannot be added."""


class NotAddable(ValueError):
    """The number has no sum: its unit is a share, a level or a rate, or it is unreadable (use `add_up`)."""


@dataclass(frozen=True)
class Quantity:
    """A number with its unit and how exact it is.

    Attributes:
        value: not negative and finite; None exactly when the qualifier is UNREADABLE.
        unit: what is counted.
        qualifier: MORE_THAN x is above x, AT_LEAST x is x or above.
    """

    value: Decimal | None
    unit: Unit
    qualifier: Qualifier = Qualifier.EXACT

    def __post_init__(self) -> None:
        if isinstance(self.value, int):
            object.__setattr__(self, "value", Decimal(self.value))
        if not isinstance(self.value, Decimal | None):
            raise TypeError("the value of a quantity is a Decimal, an int or None")
        if (self.value is None) != (self.qualifier == Qualifier.UNREADABLE):
            raise ValueError("a quantity has no value exactly when it is unreadable")
        if self.value is not None and not (self.value.is_finite() and self.value >= 0):
            raise ValueError("the value of a quantity is finite and not negative")

    @classmethod
    def exact(cls, number: int | Decimal, unit: Unit) -> "Quantity":
        """Return an exact number, such as a count of rows."""
        return cls(Decimal(number), unit)

    @classmethod
    def zero(cls, unit: Unit) -> "Quantity":
        """Return the exact 0 with which every sum begins."""
        return cls(Decimal(0), unit)

    @classmethod
    def unreadable(cls, unit: Unit) -> "Quantity":
        """Return what stands for a number that the source does not let one read."""
        return cls(None, unit, Qualifier.UNREADABLE)

    def __add__(self, other: "Quantity") -> "Quantity":
        """Return the sum: exact + at least = at least, with more than = more than, with approximate = approximate.

        Raises:
            UnitsDiffer: the units differ.
            NotAddable: a sum means nothing, or one of the two is unreadable.
        """
        if not isinstance(other, Quantity):
            return NotImplemented
        if self.unit != other.unit:
            raise UnitsDiffer(f"{self.unit.value} and {other.unit.value} cannot be added")
        if not self.unit.is_additive:
            raise NotAddable(f"{self.unit.value} cannot be added")
        if self.value is None or other.value is None:
            raise NotAddable("an unreadable number cannot be added; add_up leaves it out and counts it")
        qualifier = max(self.qualifier, other.qualifier, key=_RANK.__getitem__)
        return Quantity(self.value + other.value, self.unit, qualifier)

    @property
    def prefix(self) -> str:
        """What stands before the number: "≥", "约" or ""."""
        if self.qualifier == Qualifier.AT_LEAST:
            return "≥"
        return _("approx. ") if self.qualifier == Qualifier.APPROXIMATE else ""

    @property
    def number(self) -> str:
        """The digits: "1,600", "0.56", "15" of 15 万元, "—" when unreadable."""
        if self.value is None:
            return "—"
        value = self.value / _TEN_THOUSAND if self._in_myriads else self.value
        digits = f"{value:,f}"
        return digits.rstrip("0").rstrip(".") if "." in digits else digits

    @property
    def suffix(self) -> str:
        """What stands after the number: "+" or ""."""
        return "+" if self.qualifier == Qualifier.MORE_THAN else ""

    @property
    def unit_label(self) -> str:
        """The unit that belongs to `number`: "次", "万元"."""
        return f"万{self.unit.label}" if self._in_myriads else str(self.unit.label)

    @property
    def _in_myriads(self) -> bool:
        """Large round numbers are shown in 万 in Chinese, where nothing is lost by it."""
        return (
            self.value is not None
            and self.value >= _SPOKEN_IN_MYRIADS_FROM
            and self.value % 100 == 0
            and (get_language() or "").startswith("zh")
        )

    def display(self) -> str:
        """Return the number without its unit: "1,600+", "≥90", "约30", "15万", "—"."""
        return f"{self.prefix}{self.number}{'万' if self._in_myriads else ''}{self.suffix}"

    def text(self) -> str:
        """Return number and unit: "1,600+ 次", "≥90%", "约30 人", "15 万元", "—"."""
        if self.value is None:
            return self.number
        return self._with_unit(f"{self.prefix}{self.number}{self.suffix}")

    def spoken(self) -> str:
        """Return the words for a screen reader: "超过 1,600 次", "至少 90%", "约 30 人", "原文不可读"."""
        amount = self._with_unit(self.number)
        if self.qualifier == Qualifier.MORE_THAN:
            return _("more than {amount}").format(amount=amount)
        if self.qualifier == Qualifier.AT_LEAST:
            return _("at least {amount}").format(amount=amount)
        if self.qualifier == Qualifier.APPROXIMATE:
            return _("about {amount}").format(amount=amount)
        return str(Qualifier.UNREADABLE.label) if self.value is None else amount

    def _with_unit(self, number: str) -> str:
        return f"{number}{self.unit_label}" if self.unit == Unit.PERCENT else f"{number} {self.unit_label}"

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True)
class QuantitySum:
    """A sum and how many unreadable numbers it leaves out."""

    total: Quantity
    unreadable_count: int = 0

    def __add__(self, other: "QuantitySum") -> "QuantitySum":
        if not isinstance(other, QuantitySum):
            return NotImplemented
        return QuantitySum(self.total + other.total, self.unreadable_count + other.unreadable_count)

    def note(self) -> str:
        """Return the sentence that says what is left out, "" when nothing is."""
        if not self.unreadable_count:
            return ""
        return ngettext(
            "%(count)d number is not readable in the source and left out.",
            "%(count)d numbers are not readable in the source and left out.",
            self.unreadable_count,
        ) % {"count": self.unreadable_count}


def add_up(quantities: Iterable[Quantity], unit: Unit) -> QuantitySum:
    """Return the sum of `quantities`, which must all be in `unit`; unreadable ones are left out and counted.

    Raises:
        UnitsDiffer: one of them has another unit.
        NotAddable: numbers in `unit` have no sum.
    """
    total, unreadable = Quantity.zero(unit), 0
    for quantity in quantities:
        if quantity.unit != unit:
            raise UnitsDiffer(f"{quantity.unit.value} cannot be added to {unit.value}")
        if quantity.value is None:
            unreadable += 1
        else:
            total += quantity
    return QuantitySum(total, unreadable)


def unit_of(word: str) -> tuple[Unit, Qualifier]:
    """Return unit and qualifier of a Chinese counting word: "次" is exact, "次(余)" more than.

    Raises:
        KeyError: the word is not known.
    """
    bare = word.strip().replace("（", "(").replace("）", ")")
    if bare.endswith("(余)") or bare.endswith("(多)"):
        return _WORDS[bare[:-3]], Qualifier.MORE_THAN
    return _WORDS[bare], Qualifier.EXACT
