"""Persons and accounts."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from accounts import services
from accounts.models import Person, User
from core import clock
from core.models import AuditEntry
from core.records import Stale
from core.refusals import Refusal, Refused
from tests.factories import PASSWORD, a_phone, make_person, make_user

ID_NUMBER = "11010519491231002X"
PHONE = "+8613800138000"


def log(verb):
    return AuditEntry.objects.filter(verb=verb)


@pytest.fixture
def clerk(cast):
    return cast.clerk


class TestCreatePerson:
    def test_creates_row_with_indexes_and_one_audit_row(self, clerk):
        person = services.create_person("王秀英", by=clerk, phone="138 0013 8000", id_number=ID_NUMBER.lower())
        stored = Person.objects.get(pk=person.pk)
        assert (stored.name, stored.phone, stored.id_number) == ("王秀英", PHONE, ID_NUMBER)
        assert Person.objects.by_phone(PHONE).get() == person
        assert Person.objects.by_id_number(ID_NUMBER).get() == person
        entry = log("create").get(object_id=person.pk)
        assert entry.actor == clerk and "王" not in str(entry.fields)

    def test_reads_birth_date_from_id_number_unless_given(self, db):
        assert services.create_person("甲", by=None, id_number=ID_NUMBER).birth_date == date(1949, 12, 31)
        given = services.create_person("乙", by=None, birth_date=date(1950, 1, 1))
        assert given.birth_date == date(1950, 1, 1)

    @pytest.mark.parametrize("spelling", ["13800138000", "+86 138-0013-8000", "１３８００１３８０００"])
    def test_same_phone_in_any_spelling_is_refused(self, db, spelling):
        services.create_person("甲", by=None, phone="138 0013 8000")
        with pytest.raises(Refused) as refused:
            services.create_person("乙", by=None, phone=spelling)
        assert refused.value.refusal == Refusal.DUPLICATE
        assert Person.objects.filter(name="乙").count() == 0

    def test_same_id_number_is_refused(self, db):
        services.create_person("甲", by=None, id_number=ID_NUMBER)
        with pytest.raises(Refused):
            services.create_person("乙", by=None, id_number=ID_NUMBER)

    def test_many_persons_without_numbers_and_with_one_name_are_possible(self, db):
        for _again in range(2):
            services.create_person("张伟", by=None)
        assert Person.objects.filter(name="张伟", phone_index=None, id_number_index=None).count() == 2

    def test_guardians_are_kept(self, db):
        mother = make_person("妈妈")
        child = services.create_person("孩子", by=None, guardians=(mother,))
        assert list(child.guardians.all()) == [mother] and not mother.guardians.exists()

    @pytest.mark.parametrize("born", [date(1899, 12, 31), date(2999, 1, 1)])
    def test_impossible_birth_date_is_refused(self, db, born):
        with pytest.raises(ValidationError):
            services.create_person("甲", by=None, birth_date=born)

    @pytest.mark.parametrize("name", ["", "   ", "王\x00英", "王\u202e英", "王\u200b英", "字" * 61, "字" * 10_000])
    def test_unusable_name_is_refused(self, db, name):
        with pytest.raises(ValidationError):
            services.create_person(name, by=None)
        assert not Person.objects.exists()

    @pytest.mark.parametrize("name", ["阿卜杜拉·买买提", "𠮷", "<script>alert(1)</script>", "{{ 7*7 }}", "O'Brien"])
    def test_unusual_name_is_kept_as_typed(self, db, name):
        assert Person.objects.get(pk=services.create_person(name, by=None).pk).name == name

    @pytest.mark.parametrize("phone", ["138****8000", "1380013800", "abc", "0475-8888888"])
    def test_wrong_phone_is_refused(self, db, phone):
        with pytest.raises(ValidationError):
            services.create_person("甲", by=None, phone=phone)


class TestChangePerson:
    def test_moves_the_index_with_the_phone(self, clerk):
        person = make_person("甲", phone="13800138000")
        services.change_person(person, by=clerk, phone="13900139000")
        assert not Person.objects.by_phone(PHONE).exists()
        assert Person.objects.by_phone("+8613900139000").get() == person
        assert log("change").get(object_id=person.pk).fields == ["phone", "phone_index"]

    def test_masked_number_posted_back_changes_nothing(self, clerk):
        person = make_person("甲", phone="13800138000")
        with pytest.raises(ValidationError):
            services.change_person(person, by=clerk, phone=person.masked_phone)
        assert Person.objects.get(pk=person.pk).phone == PHONE

    def test_stale_form_is_refused(self, clerk):
        person, same = make_person("甲"), None
        same = Person.objects.get(pk=person.pk)
        services.change_person(person, by=clerk, version=1, name="乙")
        with pytest.raises(Stale):
            services.change_person(same, by=clerk, version=1, name="丙")
        assert Person.objects.get(pk=person.pk).name == "乙"

    def test_other_fields_are_not_for_this_service(self, db):
        with pytest.raises(TypeError):
            services.change_person(make_person(), by=None, is_sample=True)


class TestFindPerson:
    def test_finds_by_whole_phone_or_number_in_any_spelling(self, clerk):
        person = make_person(phone="13800138000", id_number=ID_NUMBER)
        assert services.find_person(by=clerk, phone="+86 138 0013 8000") == person
        assert services.find_person(by=clerk, id_number="110105 19491231 002x") == person

    def test_every_look_up_leaves_a_row_without_the_number(self, clerk):
        person = make_person(phone="13800138000")
        services.find_person(by=clerk, phone="13800138000")
        services.find_person(by=clerk, phone="13700137000")
        hit, miss = log("look_up").get(), log("look_up_nothing").get()
        assert (hit.actor, hit.object, hit.fields) == (clerk, person, ["phone"])
        assert (miss.actor, miss.object, miss.fields) == (clerk, clerk, ["phone"])

    @pytest.mark.parametrize("number", ["1380013800", "138", "%", "", "138****8000"])
    def test_part_of_a_number_finds_nothing_and_is_an_error(self, clerk, number):
        make_person(phone="13800138000")
        with pytest.raises((ValidationError, TypeError)):
            services.find_person(by=clerk, phone=number)

    @pytest.mark.parametrize("name", ["resident", "leader", "auditor", "careworker", "district", "partner"])
    def test_who_may_not_register_people_may_not_look_them_up(self, cast, name):
        make_person(phone="13800138000")
        with pytest.raises(Refused) as refused:
            services.find_person(by=cast.users[name], phone="13800138000")
        assert refused.value.refusal == Refusal.NOT_ALLOWED
        assert not log("look_up").exists()

    @pytest.mark.parametrize("name", ["clerk", "secretary", "gridworker", "admin", "outsider"])
    def test_who_registers_people_may(self, cast, name):
        assert services.find_person(by=cast.users[name], phone="13800138000") is None


class TestAccounts:
    def test_user_name_is_folded_and_password_hashed(self, cast):
        user = services.create_user("ＬＩ.Ming", PASSWORD, by=cast.admin, person=make_person())
        stored = User.objects.get(pk=user.pk)
        assert stored.username == "li.ming" and stored.check_password(PASSWORD)
        assert not stored.is_staff and log("create").filter(object_id=user.pk, actor=cast.admin).count() == 1

    @pytest.mark.parametrize("spelling", ["liming", "LiMing", "ＬＩＭＩＮＧ", " liming "])
    def test_same_name_in_any_spelling_is_refused(self, db, spelling):
        make_user("liming")
        with pytest.raises(Refused) as refused:
            services.create_user(spelling, PASSWORD, by=None)
        assert refused.value.refusal == Refusal.DUPLICATE

    def test_second_account_of_a_person_is_refused(self, db):
        with pytest.raises(Refused):
            services.create_user("another", PASSWORD, by=None, person=make_user().person)

    @pytest.mark.parametrize(
        "name", ["", " ", "13800138000", "１３８００１３８０００", "a b", "<b>", "a\x00b", "a\u202eb", "x" * 61, "-a"]
    )
    def test_unusable_user_name_is_refused(self, db, name):
        with pytest.raises(ValidationError):
            services.create_user(name, PASSWORD, by=None)

    @pytest.mark.parametrize("password", ["", "short", "1234567890123", "password123"])
    def test_weak_password_is_refused(self, db, password):
        with pytest.raises(ValidationError):
            services.create_user("someone", password, by=None)

    @pytest.mark.parametrize("name", ["resident", "clerk", "secretary", "district", "auditor", "outsider"])
    def test_only_the_site_administrator_opens_accounts(self, cast, name):
        with pytest.raises(Refused):
            services.create_user("another", PASSWORD, by=cast.users[name])
        with pytest.raises(Refused):
            services.set_password(cast.volunteer, "another-password-1", by=cast.users[name])
        with pytest.raises(Refused):
            services.set_active(cast.volunteer, False, by=cast.users[name])

    def test_everybody_may_change_the_own_password(self, cast):
        services.set_password(cast.resident, "quite-another-word", by=cast.resident)
        assert User.objects.get(pk=cast.resident.pk).check_password("quite-another-word")
        assert log("change").get(object_id=cast.resident.pk).fields == ["password"]

    def test_changed_password_and_closed_account_end_other_sessions(self, cast):
        for end in (
            lambda: services.set_password(cast.clerk, "quite-another-word", by=cast.admin),
            lambda: services.set_active(cast.clerk, False, by=cast.admin),
        ):
            client = cast.client("clerk")
            assert "_auth_user_id" in client.session
            end()
            client.get("/c/")
            assert not client.get("/c/").wsgi_request.user.is_authenticated


def test_age_is_counted_in_full_years(db):
    person = make_person(birth_date=date(2000, 2, 29))
    ages = [person.age_on(day) for day in (date(2018, 2, 28), date(2018, 3, 1), date(2024, 2, 29))]
    assert ages == [17, 18, 24]
    assert make_person().age_on(date(2024, 1, 1)) is None


def test_birth_date_may_be_today(db):
    with clock.frozen(datetime(2026, 11, 22, 16, 30, tzinfo=UTC)):
        assert services.create_person("新生儿", by=None, birth_date=date(2026, 11, 23)).birth_date == clock.today()


def test_factories_and_services_agree_on_phones(db):
    phone = a_phone()
    person = make_person(phone=phone)
    with pytest.raises(Refused):
        services.create_person("乙", by=None, phone=phone)
    assert make_user(person=person).person.phone == "+86" + phone
