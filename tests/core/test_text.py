"""core.text: what is accepted, what is made uniform, what is refused and in which words."""

import pytest
from django.core.exceptions import ValidationError

from core.text import clean_line, clean_text, fold

NAMES = [
    "王芳",
    "阿卜杜拉·买买提",
    "阿卜杜拉‧买买提",
    "阿卜杜拉•买买提",
    "阿卜杜拉・买买提",
    "𠮷",
    "𠮷野",
    "\U00031350",  # a character that Unicode gained after the tables of our oldest Python
    "葛\U000e0100城",  # a variant chosen by a selector
    "ئابدۇللا",
    "ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ\u180e",
    "བཀྲ་ཤིས",
    "O'Neil & Söhne <b>{{ 7*7 }}</b>",
    "元宵节 🏮",
]


def code_of(function, *args, **kwargs):
    with pytest.raises(ValidationError) as caught:
        function(*args, **kwargs)
    return caught.value.code


@pytest.mark.parametrize("name", NAMES)
def test_clean_line_keeps_names_of_every_script(name):
    assert clean_line(name, max_length=60) == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  王 \u3000 芳\u00a0", "王 芳"),
        ("王\t芳\r\n", "王 芳"),
        ("王\u2028芳\u0085", "王 芳"),
        ("e\u0301", "é"),
        ("", ""),
        (" \u3000 ", ""),
    ],
)
def test_clean_line_makes_uniform(typed, kept):
    assert clean_line(typed) == kept


@pytest.mark.parametrize("clean", [clean_line, clean_text])
@pytest.mark.parametrize(
    ("character", "code"),
    [
        *[(c, "control") for c in "\0\x01\x08\x0b\x1b\x1c\x1f\x7f\x9f"],
        *[(c, "invisible") for c in "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u061c"],
        *[(c, "invisible") for c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"],
        *[(c, "invisible") for c in "\u3164\u2800\uffa0\u115f\u034f\U000e0041"],
        *[(c, "unknown_character") for c in "\ud800\udfff\uffff\u0378\U0001ffff\U0002ffff\U000e0fff"],
    ],
)
def test_deceiving_characters_are_refused(clean, character, code):
    assert code_of(clean, f"王{character}芳") == code
    assert code_of(clean, f"{character}王芳") == code


def test_refusal_says_where_in_chinese():
    with pytest.raises(ValidationError) as caught:
        clean_line("王芳\u202e")
    assert caught.value.messages == ["第 3 个字符是看不见的，请删掉后重新输入。"]


def test_length_counts_characters_after_cleaning():
    assert clean_line(f"  {'𠮷' * 5}  ", max_length=5) == "𠮷" * 5
    with pytest.raises(ValidationError) as caught:
        clean_line("王" * 6, max_length=5)
    assert caught.value.code == "max_length"
    assert caught.value.messages == ["最多 5 个字，现在是 6 个。"]


def test_flood_is_refused_before_it_is_normalised():
    assert code_of(clean_line, "a" + "\u0315\u0300" * 2_000_000, max_length=60) == "max_length"


def test_clean_text_keeps_lines_and_tabs():
    assert clean_text("\r\n第一行\r\n\r\n\t第二行\r第三行\u2028第四行 \n") == "第一行\n\n\t第二行\n第三行\n第四行"


def test_clean_text_counts_a_line_end_once():
    assert clean_text("一\r\n二", max_length=3) == "一\n二"
    assert code_of(clean_text, "一\r\n二三", max_length=3) == "max_length"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [("  Clerk ", "clerk"), ("ＣＬＥＲＫ１", "clerk1"), ("Straße", "strasse"), ("ﬃ", "ffi"), ("王芳", "王芳")],
)
def test_fold(typed, folded):
    assert fold(typed) == folded
    assert fold(folded) == folded
