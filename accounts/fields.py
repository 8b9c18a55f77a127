"""Form fields that choose a person or an account by an exact number or name, never from a list (design: Person)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import reach, services
from accounts.backends import find
from accounts.models import Person, User
from core.refusals import Refused
from core.text import clean_line

NAME_LENGTH = 60


class PersonWidget(forms.MultiWidget):
    """The person who is meant now, and two inputs for another one."""

    use_fieldset = True
    template = "admin/widgets/person.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        self.present: Person | None = None
        self.may_remove = True
        quiet = {"autocomplete": "off", "class": "vTextField"}
        boxes = {
            "number": forms.TextInput({**quiet, "maxlength": 40}),
            "name": forms.TextInput({**quiet, "maxlength": NAME_LENGTH}),
            "remove": forms.CheckboxInput(),
        }
        super().__init__(boxes, attrs)

    def decompress(self, value: Any) -> list[Any]:
        return [None, None, None]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = self.get_context(name, value if isinstance(value, list) else None, attrs)
        number, person_name, remove = context["widget"]["subwidgets"]
        more = {
            "present": self.present, "number": number, "name": person_name,
            "remove": remove if self.may_remove and self.present is not None else None,
        }  # fmt: skip
        return render_to_string(self.template, context | more)


class PersonField(forms.Field):
    """A person: found by a whole phone or ID number (logged), made new by name, or left as it is.

    Cleaned value: a stored Person, an unsaved one (see `store`), or None.

    Args:
        by: the account that looks up.

    Attributes:
        knows: whether the actor's own records know a person; where it says no, the number alone neither chooses the
            person nor tells the name. None: the number is enough.
    """

    widget = PersonWidget
    default_error_messages = {
        "required": gettext_lazy("Please give the whole phone or ID number, or the name of a new person."),
        "number": gettext_lazy("A whole phone number (11 digits) or ID number (18 characters) is needed here."),
        "nobody": gettext_lazy("Nobody is recorded with this number yet. To record this person, give the name too."),
        "other": gettext_lazy(
            "This number belongs to %(name)s. To choose this person, leave the name empty; to record somebody else, "
            "leave the number empty: family members may share a phone."
        ),
        "both": gettext_lazy(
            "Your records do not know this number yet. Please give the name too, as on the document; both must belong "
            "together."
        ),
    }  # fmt: skip

    def __init__(self, *, by: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.by = by
        self.knows: Callable[[Person], bool] | None = None
        self.present: Person | None = None
        self.widget.may_remove = not self.required

    def attach(self, person: Person | None) -> None:
        """Tell who it is at present."""
        self.present = self.widget.present = person

    def has_changed(self, initial: Any, data: Any) -> bool:
        return any(data or ())

    def clean(self, data: Any) -> Person | None:
        number, name, remove = (*(data or ()), None, None, None)[:3]
        number, name = (number or "").strip(), clean_line(name or "", max_length=NAME_LENGTH)
        if number:
            return self._by_number(number, name)
        if name:
            return Person(name=name)
        if remove and not self.required:
            return None
        if self.present is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return self.present

    def _by_number(self, text: str, name: str) -> Person:
        number = reach.number_in(text)
        if number is None:
            raise ValidationError(self.error_messages["number"], code="number")
        try:
            person = services.find_person(by=self.by, **number)
        except Refused as refused:
            raise ValidationError(str(refused), code="refused") from refused
        if self.knows is not None and person is not None and name != person.name and not self.knows(person):
            raise ValidationError(self.error_messages["both"], code="both")
        if person is None and not name:
            raise ValidationError(self.error_messages["nobody"], code="nobody")
        if person is None:
            person = Person(name=name)
            person.set_phone(number.get("phone", ""))
            person.set_id_number(number.get("id_number", ""))
        elif name and name != person.name:
            raise ValidationError(self.error_messages["other"], code="other", params={"name": person.masked_name})
        return person

    def store(self, person: Person | None, *, by: Any) -> Person | None:
        """Save a person who is new."""
        if person is None or person.pk is not None:
            return person
        return services.create_person(person.name, by=by, phone=person.phone, id_number=person.id_number)


class AccountField(forms.CharField):
    """An account, found by its whole user name or the whole phone number of its person."""

    default_error_messages = {
        "nobody": gettext_lazy(
            "There is no account with this user name or phone. The site administrator opens accounts."
        ),
    }

    def __init__(self, *, by: Any, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 60, **kwargs})
        self.by = by
        self.widget.attrs.setdefault("autocomplete", "off")

    def attach(self, user: User | None) -> None:
        """An account is not exchanged, so there is nothing to show."""

    def prepare_value(self, value: Any) -> Any:
        return "" if isinstance(value, int) else value

    def clean(self, value: Any) -> User | None:
        text = super().clean(value)
        if not text:
            return None
        if reach.number_in(text):
            _look_up(text, self.by)
        user = find(text)
        if user is None:
            raise ValidationError(self.error_messages["nobody"], code="nobody")
        return user


def _look_up(number: str, by: Any) -> None:
    """Log that somebody asked by a whole number, found or not; without the right nothing is answered."""
    try:
        reach.person_with(number, by=by)
    except Refused as refused:
        raise ValidationError(str(refused)) from refused


def person_field(db_field: Any, request: Any) -> PersonField:
    """The form field of every foreign key to Person."""
    return PersonField(
        by=request.user, required=not db_field.blank, label=db_field.verbose_name, help_text=db_field.help_text
    )


def account_field(db_field: Any, request: Any) -> AccountField:
    """The form field of every foreign key to User."""
    return AccountField(
        by=request.user,
        required=not db_field.blank,
        label=db_field.verbose_name,
        help_text=_("Whole user name or phone number"),
    )
