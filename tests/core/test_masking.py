"""core.masking: nothing but the permitted characters remains."""

import pytest

from core.masking import id_number_label, mask_family, mask_id_number, mask_name, mask_phone, phone_mask_spoken


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("+8613800138000", "138****8000"),
        ("13812345678", "138****5678"),
        ("+864711234567", "******67"),
        ("+864711234567;ext=801", "********"),
        ("110", "********"),
        ("not a number", "********"),
        ("138****5678", "********"),
        ("", ""),
        (None, ""),
    ],
)
def test_mask_phone(phone, masked):
    assert mask_phone(phone) == masked


def test_phone_mask_is_spoken():
    assert phone_mask_spoken() == "中间四位已隐藏"


def test_id_number_shows_no_digit():
    assert mask_id_number("11010519491231002X") == "*" * 18
    assert (mask_id_number(""), mask_id_number(None)) == ("", "")


def test_list_says_only_that_there_is_an_id_number():
    assert id_number_label("11010519491231002X") == "已登记 ✓"
    assert (id_number_label(""), id_number_label(None)) == ("", "")


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王芳", "王**"),
        ("王小芳", "王**"),
        ("欧阳小芳", "欧**"),
        ("王", "王**"),
        ("𠮷野", "𠮷**"),
        ("阿卜杜拉·买买提", "阿***"),
        ("阿卜杜拉买买提", "阿***"),
        ("Mary", "M***"),
        ("  王芳 ", "王**"),
        ("", ""),
        (None, ""),
    ],
)
def test_mask_name(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("name", "masked"), [("马荣家庭", "马＊家庭"), ("马荣", "马＊家庭"), ("𠮷野", "𠮷＊家庭"), ("", ""), ("家庭", "")]
)
def test_mask_family(name, masked):
    assert mask_family(name) == masked
