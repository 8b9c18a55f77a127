"""core.fields: encryption out of sight and out of reach of look-ups, public ids, names and plain text."""

import re

import pytest
from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps

from core import encryption
from core.encryption import UnreadableValue, decrypt, encrypt
from core.fields import (
    Ciphertext,
    EncryptedTextField,
    NameField,
    NameFormField,
    PlainTextField,
    PublicIdConverter,
    PublicIdField,
    new_public_id,
)

with isolate_apps():

    class Secret(models.Model):
        phone = EncryptedTextField("phone", blank=True, default="")
        note = EncryptedTextField("note", multiline=True, null=True, max_length=10)
        label = models.CharField(max_length=10, default="", blank=True)

        class Meta:
            app_label = "core"
            db_table = "test_secret"


@pytest.fixture
def table(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_secret (id integer PRIMARY KEY, phone text NOT NULL, note text, label text)")
    return Secret.objects


def stored(column="phone"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM test_secret ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


# --- encrypted


def test_database_holds_ciphertext_and_python_the_text(table):
    table.create(pk=1, phone="+8613800138000", note=None)
    assert decrypt(stored()[0]) == "+8613800138000"
    assert "138" not in stored()[0]
    row = table.get()
    assert (row.phone, row.note) == ("+8613800138000", None)
    assert type(row.phone) is str


def test_empty_and_null_stay_what_they_are(table):
    table.create(pk=1, phone="", note="")
    table.create(pk=2, phone="", note=None)
    assert [(row.phone, row.note) for row in table.order_by("pk")] == [("", ""), ("", None)]
    assert stored("note") == ["", None]
    assert table.filter(note__isnull=True).get().pk == 2


def test_every_way_of_writing_encrypts(table):
    row = Secret(pk=1, phone="a")
    table.bulk_create([row, Secret(pk=2, phone="b")])
    table.filter(pk=1).update(phone="c")
    second = table.get(pk=2)
    second.phone = "d"
    table.bulk_update([second], ["phone"])
    assert [decrypt(token) for token in stored()] == ["c", "d"]
    row.refresh_from_db()
    assert row.phone == "c"
    row.phone = "e"
    row.save(update_fields=["phone"])
    assert decrypt(stored()[0]) == "e"


def test_row_is_decrypted_only_when_read(table, monkeypatch):
    table.create(pk=1, phone="a")
    opened = []
    monkeypatch.setattr("core.fields.decrypt", lambda token: opened.append(token) or encryption.decrypt(token))
    row = table.get()
    assert opened == []
    assert (row.phone, row.phone) == ("a", "a")
    assert len(opened) == 1
    assert table.defer("phone").get().phone == "a"


def test_values_give_ciphertext_only(table):
    table.create(pk=1, phone="a")
    value = table.values_list("phone", flat=True).get()
    assert isinstance(value, Ciphertext)
    assert decrypt(value) == "a"
    table.create(pk=2, phone=value)
    assert [row.phone for row in table.all()] == ["a", "a"]


def test_damaged_value_fails_only_where_it_is_read_and_survives_a_save(table):
    table.create(pk=1, phone="a")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE test_secret SET phone = 'damaged'")
    row = table.get()
    with pytest.raises(UnreadableValue):
        _value = row.phone
    row.label = "seen"
    row.save()
    assert (stored(), table.get().label) == (["damaged"], "seen")


def test_untouched_value_is_not_encrypted_anew(table):
    table.create(pk=1, phone="a")
    before = stored()
    table.get().save()
    assert stored() == before


@pytest.mark.parametrize(
    "lookup",
    [
        "phone",
        "phone__exact",
        "phone__in",
        "phone__startswith",
        "phone__icontains",
        "phone__regex",
        "phone__gt",
        "phone__length",
    ],
)
def test_lookups_are_errors(lookup):
    for method in (Secret.objects.filter, Secret.objects.exclude, Secret.objects.get):
        with pytest.raises(FieldError):
            method(**{lookup: "a"})
    with pytest.raises(FieldError):
        Secret.objects.filter(models.Q(**{lookup: "a"}) | models.Q(pk=1))


def test_lookup_of_none_is_an_error_too():
    with pytest.raises(FieldError):
        Secret.objects.filter(phone=None)


@isolate_apps()
def test_checks_refuse_unique_index_and_ordering():
    class Wrong(models.Model):
        one = EncryptedTextField(unique=True)
        two = EncryptedTextField(db_index=True)
        three = EncryptedTextField()

        class Meta:
            app_label = "core"
            ordering = ["-three"]

    found = {error.id: error.obj.name for field in Wrong._meta.local_fields for error in field.check()}
    assert [error.id for error in Wrong._meta.get_field("one").check()] == ["core.E010"]
    assert found == {"core.E010": "two", "core.E011": "three"}


def test_encrypted_form_fields_are_lines_unless_said_otherwise():
    phone, note = Secret._meta.get_field("phone"), Secret._meta.get_field("note")
    assert type(phone.formfield().widget) is forms.TextInput
    assert type(phone.formfield(widget=AdminTextareaWidget).widget) is forms.TextInput
    assert type(note.formfield(widget=AdminTextareaWidget).widget) is AdminTextareaWidget


def test_encrypted_text_is_limited_by_its_plain_length():
    with pytest.raises(ValidationError) as caught:
        Secret(pk=1, phone="", note="x" * 11).full_clean(validate_unique=False)
    assert caught.value.message_dict == {"note": ["最多 10 个字，现在是 11 个。"]}


# --- public ids


def test_public_ids_fit_the_converter_and_do_not_repeat():
    ids = {new_public_id() for _time in range(2000)}
    assert len(ids) == 2000
    assert all(re.fullmatch(PublicIdConverter.regex, one) for one in ids)
    assert set("".join(ids)) == set("0123456789abcdefghjkmnpqrstvwxyz")


@pytest.mark.parametrize(
    "text", ["", "abc", "ABCDEFGHJK", "abcdefghi0", "abcdefghl0", "abcdefgho0", "abcdefghu0", "0" * 11]
)
def test_other_texts_are_no_public_ids(text):
    assert re.fullmatch(PublicIdConverter.regex, text) is None


def test_converter_hands_the_id_on():
    assert PublicIdConverter().to_url(PublicIdConverter().to_python("0123456789")) == "0123456789"


def test_public_id_field_fixes_its_options():
    field = PublicIdField("address")
    assert (field.max_length, field.editable, field.unique, len(field.get_default())) == (10, False, False, 10)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (PublicIdField(), ("core.fields.PublicIdField", {})),
        (EncryptedTextField(blank=True), ("core.fields.EncryptedTextField", {"blank": True})),
        (EncryptedTextField(multiline=True), ("core.fields.EncryptedTextField", {"multiline": True})),
        (NameField(max_length=5), ("core.fields.NameField", {"max_length": 5})),
        (PlainTextField(max_length=8), ("core.fields.PlainTextField", {"max_length": 8})),
    ],
)
def test_deconstruct_is_stable(field, expected):
    _name, path, args, kwargs = field.deconstruct()
    assert (path, kwargs, args) == (*expected, [])
    again = type(field)(*args, **kwargs)
    assert again.deconstruct() == field.deconstruct()
    assert "validators" not in MigrationWriter.serialize(field)[0]


# --- names and plain text


def cleaned(field, value):
    return field.clean(value, None)


def test_name_field_cleans_in_model_and_form():
    field = NameField(max_length=5)
    assert cleaned(field, "  王\u3000 芳 ") == "王 芳"
    assert field.formfield().clean("  王\u3000 芳 ") == "王 芳"
    assert isinstance(field.formfield(), NameFormField)


@pytest.mark.parametrize("name", ["阿·买", "阿•买", "𠮷", "𠮷野", "<b>{}"])
def test_name_field_accepts(name):
    field = NameField(max_length=5)
    assert (cleaned(field, name), field.formfield().clean(name)) == (name, name)


@pytest.mark.parametrize(
    ("name", "code"),
    [("王\0芳", "control"), ("\u202e王", "invisible"), ("王" * 6, "max_length"), ("王" * 10_000, "max_length")],
)
def test_name_field_refuses_once(name, code):
    field = NameField(max_length=5)
    for clean in (lambda: cleaned(field, name), lambda: field.formfield().clean(name)):
        with pytest.raises(ValidationError) as caught:
            clean()
        assert [error.code for error in caught.value.error_list] == [code]


def test_name_field_of_white_space_is_empty():
    with pytest.raises(ValidationError) as caught:
        NameField(max_length=5).formfield().clean(" \u3000 ")
    assert caught.value.code == "required"
    assert NameField(max_length=5, blank=True).formfield().clean(" \u3000 ") == ""


def test_name_form_field_keeps_what_was_typed():
    class Form(forms.Form):
        name = NameFormField(max_length=5)

    form = Form({"name": "王\u202e芳"})
    assert not form.is_valid()
    assert 'value="王\u202e芳"' in str(form["name"])


def test_plain_text_field_cleans_and_limits_in_model_and_form():
    field = PlainTextField(max_length=5, blank=True)
    assert cleaned(field, "一\r\n\t二 ") == "一\n\t二"
    assert field.formfield().clean("一\r\n\t二 ") == "一\n\t二"
    assert isinstance(field.formfield().widget, forms.Textarea)
    for clean in (lambda: cleaned(field, "一" * 6), lambda: field.formfield().clean("一" * 6)):
        with pytest.raises(ValidationError) as caught:
            clean()
        assert caught.value.messages == ["最多 5 个字，现在是 6 个。"]


def test_null_characters_never_reach_the_database():
    for field in (NameField(max_length=5), PlainTextField(max_length=5)):
        with pytest.raises(ValidationError):
            cleaned(field, "a\0b")


def test_encrypt_is_what_the_field_writes(table):
    table.create(pk=1, phone=Ciphertext(encrypt("a")))
    assert table.get().phone == "a"
