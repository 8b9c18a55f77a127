"""core.quantities: the algebra of units and qualifiers, and how the numbers are shown and spoken."""

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.quantities import NotAddable, Qualifier, Quantity, QuantitySum, Unit, UnitsDiffer, add_up, unit_of

ADDITIVE = [unit for unit in Unit if unit.is_additive]
READABLE = [qualifier for qualifier in Qualifier if qualifier != Qualifier.UNREADABLE]
values = st.integers(0, 10**12).map(lambda cents: Decimal(cents) / 100)
people = st.builds(Quantity, values, st.just(Unit.PERSON), st.sampled_from(READABLE))
with_unreadable = st.one_of(people, st.just(Quantity.unreadable(Unit.PERSON)))


@given(people, people, people)
def test_addition_is_associative(a, b, c):
    assert (a + b) + c == a + (b + c)


@given(people, people)
def test_addition_is_commutative(a, b):
    assert a + b == b + a


@given(people)
def test_zero_changes_nothing(a):
    assert a + Quantity.zero(Unit.PERSON) == a


@given(people, people)
def test_a_bound_never_becomes_exact(a, b):
    assert ((a + b).qualifier == Qualifier.EXACT) == (a.qualifier == b.qualifier == Qualifier.EXACT)


@given(st.sampled_from(Unit), st.sampled_from(Unit), values, values)
def test_units_are_never_mixed(one, other, a, b):
    if one == other and one.is_additive:
        assert (Quantity(a, one) + Quantity(b, other)).unit == one
    else:
        with pytest.raises(UnitsDiffer if one != other else NotAddable):
            Quantity(a, one) + Quantity(b, other)


@given(st.lists(with_unreadable), st.lists(with_unreadable))
def test_sums_of_parts_are_the_sum_of_all(some, rest):
    assert add_up(some, Unit.PERSON) + add_up(rest, Unit.PERSON) == add_up([*some, *rest], Unit.PERSON)
    assert add_up([*some, *rest], Unit.PERSON) == add_up([*rest, *some], Unit.PERSON)


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        ("exact", "exact", "exact"),
        ("exact", "at_least", "at_least"),
        ("exact", "more_than", "more_than"),
        ("at_least", "at_least", "at_least"),
        ("at_least", "more_than", "more_than"),
        ("exact", "approximate", "approximate"),
        ("more_than", "approximate", "approximate"),
    ],
)
def test_qualifier_of_a_sum(one, other, result):
    total = Quantity(Decimal(1), Unit.CASE, Qualifier(one)) + Quantity(Decimal(2), Unit.CASE, Qualifier(other))
    assert total == Quantity(Decimal(3), Unit.CASE, Qualifier(result))


def test_unreadable_is_left_out_and_counted():
    numbers = [Quantity.exact(3, Unit.OCCASION), Quantity.unreadable(Unit.OCCASION), Quantity.exact(4, Unit.OCCASION)]
    total = add_up(numbers, Unit.OCCASION)
    assert total == QuantitySum(Quantity.exact(7, Unit.OCCASION), 1)
    assert total.note() == "另有 1 项原文不可读，未计入。"
    assert add_up([], Unit.OCCASION) == QuantitySum(Quantity.zero(Unit.OCCASION))
    assert add_up([], Unit.OCCASION).note() == ""


def test_unreadable_cannot_be_added_unnoticed():
    with pytest.raises(NotAddable):
        Quantity.exact(3, Unit.OCCASION) + Quantity.unreadable(Unit.OCCASION)


def test_persons_and_visits_cannot_be_added_up():
    with pytest.raises(UnitsDiffer):
        add_up([Quantity.exact(25, Unit.PERSON), Quantity.exact(3, Unit.PERSON_TIME)], Unit.PERSON)
    with pytest.raises(UnitsDiffer):
        add_up([Quantity.unreadable(Unit.PERSON_TIME)], Unit.PERSON)


@pytest.mark.parametrize(
    ("value", "qualifier", "error"),
    [
        (None, Qualifier.EXACT, ValueError),
        (Decimal(1), Qualifier.UNREADABLE, ValueError),
        (Decimal(-1), Qualifier.EXACT, ValueError),
        (Decimal("NaN"), Qualifier.EXACT, ValueError),
        (Decimal("Infinity"), Qualifier.EXACT, ValueError),
        (1.5, Qualifier.EXACT, TypeError),
        ("1", Qualifier.EXACT, TypeError),
    ],
)
def test_impossible_quantities_are_refused(value, qualifier, error):
    with pytest.raises(error):
        Quantity(value, Unit.PERSON, qualifier)


@pytest.mark.parametrize(
    ("value", "unit", "qualifier", "display", "text", "spoken"),
    [
        ("28", "person", "exact", "28", "28 人", "28 人"),
        ("1600.00", "occasion", "more_than", "1,600+", "1,600+ 次", "超过 1,600 次"),
        ("90", "percent", "at_least", "≥90", "≥90%", "至少 90%"),
        ("30", "household", "approximate", "约30", "约30 户", "约 30 户"),
        (None, "occasion", "unreadable", "—", "—", "原文不可读"),
        ("0.56", "square_kilometre", "exact", "0.56", "0.56 平方公里", "0.56 平方公里"),
        ("0", "person", "exact", "0", "0 人", "0 人"),
        ("50000", "yuan", "more_than", "50,000+", "50,000+ 元", "超过 50,000 元"),
        ("150000.00", "yuan", "exact", "15万", "15 万元", "15 万元"),
        ("153000", "person", "more_than", "15.3万+", "15.3+ 万人", "超过 15.3 万人"),
        ("123456", "person", "exact", "123,456", "123,456 人", "123,456 人"),
        ("0.1", "tonne", "exact", "0.1", "0.1 吨", "0.1 吨"),
        ("1E+2", "person", "exact", "100", "100 人", "100 人"),
    ],
)
def test_display(value, unit, qualifier, display, text, spoken):
    quantity = Quantity(Decimal(value) if value else None, Unit(unit), Qualifier(qualifier))
    assert (quantity.display(), quantity.text(), quantity.spoken()) == (display, text, spoken)
    assert str(quantity) == text


def test_parts_for_templates():
    quantity = Quantity(Decimal(1600), Unit.OCCASION, Qualifier.MORE_THAN)
    assert (quantity.prefix, quantity.number, quantity.suffix, quantity.unit_label) == ("", "1,600", "+", "次")


def test_display_in_english_has_no_myriads():
    with translation.override("en"):
        assert Quantity.exact(150_000, Unit.YUAN).text() == "150,000 yuan"


def test_whole_numbers_are_decimals_inside():
    assert Quantity(5, Unit.PERSON) == Quantity.exact(5, Unit.PERSON) == Quantity(Decimal("5.00"), Unit.PERSON)
    assert isinstance(Quantity(5, Unit.PERSON).value, Decimal)


UNITS_OF_THE_FACTS = (
    "% 个 人 人次 件 份 元 吨 块 场次 天 家 平方公里 平方米 张 户 支 方 期 条 次 次/月 种 等奖 级 起 棵 盏 小时"
)


@pytest.mark.parametrize("word", UNITS_OF_THE_FACTS.split())
def test_every_counting_word_has_its_unit(word):
    unit, qualifier = unit_of(word)
    assert (str(unit.label), qualifier) == (word, Qualifier.EXACT)
    assert unit_of(f"{word}(余)") == (unit, Qualifier.MORE_THAN)
    assert unit_of(f"{word}（余）") == (unit, Qualifier.MORE_THAN)


def test_counting_words_are_told_apart():
    words = UNITS_OF_THE_FACTS.split()
    assert len({unit_of(word)[0] for word in words}) == len(words)


def test_unknown_counting_word_is_an_error():
    with pytest.raises(KeyError):
        unit_of("朵")


@pytest.mark.parametrize("unit", ADDITIVE)
def test_values_fit_their_column(unit):
    assert len(unit.value) <= 20
