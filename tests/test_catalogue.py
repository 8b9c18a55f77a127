"""The Simplified Chinese catalogue is complete, compiled and keeps every placeholder."""

import polib
import pytest

from tests import catalogue


@pytest.fixture
def own_catalogue(tmp_path, monkeypatch):
    """An empty catalogue in a place of its own."""
    path = tmp_path / "zh_Hans" / "django.po"
    monkeypatch.setattr(catalogue, "PO", path)
    return path


def fragment(tmp_path, text):
    path = tmp_path / "fragment.po"
    path.write_text(text, encoding="utf-8")
    return str(path)


def placeholders(text):
    return sorted(set(catalogue.PLACEHOLDER.findall(text)))


def test_every_text_is_translated():
    assert catalogue.missing() == {}


def test_no_entry_is_stale():
    assert [entry.msgid for entry in catalogue.stale()] == []


def test_no_entry_is_empty_or_fuzzy():
    entries = catalogue.load()
    assert [entry.msgid for entry in entries if not entry.translated() or entry.fuzzy] == []


def test_compiled_catalogue_equals_its_source():
    assert catalogue.PO.with_suffix(".mo").read_bytes() == catalogue.load().to_binary()


def test_placeholders_are_those_of_the_text():
    wrong = []
    for entry in catalogue.load():
        wanted = placeholders(entry.msgid_plural or entry.msgid)
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        wrong += [entry.msgid for text in texts if placeholders(text) != wanted]
    assert wrong == []


def test_python_texts_are_found_under_any_alias():
    source = (
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext as p\n"
        "_('one' ' text'); ngettext('a seat', '%d seats', n); p('menu', 'Open'); _(label); other('not a text')\n"
    )
    assert list(catalogue.in_python(source)) == [
        ("", "one text", ""),
        ("", "a seat", "%d seats"),
        ("menu", "Open", ""),
    ]


def test_python_text_that_is_computed_is_an_error():
    source = "from django.utils.translation import gettext as _\n_(f'{name} left')\n"
    with pytest.raises(ValueError, match=r"page.py:2: gettext needs literal texts"):
        list(catalogue.in_python(source, "page.py"))


def test_template_texts_are_found_in_tags_filters_and_arguments():
    source = (
        '{% load i18n %}{% translate "Hello (you)" %}{% translate "Open" context "menu" %}{{ x|default:_("none") }}'
        "{% blocktranslate trimmed count n=x %}\n {{ n }} seat\n{% plural %}{{ n }} seats{% endblocktranslate %}"
        '{% include "part.html" with label=_("Label") %}{% blocktranslate %}100% of {{ a }}{% endblocktranslate %}'
    )
    assert sorted(catalogue.in_template(source)) == [
        ("", "%(n)s seat", "%(n)s seats"),
        ("", "100%% of %(a)s", ""),
        ("", "Hello (you)", ""),
        ("", "Label", ""),
        ("", "none", ""),
        ("menu", "Open", ""),
    ]


def test_merge_replaces_sorts_and_compiles(own_catalogue, tmp_path):
    catalogue.merge([fragment(tmp_path, 'msgid "b"\nmsgstr "旧"\n\nmsgid "a"\nmsgstr "甲"\n')])
    catalogue.merge([fragment(tmp_path, 'msgid "b"\nmsgstr "乙"\n')])

    assert [(entry.msgid, entry.msgstr) for entry in polib.pofile(str(own_catalogue))] == [("a", "甲"), ("b", "乙")]
    assert [entry.msgstr for entry in polib.mofile(str(own_catalogue.with_suffix(".mo")))] == ["甲", "乙"]
    assert polib.pofile(str(own_catalogue)).metadata["Plural-Forms"] == "nplurals=1; plural=0;"


def test_merge_twice_changes_nothing(own_catalogue, tmp_path):
    file = fragment(tmp_path, 'msgid "%(n)s seat"\nmsgid_plural "%(n)s seats"\nmsgstr[0] "%(n)s 个名额"\n')
    catalogue.merge([file])
    once = own_catalogue.read_bytes()
    catalogue.merge([file])
    assert own_catalogue.read_bytes() == once
