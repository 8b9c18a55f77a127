"""core.encryption: rotation of keys, damage, and blind indexes with versions."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from core.encryption import UnreadableValue, blind_index, blind_indexes, decrypt, encrypt, rotate

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
FIRST, SECOND = "first-key-of-many-characters-0123", "second-key-of-many-characters-012"


@pytest.mark.parametrize("text", ["+8613800138000", "𠮷野", "a\0b", "x" * 10_000])
def test_decrypt_reads_what_encrypt_wrote(text):
    token = encrypt(text)
    assert text not in token
    assert decrypt(token) == text


def test_empty_stays_empty():
    assert (encrypt(""), decrypt(""), rotate("")) == ("", "", "")


def test_same_text_never_looks_the_same():
    assert encrypt("王芳") != encrypt("王芳")


def test_first_key_encrypts_and_all_keys_decrypt(settings):
    settings.FIELD_KEYS = [OLD]
    token = encrypt("王芳")
    settings.FIELD_KEYS = [NEW, OLD]
    assert decrypt(token) == "王芳"
    renewed = rotate(token)
    settings.FIELD_KEYS = [NEW]
    assert decrypt(renewed) == "王芳"
    with pytest.raises(UnreadableValue):
        decrypt(token)


@pytest.mark.parametrize("token", ["plain text", "gAAAAA", "138****5678", "王芳", "\ud800"])
def test_damaged_value_is_unreadable(token):
    with pytest.raises(UnreadableValue):
        decrypt(token)


def test_error_tells_nothing_of_the_value(settings):
    with pytest.raises(UnreadableValue) as caught:
        decrypt("13800138000")
    assert "138" not in str(caught.value)


@pytest.mark.parametrize("keys", [[], ["short"], ["中" * 44]])
def test_unusable_field_keys_are_a_configuration_error(settings, keys):
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        encrypt("王芳")


def test_blind_index_is_stable_versioned_and_short(settings):
    settings.BLIND_KEYS = [(1, FIRST)]
    index = blind_index("phone", "+8613800138000")
    assert index == blind_index("phone", "+8613800138000")
    version, _colon, digits = index.partition(":")
    assert (version, len(digits)) == ("1", 32)
    assert int(digits, 16) > 0
    settings.BLIND_KEYS = [("2025-11", FIRST)]
    assert len(blind_index("phone", "+8613800138000")) == 40


def test_blind_index_separates_kinds_values_and_keys(settings):
    settings.BLIND_KEYS = [(1, FIRST)]
    found = {blind_index("phone", "1"), blind_index("id_number", "1"), blind_index("phone", "2")}
    settings.BLIND_KEYS = [(1, SECOND)]
    found.add(blind_index("phone", "1"))
    assert len(found) == 4


def test_blind_indexes_find_rows_of_every_known_key(settings):
    settings.BLIND_KEYS = [(1, FIRST)]
    old = blind_index("phone", "+8613800138000")
    settings.BLIND_KEYS = [(2, SECOND), (1, FIRST)]
    new = blind_index("phone", "+8613800138000")
    assert blind_indexes("phone", "+8613800138000") == [new, old]
    assert new.startswith("2:")


@pytest.mark.parametrize("form", [f"2:{SECOND},1:{FIRST}", [f"2:{SECOND}", f"1:{FIRST}"], [["2", SECOND], [1, FIRST]]])
def test_blind_keys_may_be_written_as_text(settings, form):
    settings.BLIND_KEYS = [(2, SECOND), (1, FIRST)]
    expected = blind_indexes("phone", "1")
    settings.BLIND_KEYS = form
    assert blind_indexes("phone", "1") == expected


@pytest.mark.parametrize("keys", [[], [(1, "short")], [("", FIRST)], [("12345678", FIRST)], [(1, FIRST), (1, SECOND)]])
def test_unusable_blind_keys_are_a_configuration_error(settings, keys):
    settings.BLIND_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        blind_index("phone", "1")


def test_empty_value_has_no_blind_index():
    with pytest.raises(ValueError, match="empty"):
        blind_index("phone", "")
