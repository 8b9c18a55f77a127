"""Honours in the workbench."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import Person
from core.images import is_image_name
from core.models import AuditEntry, Transition
from honours.models import Honour
from tests.admin_contract import AdminContract
from tests.factories import make_honour, make_organisation, make_partner, make_person, make_team, number
from tests.forms import form_values


def picture(kind="PNG", size=(40, 30)):
    content = io.BytesIO()
    Image.new("RGB", size, "red").save(content, kind)
    return SimpleUploadedFile(f"a.{kind.lower()}", content.getvalue(), f"image/{kind.lower()}")


class TestHonourAdmin(AdminContract):
    model, noun = Honour, "honour"
    edit = {"issuer": "市委"}

    def make_inside(self, cast):
        return make_honour(community=cast.community, state="draft", drafted_by=cast.clerk)

    def make_outside(self, cast):
        return make_honour(f"乙荣誉{number()}", community=cast.other, state="draft")

    def new(self, cast):
        return {"community": cast.community.pk, "title": "先进社区", "level": "city", "recipient_kind": "community"}

    def foreign(self, cast):
        return {
            "community": cast.other.pk,
            "recipient_team": make_team(community=cast.other).pk,
            "recipient_party_organisation": make_organisation(community=cast.other).pk,
            "recipient_partner_unit": make_partner(community=cast.other).pk,
        }

    def add(self, cast, **typed):
        client = cast.client("clerk")
        return client.post(self.url("add"), self.filled(client, self.url("add"), {**self.new(cast), **typed}))

    # --- the recipient ------------------------------------------------------------------------------------------------

    def test_community_is_its_own_recipient(self, cast):
        assert self.add(cast).status_code == 302
        assert Honour.objects.get().recipient_community == cast.community

    def test_recipient_goes_by_its_kind(self, cast):
        assert self.add(cast, recipient_kind="team", recipient_team=cast.team.pk).status_code == 302
        assert Honour.objects.get().recipient == cast.team.name

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"recipient_kind": "team"}, "recipient_team"),
            ({"recipient_kind": "person"}, "recipient_person"),
            ({"recipient_kind": "family"}, "printed_name"),
            ({"recipient_kind": "community", "printed_name": "某人"}, "printed_name"),
        ],
    )
    def test_wrong_recipient_is_said_beside_its_field(self, cast, typed, field):
        response = self.add(cast, **typed)
        assert response.status_code == 422
        assert list(response.context["adminform"].form.errors) == [field]
        assert "先进社区" in response.content.decode()
        assert not Honour.objects.exists()

    def test_person_without_records_is_a_printed_name(self, cast):
        assert self.add(cast, recipient_kind="person", printed_name="王某").status_code == 302
        assert Honour.objects.get().printed_name == "王某"

    def test_person_is_recorded_anew_and_changed(self, cast):
        assert self.add(cast, recipient_kind="person", recipient_person_name="新劳模").status_code == 302
        honour, client = Honour.objects.get(), cast.client("clerk")
        page = self.url("change", honour.pk)
        client.post(page, self.filled(client, page, {"recipient_kind": "team", "recipient_team": cast.team.pk}))
        honour.refresh_from_db()
        assert (honour.recipient_team, honour.recipient_person) == (cast.team, None)
        assert AuditEntry.objects.filter(verb="change").get().fields == [
            "recipient_kind",
            "recipient_person",
            "recipient_team",
        ]

    def test_person_stays_when_nothing_is_typed(self, cast):
        person = make_person("王小明", phone="13812345678")
        honour = make_honour(community=cast.community, state="draft", recipient_person=person, recipient_kind="person")
        client, page = cast.client("clerk"), self.url("change", honour.pk)
        shown = client.get(page).content.decode()
        assert "138****5678" in shown
        assert "13812345678" not in shown
        client.post(page, self.filled(client, page, {"issuer": "市委"}))
        honour.refresh_from_db()
        assert honour.recipient_person == person

    def test_day_to_come_is_refused(self, cast):
        response = self.add(cast, awarded_on="2200-01-01")
        assert response.status_code == 422
        assert "awarded_on" in response.context["adminform"].form.errors

    # --- two persons --------------------------------------------------------------------------------------------------

    def act(self, cast, name, honour, verb, **typed):
        honour.refresh_from_db()
        return cast.client(name).post(
            reverse("admin:honours_honour_act", args=[honour.pk, verb]), {"seen_version": honour.version, **typed}
        )

    def test_one_records_and_another_verifies(self, cast):
        self.add(cast)
        honour = Honour.objects.get()
        assert self.act(cast, "clerk", honour, "submit").status_code == 302
        assert self.act(cast, "clerk", honour, "publish").status_code == 403
        assert self.act(cast, "secretary", honour, "return").status_code == 422
        assert self.act(cast, "secretary", honour, "publish").status_code == 302
        again = self.act(cast, "secretary", honour, "publish")
        assert again.status_code == 302
        assert Transition.objects.filter(object_id=honour.pk, verb="publish").count() == 1
        honour.refresh_from_db()
        assert honour.state == "published"

    def test_secretary_does_not_verify_the_own_record(self, cast):
        honour = make_honour(community=cast.community, state="in_review", drafted_by=cast.secretary)
        page = cast.client("secretary").get(self.url("change", honour.pk)).content.decode()
        assert reverse("admin:honours_honour_act", args=[honour.pk, "publish"]) not in page
        assert self.act(cast, "secretary", honour, "publish").status_code == 403
        data = {"action": "publish", "_selected_action": honour.pk, "index": 0}
        cast.client("secretary").post(self.url("changelist"), data)
        honour.refresh_from_db()
        assert honour.state == "in_review"

    def test_old_page_says_who_was_faster(self, cast):
        honour = make_honour(community=cast.community, state="in_review", drafted_by=cast.clerk)
        old = honour.version
        self.act(cast, "secretary", honour, "return", reason="缺证书")
        url = reverse("admin:honours_honour_act", args=[honour.pk, "publish"])
        response = cast.client("secretary").post(url, {"seen_version": old})
        assert response.status_code == 409
        assert "演员secretary" in response.content.decode()

    def test_what_stands_on_the_wall_is_not_rewritten(self, cast):
        honour = make_honour(community=cast.community)
        before = self.untouched(honour)
        response = cast.client("secretary").post(self.url("change", honour.pk), {"title": "改写", "seen_version": 1})
        assert response.status_code == 403
        assert self.untouched(honour) == before

    # --- the certificate ----------------------------------------------------------------------------------------------

    def test_certificate_is_stored_anew(self, cast):
        assert self.add(cast, certificate=picture()).status_code == 302
        assert is_image_name(Honour.objects.get().certificate)

    @pytest.mark.parametrize(
        "upload",
        [
            SimpleUploadedFile(
                "a.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "image/svg+xml"
            ),
            SimpleUploadedFile("a.png", b"not a picture at all", "image/png"),
            SimpleUploadedFile("a.png", b"", "image/png"),
            SimpleUploadedFile("a.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 500, "image/jpeg"),
        ],
        ids=["svg", "text", "empty", "broken"],
    )
    def test_what_is_no_picture_is_refused_and_the_rest_is_kept(self, cast, upload):
        upload.seek(0)
        response = self.add(cast, certificate=upload, title="保留的标题")
        assert response.status_code == 422
        assert list(response.context["adminform"].form.errors) == ["certificate"]
        assert "保留的标题" in response.content.decode()
        assert not Honour.objects.exists()

    def test_bomb_is_refused(self, cast):
        content = io.BytesIO()
        Image.new("1", (12_000, 12_000)).save(content, "PNG")
        response = self.add(cast, certificate=SimpleUploadedFile("bomb.png", content.getvalue(), "image/png"))
        assert response.status_code == 422
        assert "certificate" in response.context["adminform"].form.errors

    def test_picture_survives_a_form_with_errors(self, cast):
        client = cast.client("clerk")
        response = self.add(cast, certificate=picture(), title="")
        assert response.status_code == 422
        again = {**form_values(response, self.form_id), "title": "补上标题"}
        assert client.post(self.url("add"), again).status_code == 302
        assert is_image_name(Honour.objects.get().certificate)

    def test_forged_token_of_a_picture_is_ignored(self, cast):
        assert self.add(cast, **{"certificate-kept": "public/../../etc/passwd"}).status_code == 302
        assert Honour.objects.get().certificate == ""

    # --- names --------------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        "name", ["<script>alert(1)</script>", "{{ request }}{% now 'Y' %}", "𠮷田", "阿卜杜拉·买买提"]
    )
    def test_strange_names_are_kept_as_typed(self, cast, name):
        assert self.add(cast, recipient_kind="person", recipient_person_name=name).status_code == 302
        honour = Honour.objects.get()
        assert honour.recipient == name
        page = cast.client("clerk").get(self.url("change", honour.pk)).content.decode()
        assert "<script>alert" not in page

    @pytest.mark.parametrize("name", ["王\u202e明", "x" * 10_000], ids=["rlo", "long"])
    def test_deceiving_or_endless_names_are_refused(self, cast, name):
        for typed in ({"title": name}, {"recipient_kind": "person", "recipient_person_name": name}):
            response = self.add(cast, **typed)
            assert response.status_code == 422
            assert name[:50] in response.content.decode()
        assert not Honour.objects.exists()
        assert not Person.objects.filter(name=name[:60]).exists()

    def test_nul_is_refused(self, cast):
        assert self.add(cast, title="a\x00b").status_code == 400

    def test_district_officer_reads_what_the_public_reads(self, cast):
        honour = make_honour(community=cast.community, recipient_person=make_person("王小明"), recipient_kind="person")
        client = cast.client("district")
        for page in (self.url("changelist"), self.url("change", honour.pk)):
            text = client.get(page).content.decode()
            assert "王**" in text
            assert "王小明" not in text
