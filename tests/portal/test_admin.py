"""Opening balances and the log in the workbench."""

from accounts.models import Person
from core import records
from core.models import AuditEntry, OpeningBalance, Transition
from tests.admin_contract import AdminContract
from tests.factories import make_honour, make_person, make_venue, number


class TestOpeningBalanceAdmin(AdminContract):
    model, noun = OpeningBalance, "balance"
    reader = adder = editor = "secretary"
    edit = {"source": "年报"}

    def make_inside(self, cast):
        return self.make(cast.community, f"志愿服务{number()}")

    def make_outside(self, cast):
        return self.make(cast.other, f"乙数{number()}")

    def make(self, community, label):
        return OpeningBalance.objects.create(
            community_id=community.pk,
            label=label,
            indicator=f"hours-{number()}",
            value=1600,
            unit="occasion",
            qualifier="more_than",
        )

    def new(self, cast):
        return {"community_id": cast.community.pk, "label": "入户", "indicator": "visits", "value": "1600",
                "unit": "occasion", "qualifier": "more_than"}  # fmt: skip

    def foreign(self, cast):
        return {"community_id": cast.other.pk}


class _LogContract(AdminContract):
    noun = "audit"
    reader, adder, editor, bystander = "auditor", None, None, "clerk"

    def test_list_and_search_show_the_inside_only(self, cast):
        inside, outside = self.make_inside(cast), self.make_outside(cast)
        found = set(cast.client("auditor").get(self.url("changelist")).context["cl"].result_list)
        assert inside in found
        assert outside not in found

    def test_history_opens_inside(self, cast):
        """The log has no history of its own."""
        assert cast.client("auditor").get(self.url("history", self.make_inside(cast).pk)).status_code == 404

    def test_site_administrator_sees_all(self, cast):
        outside = self.make_outside(cast)
        assert outside in cast.client("admin").get(self.url("changelist")).context["cl"].result_list


class TestAuditEntryAdmin(_LogContract):
    model = AuditEntry

    def make_inside(self, cast):
        records.save(make_venue(community=cast.community), by=cast.clerk, fields=["name"])
        return AuditEntry.objects.latest("pk")

    def make_outside(self, cast):
        records.save(make_venue(community=cast.other), by=cast.outsider, fields=["name"])
        return AuditEntry.objects.latest("pk")

    def test_look_ups_are_the_searchers_communitys(self, cast):
        make_person("某人", phone="13812345678")
        for name in ("clerk", "outsider"):
            cast.client(name).get("/admin/grids/residency/", {"q": "13812345678"})
        found = cast.client("auditor").get(self.url("changelist")).context["cl"].result_list
        assert [entry.actor for entry in found if entry.verb == "look_up"] == [cast.clerk]

    def test_names_of_private_persons_are_not_told(self, cast):
        person = Person.objects.get(user=cast.resident)
        records.save(person, by=cast.clerk, fields=["name"])
        assert person.name not in cast.client("auditor").get(self.url("changelist")).content.decode()


class TestTransitionAdmin(_LogContract):
    model = Transition

    def make_inside(self, cast):
        return self.make(cast.community, cast.clerk)

    def make_outside(self, cast):
        return self.make(cast.other, cast.outsider)

    def make(self, community, actor):
        honour = make_honour(community=community, state="draft")
        honour.pk, honour.public_id = None, f"{number():010d}"
        honour._state.adding = True
        records.save(honour, by=actor)
        return Transition.objects.latest("pk")
