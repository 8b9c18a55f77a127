"""How records reach a person: each app registers its own, so that a search by a whole number finds them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from accounts import services
from accounts.models import Person
from core.identifiers import normalise_id_number, normalise_phone

_ways: dict[type[Model], tuple[str, ...]] = {}


def register(model: type[Model], *look_ups: str) -> None:
    """Say by which look-ups rows of `model` reach a person: `register(Residency, "person")`."""
    _ways[model] = look_ups


def ways(model: type[Model]) -> tuple[str, ...]:
    """Return the look-ups from `model` to a person, () when it reaches none."""
    return _ways.get(model, ())


def number_in(text: str) -> dict[str, str] | None:
    """Return {"phone": …} or {"id_number": …} when `text` is one whole number, else None."""
    for name, normalise in (("phone", normalise_phone), ("id_number", normalise_id_number)):
        try:
            return {name: normalise(text)}
        except ValidationError:
            continue
    return None


def person_with(text: str, *, by: Any) -> Person | None:
    """Return the person whose whole phone or ID number `text` is; every look-up is logged.

    Raises:
        ValidationError: `text` is not one whole number.
        Refused: NOT_ALLOWED.
    """
    number = number_in(text)
    if number is None:
        raise ValidationError("not a whole number", code="number")
    return services.find_person(by=by, **number)


def narrow(rows: QuerySet, text: str, by: Any) -> QuerySet | None:
    """Keep of `rows` those of the person whose whole number `text` is; None when `text` is none or rows reach nobody.

    Effects: the look-up is logged, once.

    Raises:
        Refused: NOT_ALLOWED.
    """
    look_ups, number = ways(rows.model), number_in(text)
    if not look_ups or number is None:
        return None
    person = services.find_person(by=by, **number)
    if person is None:
        return rows.none()
    reached = Q()
    for look_up in look_ups:
        reached |= Q(**{look_up: person})
    return rows.filter(reached).distinct()
