"""Nobody meets another community's people, drafts or sign-ups, and public pages carry nothing personal.

The canaries of tests/stage.py are looked for in whatever somebody can reach by links, filters and typed addresses.
"""

import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session as WebSession
from django.core import signing
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core import audit, clock
from core.admin import site
from core.models import AuditEntry, OpeningBalance, Transition
from core.states import created
from events.models import Activity, SignUp
from events.services import activities
from grids.models import Posting, Residency
from honours.models import Honour
from stories.models import PublicNotice
from tests.factories import make_honour, make_person
from tests.stage import ID_NUMBERS, PHONES, Stage
from volunteers.models import Leadership

PAGES_AT_MOST = 300
ALIKE_AT_MOST = 2
NOT_FOLLOWED = re.compile(
    r"/(?:look|static|media|accounts/logout|admin/logout)/|/qr/|/me/notices/(?:read|email/remove)/"
)
SAME_AGAIN = {"o", "p", "_popup", "_to_field", "_changelist_filters", "next"}
"""Parameters that show the same in another order or frame."""
IDENT = re.compile(r"/(?:[0-9]+|[0-9a-hjkmnp-tv-z]{10})(?=/)")
LINK = re.compile(r'(?:href|action)="([^"]*)"')


class Page:
    """One answer of a crawl."""

    def __init__(self, path, response):
        self.path, self.response = path, response
        self.text = response.content.decode()
        self.is_html = response["Content-Type"].startswith("text/html")


def links_of(page: Page) -> Iterator[str]:
    """Paths of this site that the page leads to."""
    for link in LINK.findall(page.text):
        url = urlsplit(urljoin("http://testserver" + page.path, unescape(link)))
        if url.netloc == "testserver" and not NOT_FOLLOWED.match(url.path):
            yield url.path + ("?" + url.query if url.query else "")


def shape_of(path: str) -> tuple | None:
    """What addresses that differ in ids and values only have in common; None for one that shows nothing new."""
    url = urlsplit(path)
    names = {name for name, _value in parse_qsl(url.query)}
    return None if names & SAME_AGAIN or len(names) > 1 else (IDENT.sub("/#", url.path), *names)


def crawl(client: Client, *starts: str, below: str = "/") -> list[Page]:
    """Everything below an address that links lead to; of pages of the same shape the first few."""
    waiting, known, alike, found = list(starts), set(starts), Counter(), []
    while waiting and len(found) < PAGES_AT_MOST:
        path = waiting.pop(0)
        page = Page(path, client.get(path))
        found.append(page)
        for link in links_of(page) if page.is_html else ():
            shape = shape_of(link)
            if link not in known and link.startswith(below) and shape and alike[shape] < ALIKE_AT_MOST:
                known.add(link)
                alike[shape] += 1
                waiting.append(link)
    assert len(found) < PAGES_AT_MOST
    return found


def told(pages: list[Page], secrets: set[str]) -> list[tuple[str, str]]:
    """Where a secret stands."""
    return [(page.path, secret) for page in pages for secret in secrets if secret in page.text]


def broken(pages: list[Page]) -> list[tuple[str, int]]:
    """Links that lead nowhere."""
    return [(page.path, page.response.status_code) for page in pages if page.response.status_code not in {200, 302}]


@pytest.fixture
def town(stage) -> Stage:
    """The stage with everything else that B's workbench keeps: log rows, reasons, a balance, a leader."""
    b, by = stage.b, stage.cast.outsider
    draft = b.activities["draft"]
    created(draft, by=by)
    Activity.objects.filter(pk__in=[one.pk for one in b.activities.values()]).update(drafted_by=by)
    PublicNotice.objects.filter(community=b.community).update(drafted_by=by)
    Honour.objects.filter(community=b.community).update(drafted_by=by)
    activities.return_to_draft(
        Activity.objects.get(pk=b.activities["in_review"].pk), by=stage.cast.outsider_secretary, reason=b.secret("理由")
    )
    audit.record(draft, "change", by=by, fields=["title"])
    balance = OpeningBalance.objects.create(
        community_id=b.community.pk, indicator="hours", label=b.own("总数"), value=5, unit="person_time",
        qualifier="exact",
    )  # fmt: skip
    honoured = make_person(b.secret("获奖人"))
    b.rows += [
        make_honour(b.own("好人"), community=b.community, recipient_kind="person", recipient_person=honoured),
        balance,
        Leadership.objects.create(team=b.team, person=make_person(b.secret("队长")), since=clock.today()),
        *Posting.objects.filter(user__in=[by, stage.cast.outsider_secretary]),
        AuditEntry.objects.latest("pk"),
        Transition.objects.latest("pk"),
        b.grid, b.team, b.community, stage.cast.other_region, by,
        *b.activities.values(), *b.honours.values(), *b.notices.values(),
    ]  # fmt: skip
    return stage


# --- what is told to whom -----------------------------------------------------------------------------------------


PERSONAL = {"邻居jia暗号", "邻居yi暗号", *PHONES.values(), *ID_NUMBERS.values()}


@pytest.mark.parametrize("persona", ["resident"])
def test_public_pages_tell_nothing_that_is_not_public(town, persona):
    pages = crawl(town.cast.client(persona), "/")
    assert told(pages, town.a.canaries | town.b.canaries) == []
    assert broken(pages) == []
    assert len(pages) > 30


@pytest.mark.parametrize("persona", ["secretary", "gridworker"])
def test_workbench_tells_nothing_of_another_community(town, persona):
    pages = crawl(town.cast.client(persona), "/admin/", below="/admin/")
    assert told(pages, town.b.canaries | town.b.staff_canaries) == []
    assert broken(pages) == []


def lists_and_rows(client: Client, rows: list) -> list[Page]:
    """The index, every list, and every page of the rows."""
    paths = ["/admin/", *(list_path(model) for model in site._registry)]
    paths += [path for row in rows for path in admin_paths(row)[:2]]
    return [Page(path, client.get(path)) for path in paths]


@pytest.mark.parametrize("persona", ["district", "admin"])
def test_those_above_see_no_residents(town, persona):
    pages = lists_and_rows(town.cast.client(persona), [*town.a.rows, *one_of_each(town)])
    assert told(pages, PERSONAL) == []


def test_own_community_is_seen_with_numbers_masked(town):
    pages = lists_and_rows(town.cast.client("outsider_secretary"), one_of_each(town))
    assert told(pages, set(PHONES.values()) | set(ID_NUMBERS.values())) == []
    assert {secret for _path, secret in told(pages, town.b.canaries)} >= {"邻居yi暗号", "活动draftyi暗号"}


# --- the workbench by typed addresses -----------------------------------------------------------------------------


def admin_paths(row) -> list[str]:
    """Every address of one row in the workbench."""
    meta, admin = row._meta, site._registry[type(row)]
    prefix = f"admin:{meta.app_label}_{meta.model_name}"
    plain = [reverse(f"{prefix}_{name}", args=[row.pk]) for name in ("change", "history", "delete")]
    return plain + [reverse(f"{prefix}_act", args=[row.pk, name]) for name in admin.all_acts()]


def stored(row) -> dict:
    return type(row)._base_manager.filter(pk=row.pk).values().get()


def one_of_each(town) -> list:
    """A row of every kind that B keeps; of those with a life cycle the draft and what is published."""
    b = town.b
    staged = [rows[state] for rows in (b.activities, b.honours, b.notices) for state in ("draft", "published")]
    others = {type(row): row for row in b.rows}
    return [*staged, *(row for model, row in others.items() if model not in {Activity, Honour, PublicNotice})]


def test_typed_addresses_of_another_community_are_not_found(town):
    client = town.cast.client("clerk")
    reached = []
    for row in one_of_each(town):
        before = stored(row)
        for path in admin_paths(row):
            for answer in (client.get(path), client.post(path, {"post": "yes", "reason": "x", "_save": "1"})):
                if answer.status_code not in {403, 404} or told([Page(path, answer)], town.b.canaries):
                    reached.append((path, answer.status_code))
        assert stored(row) == before
    assert reached == []


def test_rows_outside_are_missing_not_forbidden(town):
    """What a clerk could see at home must not be told apart from what does not exist."""
    client = town.cast.client("clerk")
    rows = [row for row in one_of_each(town) if client.get(list_path(type(row))).status_code == 200]
    statuses = {(row._meta.label, client.get(admin_paths(row)[0]).status_code) for row in rows}
    assert {status for _label, status in statuses} == {404}
    assert len(statuses) >= 12


def list_path(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def curious(town) -> list[str]:
    """What a clerk who wants to see more types behind the address of a list."""
    b = town.b
    return [
        f"community__id__exact={b.community.pk}", f"grid__id__exact={b.grid.pk}", "q=暗号", "q=家事",
        f"q={PHONES['yi']}", f"q={ID_NUMBERS['yi']}", f"activity={b.activities['published'].pk}", "todo=review", "all=",
        "_facets=True", "_popup=1&_to_field=id", "drafted_by__username=outsider",
    ]  # fmt: skip


def test_lists_never_show_rows_of_another_community(town):
    client, secrets = town.cast.client("clerk"), town.b.canaries | town.b.staff_canaries
    secrets -= set(PHONES.values()) | set(ID_NUMBERS.values())  # the search box keeps what was typed into it
    wrong = []
    for model in site._registry:
        queries = curious(town) if client.get(list_path(model)).status_code == 200 else ["q=暗号"]
        for query in queries:
            page = Page(f"{list_path(model)}?{query}", client.get(f"{list_path(model)}?{query}", follow=True))
            if page.response.status_code not in {200, 400, 403, 404} or told([page], secrets):
                wrong.append((page.path, page.response.status_code))
    assert wrong == []


def test_shortcuts_of_the_workbench_tell_nothing(town):
    client, secrets = town.cast.client("clerk"), town.b.canaries | town.b.staff_canaries
    kinds = ContentType.objects.get_for_models(*(type(row) for row in town.b.rows)).values()
    paths = [
        f"/admin/r/{kind.pk}/{row.pk}/"
        for row in one_of_each(town)
        for kind in kinds
        if kind.model_class() is type(row)
    ]
    for model in ("community", "team", "person", "user"):
        paths += [
            f"/admin/autocomplete/?app_label=events&model_name=activity&field_name={model}&term=",
            f"/admin/autocomplete/?app_label=grids&model_name=posting&field_name={model}&term=outsider",
        ]
    pages = [Page(path, client.get(path)) for path in paths]
    assert told(pages, secrets) == []
    assert {page.response.status_code for page in pages} <= {200, 400, 403, 404}


def test_list_actions_on_rows_of_another_community_do_nothing(town):
    client = town.cast.client("secretary")
    b = town.b
    for row in (b.activities["draft"], b.activities["published"], b.honours["in_review"], b.notices["draft"], b.team):
        before = stored(row)
        for action in ("submit", "publish", "finish", "delete_selected"):
            words = {"action": action, "_selected_action": str(row.pk), "index": "0", "post": "yes"}
            answer = client.post(list_path(type(row)), words, follow=True)
            assert answer.status_code in {200, 403}
            assert told([Page("", answer)], town.b.canaries) == []
        assert stored(row) == before


def test_draft_for_another_community_is_refused(town):
    client, before = town.cast.client("clerk"), Activity.objects.count()
    path = reverse("admin:events_activity_add")
    words = {"title": "越界", "kind": "other", "audience": "everyone", "risk": "low", "community": town.b.community.pk,
             "team": town.b.team.pk, "partners-TOTAL_FORMS": "0", "partners-INITIAL_FORMS": "0"}  # fmt: skip
    answer = client.post(path, words)
    assert answer.status_code == 422
    assert told([Page(path, answer)], town.b.canaries | town.b.staff_canaries) == []
    assert Activity.objects.count() == before


# --- the pages themselves -----------------------------------------------------------------------------------------


ADDRESS = re.compile(r"""(?:https?:)?//[^\s"'<>]+""")
NAMESPACES = ("http://www.w3.org/",)


def test_public_pages_are_clean(town):
    pages = crawl(Client(), "/")
    assert told(pages, town.a.canaries | town.b.canaries) == []
    assert broken(pages) == []
    pages = [page for page in pages if page.is_html and page.response.status_code == 200]
    public = [page for page in pages if not page.path.startswith("/accounts/")]
    assert len(public) > 20
    for page in public:
        addresses = {one for one in ADDRESS.findall(page.text) if not one.startswith((settings.SITE_URL, *NAMESPACES))}
        assert addresses == set(), page.path
        assert not page.response.cookies, page.path
        for word in ("csrfmiddlewaretoken", "nonce", "sessionid", "javascript:", ' style="', 'method="post"'):
            assert word not in page.text, (page.path, word)
        assert re.findall(r"<script(?![^>]*\bsrc=)|<[^>]+\son[a-z]+=", page.text) == [], page.path
        assert "default-src 'self'" in page.response["Content-Security-Policy"]
        assert "unsafe" not in page.response["Content-Security-Policy"]
        assert "Cookie" in page.response["Vary"]
        headers = page.response.headers
        assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff")
        assert headers["Referrer-Policy"] == "same-origin"


def test_pages_for_one_person_are_never_stored(town):
    activity = town.a.activities["published"]
    resident, clerk = town.cast.client("resident"), town.cast.client("clerk")
    sign_up = reverse("events:activity_sign_up", args=[activity.public_id])
    private = [(resident, "/me/"), (resident, sign_up), (Client(), "/accounts/login/"), (clerk, "/admin/")]
    private += [(clerk, list_path(model)) for model in site._registry]
    private += [(clerk, path) for path in admin_paths(activity)]
    for client, path in private:
        assert "no-store" in client.get(path)["Cache-Control"], path


def test_public_pages_for_somebody_signed_in_are_kept_from_shared_caches(town):
    client, activity = town.cast.client("resident"), town.a.activities["published"]
    for path in ("/", "/activities/", "/c/jia/", activity.get_absolute_url(), "/honours/"):
        response = client.get(path)
        assert "Cookie" in response["Vary"], path
        assert "public" not in response.get("Cache-Control", ""), path


# --- rights that end ------------------------------------------------------------------------------------------------


def test_rights_end_with_the_posting(town):
    client, activity = town.cast.client("clerk"), town.a.activities["draft"]
    path = reverse("admin:events_activity_change", args=[activity.pk])
    assert client.get(path).status_code == 200
    Posting.objects.filter(user=town.cast.clerk).update(until=clock.today() - timedelta(days=1))
    answers = [client.get(path), client.post(path, {"title": "danach"}), client.get(list_path(Activity))]
    assert {answer.status_code for answer in answers} <= {302, 403, 404}
    assert told([Page(path, answer) for answer in answers], town.a.canaries) == []
    assert stored(activity)["title"] == activity.title


def test_rights_move_with_the_posting(town):
    client = town.cast.client("clerk")
    Posting.objects.filter(user=town.cast.clerk).update(community=town.b.community)
    old = reverse("admin:events_activity_change", args=[town.a.activities["draft"].pk])
    new = reverse("admin:events_activity_change", args=[town.b.activities["draft"].pk])
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!"}])
def test_sessions_end_with_the_account_or_its_password(town, change):
    client = town.cast.client("resident")
    assert client.get("/me/").status_code == 200
    User.objects.filter(pk=town.cast.resident.pk).update(**change)
    assert client.get("/me/")["Location"].startswith("/accounts/login/")


def test_home_that_ended_closes_what_is_for_residents(town):
    activity, client = town.a.activities["residents"], town.cast.client("resident")
    path = reverse("events:activity_sign_up", args=[activity.public_id])
    assert client.get(path).status_code == 200
    Residency.objects.filter(person=town.cast.resident.person).update(until=clock.today() - timedelta(days=1))
    assert client.post(path, {}).status_code == 403
    assert not SignUp.objects.filter(quota__activity=activity).exists()


# --- what lies about ------------------------------------------------------------------------------------------------


def dump() -> str:
    """Every value of every table as the database holds it."""
    values = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            values += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(values)


def test_database_holds_no_number_in_clear(town):
    text = dump()
    assert town.b.neighbour.name in text
    assert [number for number in (*PHONES.values(), *ID_NUMBERS.values()) if number in text] == []


def test_logs_hold_no_numbers(town, caplog):
    with caplog.at_level(logging.DEBUG):
        client = town.cast.client("outsider")
        client.get(list_path(SignUp), {"q": PHONES["yi"]})
        client.post("/accounts/login/", {"login": PHONES["yi"], "password": ID_NUMBERS["yi"]})
        client.get(f"/nothing/{PHONES['yi']}/")
    formatters = [handler.formatter for handler in logging.getLogger().handlers if handler.formatter]
    masking = next(one for one in formatters if type(one).__name__ == "MaskingFormatter")
    lines = "\n".join(masking.format(record) for record in caplog.records if record.name != "django.db.backends")
    assert [number for number in (PHONES["yi"], ID_NUMBERS["yi"]) if number in lines] == []


def test_sessions_hold_nothing_personal(town):
    client = Client()
    client.post("/accounts/login/", {"login": "resident", "password": "a-password-for-tests"})
    activity = town.a.activities["published"]
    client.post(reverse("events:activity_sign_up", args=[activity.public_id]), {})
    row = WebSession.objects.get(pk=client.cookies["sessionid"].value)
    assert row.get_decoded()["_auth_user_id"] == str(town.cast.resident.pk)
    with pytest.raises(ValueError, match="Expecting value"):  # what is signed is no JSON, it is encrypted
        signing.loads(row.session_data, salt="django.contrib.sessions.SessionStore")
    plain = json.dumps(row.get_decoded())
    assert [word for word in (*PHONES.values(), "演员", town.cast.resident.password) if word in plain] == []
