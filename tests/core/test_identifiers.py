"""core.identifiers: many spellings, one stored form, and refusals that say what to type."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from core.identifiers import (
    CONTACT_PHONE_LENGTH,
    PHONE_LENGTH,
    birth_date_of,
    format_phone,
    normalise_contact_phone,
    normalise_id_number,
    normalise_phone,
    phone_uri,
)

ON = date(2025, 11, 22)


def errors_of(function, *args, **kwargs):
    with pytest.raises(ValidationError) as caught:
        function(*args, **kwargs)
    return caught.value.code, caught.value.messages


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        " 138 0013 8000 ",
        "138-0013-8000",
        "１３８００１３８０００",
        "＋８６　１３８－００１３－８０００",
        "+86 138 0013 8000",
        "+86-13800138000",
        "(+86)13800138000",
        "0086 13800138000",
        "8613800138000",
        "\u202d13800138000\u202c",
        "138\u00a00013\u20118000",
        "138.0013.8000",
    ],
)
def test_phone_in_any_spelling(text):
    assert normalise_phone(text) == "+8613800138000"


def test_canonical_phone_stays_as_it_is():
    assert normalise_phone(normalise_phone("13800138000")) == "+8613800138000"
    assert len("+8613800138000") == PHONE_LENGTH


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1380013800",
        "138001380000",
        "12800138000",
        "+8512345678901",
        "138****8000",
        "1380013800a",
        "0471-1234567",
        "١٣٨٠٠١٣٨٠٠٠",
        "13800138000 13900139000",
        "13800138000\0",
        "1" * 100_000,
    ],
)
def test_what_is_no_phone_is_refused(text):
    assert errors_of(normalise_phone, text) == ("phone", ["手机号应是 11 位数字，例如 138 1234 5678。"])


@pytest.mark.parametrize(
    ("text", "canonical", "shown"),
    [
        ("13812345678", "+8613812345678", "138 1234 5678"),
        ("0471-1234567", "+864711234567", "0471-1234567"),
        ("（０４７１）１２３４５６７", "+864711234567", "0471-1234567"),
        ("+86 471 1234567", "+864711234567", "0471-1234567"),
        ("86-0471-1234567", "+864711234567", "0471-1234567"),
        ("010-12345678", "+861012345678", "010-12345678"),
        ("021 6123 4567", "+862161234567", "021-61234567"),
        ("0313-3012345转801", "+863133012345;ext=801", "0313-3012345 转 801"),
        ("0313-3012345-ext.801", "+863133012345;ext=801", "0313-3012345 转 801"),
        ("400-123-4567", "4001234567", "400-123-4567"),
        ("800 820 8820", "8008208820", "800-820-8820"),
        ("110", "110", "110"),
        ("12345", "12345", "12345"),
        ("95598", "95598", "95598"),
    ],
)
def test_contact_phone(text, canonical, shown):
    assert normalise_contact_phone(text) == canonical
    assert len(canonical) <= CONTACT_PHONE_LENGTH
    assert format_phone(canonical) == shown
    assert normalise_contact_phone(shown) == canonical


@pytest.mark.parametrize(
    "text", ["", "1234567", "010-1234567", "0471-123", "114114", "电话", "0471-1234567转", "0" * 99]
)
def test_what_is_no_contact_phone_is_refused(text):
    assert errors_of(normalise_contact_phone, text) == (
        "contact_phone",
        ["请填手机号，或带区号的座机号，例如 0471-1234567。"],
    )


def test_unknown_form_is_shown_as_it_is():
    assert format_phone("+1 212 555 0100") == "+1 212 555 0100"
    assert format_phone("") == ""


def test_phone_uri():
    assert phone_uri("+8613812345678") == "tel:+8613812345678"
    assert phone_uri("") == ""


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105 19491231 002×",
        "110105-19491231-002X",
    ],
)
def test_id_number_in_any_spelling(text):
    number = normalise_id_number(text, on=ON)
    assert number == "11010519491231002X"
    assert birth_date_of(number) == date(1949, 12, 31)


def test_id_number_of_a_residence_permit_is_accepted():
    number = "810000199001010019"
    assert normalise_id_number(number, on=ON) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("130503670401001", "id_number_old"),
        ("", "id_number"),
        ("1101051949123100", "id_number"),
        ("X1010519491231002X", "id_number"),
        ("*" * 18, "id_number"),
        ("9" * 100_000, "id_number"),
        ("110105194912310021", "id_number_checksum"),
        ("110105194912310O2X", "id_number"),
        ("110105194902310026", "id_number_date"),
        ("110105189912310023", "id_number_date"),
        ("110105202511230026", "id_number_date"),
    ],
)
def test_what_is_no_id_number_is_refused(text, code):
    found, messages = errors_of(normalise_id_number, text, on=ON)
    assert found == code
    assert text == "" or text not in messages[0]


def test_old_id_number_is_explained():
    assert errors_of(normalise_id_number, "130503670401001")[1] == [
        "这是 15 位的老号码，请填现在身份证上的 18 位号码。"
    ]


def test_one_wrong_digit_is_always_noticed():
    good = "11010519491231002X"
    for place in range(17):
        for digit in "0123456789".replace(good[place], ""):
            with pytest.raises(ValidationError):
                normalise_id_number(good[:place] + digit + good[place + 1 :], on=ON)


def test_birth_date_of_something_else_is_an_error():
    with pytest.raises(ValueError, match="ID number"):
        birth_date_of("masked")
