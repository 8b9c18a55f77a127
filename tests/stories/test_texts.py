"""The built-in texts: whole, in Chinese, and true to the addresses they speak of."""

import re

import pytest
from django.urls import reverse

from accounts.consents import PRIVACY_URL
from stories.states import PageKind
from stories.texts import BUILT_IN

LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = {"WCAG", "AA", "JavaScript", "axe", "Chromium", "Firefox", "Safari", "Cookie", "look"}
"""Words that Chinese texts write in Latin letters."""


def words_of(text):
    return " ".join([str(text.title), *(f"{part.heading} {part.text}" for part in text.sections)])


def test_every_page_has_one():
    assert set(BUILT_IN) == set(PageKind.values)


@pytest.mark.parametrize("kind", PageKind.values)
def test_nothing_is_empty_or_left_in_english(kind):
    text = BUILT_IN[kind]
    assert all(str(paragraph).strip() for part in text.sections for paragraph in part.paragraphs)
    assert all(part.paragraphs for part in text.sections)
    assert set(LATIN.findall(words_of(text))) - NAMES == set()
    assert len(words_of(text)) > 60


def test_privacy_notice_says_what_law_asks_for():
    """PIPL art. 17: who, contact, purpose, manner, kinds, how long, and how to use one's rights."""
    words = words_of(BUILT_IN[PageKind.PRIVACY])
    for word in (
        "居民委员会",
        "联系我们",
        "为什么",
        "手机号",
        "姓名",
        "保存多久",
        "您的权利",
        "撤回同意",
        "注销",
        "投诉",
    ):
        assert word in words, word


def test_privacy_notice_stands_where_registration_links_to():
    assert reverse("stories:page_detail", args=[PageKind.PRIVACY]) == PRIVACY_URL


def test_emergency_numbers_stand_in_help_and_contact():
    for kind in (PageKind.HELP, PageKind.CONTACT):
        assert {"110", "119", "120"} <= set(re.findall(r"\d{3}", words_of(BUILT_IN[kind])))
