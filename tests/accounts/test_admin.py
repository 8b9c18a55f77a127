"""Accounts in the workbench."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Person, User
from core.models import AuditEntry
from tests.admin_contract import AdminContract
from tests.factories import make_person, make_resident, make_user

PASSWORD = "sehr-langes-Passwort-9"  # noqa: S105
PHONE, ID_NUMBER = "13812345678", "110101199003074514"


class TestUserAdmin(AdminContract):
    model, noun = User, "user"
    reader = adder = editor = "admin"
    bystander, reads_all = "secretary", True
    edit = {"person_name": "换人"}

    def make_inside(self, cast):
        return make_user()

    def new(self, cast):
        return {"username": "neu", "password": PASSWORD, "person_name": "新人"}

    def test_one_edit_gives_one_line_of_log(self, cast):
        """Closing an account is its one plain edit; another person is a row of its own."""
        user, client = self.make_inside(cast), cast.client("admin")
        page = self.url("change", user.pk)
        data = self.filled(client, page, {})
        del data["is_active"]
        assert client.post(page, data).status_code == 302
        assert AuditEntry.objects.values_list("verb", "fields").get() == ("change", ["is_active"])
        user.refresh_from_db()
        assert not user.is_active

    def test_adding_writes_the_row_and_one_line_of_log(self, cast):
        client = cast.client("admin")
        response = client.post(self.url("add"), self.filled(client, self.url("add"), self.new(cast)))
        assert response.status_code == 302
        user = User.objects.get(username="neu")
        assert user.check_password(PASSWORD)
        assert user.person.name == "新人"
        assert {entry.object for entry in AuditEntry.objects.all()} == {user, user.person}

    def test_stale_form_keeps_both_versions_and_passes_once_read(self, cast):
        user = self.make_inside(cast)
        first, second = cast.client("admin"), cast.client("admin")
        page = self.url("change", user.pk)
        theirs = self.filled(second, page, {"person_name": "我的选择"})
        closed = self.filled(first, page, {})
        del closed["is_active"]
        assert first.post(page, closed).status_code == 302
        refused = second.post(page, theirs)
        assert refused.status_code == 409
        assert "我的选择" in refused.content.decode()
        assert not Person.objects.filter(name="我的选择").exists()

    @pytest.mark.parametrize("password", ["kurz", "12345678901", "password1234", "neu"])
    def test_weak_password_is_refused(self, cast, password):
        client = cast.client("admin")
        typed = {**self.new(cast), "password": password}
        response = client.post(self.url("add"), self.filled(client, self.url("add"), typed))
        assert response.status_code == 422
        assert "password" in response.context["adminform"].form.errors
        assert not User.objects.filter(username="neu").exists()

    def test_own_account_cannot_be_closed(self, cast):
        client, page = cast.client("admin"), self.url("change", cast.admin.pk)
        data = self.filled(client, page, {})
        del data["is_active"]
        assert client.post(page, data).status_code == 422
        cast.admin.refresh_from_db()
        assert cast.admin.is_active

    def test_new_password_is_set_by_an_act(self, cast):
        user, client = self.make_inside(cast), cast.client("admin")
        page = reverse("admin:accounts_user_act", args=[user.pk, "set_password"])
        assert client.post(page, {"password": "kurz"}).status_code == 422
        assert client.post(page, {"password": PASSWORD}).status_code == 302
        user.refresh_from_db()
        assert user.check_password(PASSWORD)

    def test_password_never_reaches_a_page_or_the_log(self, cast):
        client = cast.client("admin")
        response = client.post(
            self.url("add"), self.filled(client, self.url("add"), {**self.new(cast), "username": ""})
        )
        assert PASSWORD not in response.content.decode()


class TestChoosingAPerson:
    """A person is chosen by a whole number or made new, never from a list (design: Person)."""

    add = "/admin/grids/residency/add/"

    def post(self, cast, **typed):
        data = {
            "community": cast.community.pk,
            "kind": "resident",
            "since": "2026-01-01",
            "person_number": "",
            "person_name": "",
        }
        return cast.client("clerk").post(self.add, {**data, **typed})

    def errors(self, response):
        return response.context["adminform"].form.errors["person"]

    def test_by_whole_phone_or_id_number(self, cast):
        for index, number in enumerate((PHONE, "138 1234 5678", ID_NUMBER)):
            person = make_person(f"某人{index}", **({"id_number": number} if len(number) == 18 else {}))
            if len(number) != 18:
                Person.objects.exclude(pk=person.pk).update(phone_index=None)
                person.set_phone(number)
                person.save()
            make_resident(person, grid=cast.grid, until=date(2025, 12, 31))
            assert self.post(cast, person_number=number).status_code == 302
            assert AuditEntry.objects.filter(verb="look_up", object_id=person.pk, actor=cast.clerk).count() == 1

    @pytest.mark.parametrize("number", ["1381234567", "5678", "138*", "%", "11010119900307451", "110101199003074515"])
    def test_part_of_a_number_finds_nobody(self, cast, number):
        make_person("某人", phone=PHONE, id_number=ID_NUMBER)
        response = self.post(cast, person_number=number)
        assert response.status_code == 422
        assert "整个号码" in self.errors(response)[0] or "whole" in self.errors(response)[0]
        assert not AuditEntry.objects.filter(verb__startswith="look_up").exists()

    def test_unknown_number_needs_a_name_and_is_logged(self, cast):
        response = self.post(cast, person_number=PHONE)
        assert response.status_code == 422
        assert PHONE in response.content.decode()
        assert AuditEntry.objects.get(verb="look_up_nothing").actor == cast.clerk
        assert self.post(cast, person_number=PHONE, person_name="新人").status_code == 302
        assert Person.objects.by_phone("+8613812345678").get().name == "新人"

    def test_number_of_somebody_else_is_not_taken_over(self, cast):
        make_resident(make_person("王小明", phone=PHONE), grid=cast.grid)
        response = self.post(cast, person_number=PHONE, person_name="李四")
        assert response.status_code == 422
        assert "王**" in self.errors(response)[0]
        assert "王小明" not in response.content.decode()
        assert not Person.objects.filter(name="李四").exists()

    def test_name_alone_records_somebody_without_a_number(self, cast):
        assert self.post(cast, person_name="阿卜杜拉·买买提").status_code == 302
        assert Person.objects.get(name="阿卜杜拉·买买提").phone_index is None

    def test_nothing_typed_is_said_clearly(self, cast):
        assert self.errors(self.post(cast))

    def test_unsaved_person_is_gone_when_the_rest_is_refused(self, cast):
        grid = cast.other_grid
        response = self.post(cast, person_name="未保存", grid=grid.pk)
        assert response.status_code == 422
        assert not Person.objects.filter(name="未保存").exists()
        assert "未保存" in response.content.decode()

    def test_is_never_a_list_nor_an_autocomplete(self, cast):
        make_person("不该出现")
        page = cast.client("clerk").get(self.add).content.decode()
        assert "不该出现" not in page
        assert '<select name="person"' not in page
        asked = {"app_label": "grids", "model_name": "residency", "field_name": "person"}
        assert cast.client("clerk").get(reverse("admin:autocomplete"), asked).status_code == 403


class TestSearchByNumber:
    def test_whole_number_finds_and_is_logged_once(self, cast):
        home = make_resident(make_person("某人", phone=PHONE), grid=cast.grid)
        other = make_resident(grid=cast.grid)
        response = cast.client("clerk").get("/admin/grids/residency/", {"q": "138-1234-5678"})
        assert list(response.context["cl"].result_list) == [home]
        assert other not in response.context["cl"].result_list
        assert AuditEntry.objects.filter(verb="look_up", object_id=home.person_id).count() == 1

    def test_part_of_a_number_finds_nothing(self, cast):
        make_resident(make_person("某人", phone=PHONE), grid=cast.grid)
        for part in ("1381234", "5678", "13812345679"):
            response = cast.client("clerk").get("/admin/grids/residency/", {"q": part})
            assert list(response.context["cl"].result_list) == []

    def test_number_of_somebody_outside_gives_nothing_but_a_line(self, cast):
        home = make_resident(make_person("某人", phone=PHONE), grid=cast.other_grid)
        response = cast.client("clerk").get("/admin/grids/residency/", {"q": PHONE})
        assert list(response.context["cl"].result_list) == []
        assert AuditEntry.objects.filter(verb="look_up", object_id=home.person_id).count() == 1


class TestMaskedValues:
    def page(self, home):
        return f"/admin/grids/residency/{home.pk}/change/"

    def home(self, cast):
        return make_resident(make_person("某人", phone=PHONE, id_number=ID_NUMBER), grid=cast.grid)

    def test_page_shows_masks_only(self, cast):
        for persona in ("clerk", "gridworker"):
            text = (
                cast.client(persona)
                .get(self.page(self.home(cast) if persona == "clerk" else make_resident(grid=cast.grid)))
                .content.decode()
            )
            assert PHONE not in text
            assert ID_NUMBER not in text

    @pytest.mark.parametrize("typed", ["", "138****5678", "******************"])
    def test_mask_posted_back_changes_nothing(self, cast, typed):
        home, client = self.home(cast), cast.client("clerk")
        data = {"grid": cast.grid.pk, "kind": "resident", "since": home.since, "seen_version": home.version,
                "person_phone": typed, "person_id_number": typed, "person_birth_date": typed}  # fmt: skip
        assert client.post(self.page(home), data).status_code == 302
        person = Person.objects.get(pk=home.person_id)
        assert (person.phone, person.id_number) == ("+8613812345678", ID_NUMBER)
        assert list(AuditEntry.objects.values_list("verb", "fields")) == []

    def test_new_number_replaces_the_old(self, cast):
        home, client = self.home(cast), cast.client("clerk")
        data = {
            "grid": cast.grid.pk,
            "kind": "resident",
            "since": home.since,
            "seen_version": home.version,
            "person_phone": "13900001111",
        }
        assert client.post(self.page(home), data).status_code == 302
        assert Person.objects.by_phone("+8613900001111").get().pk == home.person_id

    def test_number_of_another_person_is_refused(self, cast):
        make_person("另一人", phone="13900001111")
        home, client = self.home(cast), cast.client("clerk")
        data = {
            "grid": cast.grid.pk,
            "kind": "floating",
            "since": home.since,
            "seen_version": home.version,
            "person_phone": "13900001111",
        }
        response = client.post(self.page(home), data)
        assert response.status_code == 422
        home.refresh_from_db()
        assert home.kind == "resident"

    def test_grid_worker_changes_the_phone_but_not_the_identity(self, cast):
        home = self.home(cast)
        form = cast.client("gridworker").get(self.page(home)).context["adminform"].form
        data = {"grid": cast.grid.pk, "kind": "resident", "since": home.since, "seen_version": home.version,
                "person_phone": "13900001111", "person_id_number": "110101198001010010"}  # fmt: skip
        assert cast.client("gridworker").post(self.page(home), data).status_code == 302
        person = Person.objects.get(pk=home.person_id)
        assert person.id_number == ID_NUMBER
        assert "person_id_number" not in form.fields
