"""Filters in addresses."""

import pytest
from django import forms
from django.http import QueryDict

from core import listing


class Filter(forms.Form):
    kind = forms.ChoiceField(choices=[("", "All"), ("a", "Kind A"), ("b", "Kind B")], required=False)
    open = forms.BooleanField(label="Open only", required=False)
    year = forms.TypedChoiceField(
        choices=[("", "-"), (2012, "Year 2012")], coerce=int, empty_value=None, required=False
    )


@pytest.mark.parametrize(
    ("address", "chosen"),
    [
        ("", {}),
        ("kind=a", {"kind": "a"}),
        ("kind=x&year=2012", {"year": 2012}),
        ("kind=&open=&year=", {}),
        ("open=1&year=abc&unknown=1", {"open": True}),
        ("kind=a&kind=b", {"kind": "b"}),
    ],
)
def test_only_usable_values_are_chosen(address, chosen):
    assert listing.chosen(Filter(QueryDict(address))) == chosen


def test_chips_take_one_choice_away_and_go_to_the_first_page():
    query = QueryDict("kind=a&open=1&year=2012&page=3&other=x")
    found = [(chip.label, chip.url) for chip in listing.chips(Filter(query), query)]
    assert found == [
        ("Kind A", "?open=1&year=2012&other=x"),
        ("Open only", "?kind=a&year=2012&other=x"),
        ("Year 2012", "?kind=a&open=1&other=x"),
    ]
    assert [chip.label for chip in listing.chips(Filter(query), query, without=("kind", "open"))] == ["Year 2012"]


def test_address_changes_what_is_named_and_escapes_it():
    query = QueryDict("kind=a&page=9")
    assert listing.address(query, kind="b c&d") == "?kind=b+c%26d"
    assert listing.address(query, kind=None) == "?"
    assert query.urlencode() == "kind=a&page=9"
