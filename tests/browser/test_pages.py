"""Every kind of page at the sizes people use: axe, one heading, no sideways scroll, a quiet console (ui.md §7)."""

from collections.abc import Iterable

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db.models import Model
from django.urls import resolve, reverse
from playwright.sync_api import Page

from accounts import notices
from accounts.models import User
from core import clock
from events.models import Activity
from events.presentation import Phase, for_cards, phase_of, quota_of
from events.services import activities, sign_ups, standings
from grids.models import Community, Grid
from honours.models import Honour
from portal import errors
from portal.demo.load import load
from stories.models import PublicNotice
from stories.states import PageKind
from tests.browser.watch import DESK, PHONE, Watch, basics, sideways, violations
from tests.event_factories import make_activity, make_sign_up
from tests.factories import (
    PASSWORD,
    make_building,
    make_edition,
    make_honour,
    make_household,
    make_member,
    make_notice,
    make_posting,
    make_resident,
    make_venue,
    make_volunteer,
)
from tests.test_matrix import URL_NAMES
from volunteers.models import Team
from volunteers.services import teams

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROW = (360, 320)
STATES = {Phase.OPEN, Phase.FEW, Phase.FULL, Phase.CLOSED, Phase.CANCELLED, Phase.FINISHED}

NO_PAGES = {
    "account_correct_phone", "account_resend_login_code", "account_resend_phone_code", "account_send_own_code",
    "usersessions_end", "usersessions_end_others",
    "events:activity_calendar_file", "livez", "media", "portal:look", "portal:notice_email_remove",
    "portal:notice_read_all", "portal:qr", "readyz", "robots", "volunteers:membership_approve",
}  # fmt: skip
"""Addresses that answer with a file, a word or the way to somewhere else, or take a POST only."""

ON_THE_WAY = {"mfa_authenticate"}
"""Pages between two steps, which tests/browser/test_second_factor.py looks at."""

Pages = dict[str, tuple[str, int]]
"""Address and expected status by name."""


def faults_of(page: Page, watch: Watch, name: str, path: str, status: int, widths: Iterable[int]) -> list[str]:
    """Open `path` in the window as it is, then make it narrower."""
    watch.muted = False
    response = page.goto(path)
    wrong = [] if response.status == status else [f"status {response.status}, expected {status}"]
    wrong += basics(page)
    # axe tries styles that our policy refuses.
    watch.muted = True
    wrong += violations(page)
    size = page.viewport_size
    for width in widths:
        wrong += sideways(page, width)
    page.set_viewport_size(size)
    return [f"{name}: {one}" for one in wrong]


def elder(page: Page, size: int) -> Page:
    """The window with the size of letters kept in its cookie; 0 is the standard look."""
    page.goto(f"/look/?elder={size}&next=/livez")
    return page


# --- public pages -------------------------------------------------------------------------------------------------


@pytest.fixture
def town(live_server):
    """The demonstration, in which the resident has signed up for something and may for something else."""
    load(password=PASSWORD)
    make_edition("privacy", state="superseded")
    make_edition("privacy")
    resident = User.objects.get(username="resident")
    rows = [
        row
        for row in for_cards(Activity.objects.public().filter(starts_at__gt=clock.now()))
        if standings.why_not_sign_up(row, resident.person, user=resident) is None
    ]
    done = sign_ups.sign_up(rows[0], resident.person, by=resident)
    assert not done.already
    free = next(row for row in rows[1:] if standings.why_not_sign_up(row, resident.person, user=resident) is None)
    staff = User.objects.get(username="clerk")
    RecoveryCodes.activate(staff)
    return {"resident": resident, "staff": staff, "mine": rows[0], "free": free}


def by_phase() -> dict[str, Activity]:
    """One activity for each state that visitors tell apart."""
    found: dict[str, Activity] = {}
    for row in for_cards(Activity.objects.public()):
        found.setdefault(phase_of(row, quota_of(row)), row)
    assert set(found) >= STATES
    return found


def open_to_all() -> Pages:
    """Pages by name: address and status, as a visitor meets them."""
    community = Community.objects.get(slug="xincheng")
    rows = {
        "community": community,
        "grid": Grid.objects.filter(community=community).first(),
        "team": Team.objects.first(),
        "honour": Honour.objects.public().first(),
        "notice": PublicNotice.objects.showing().first(),
        **{f"activity {phase}": row for phase, row in by_phase().items()},
    }
    lists = {
        "home": "/",
        "communities": "/c/",
        "grids": reverse("grids:grid_list", args=[community.slug]),
        "grid by address": reverse("grids:grid_list", args=[community.slug]) + "?address=演示小区3号楼",
        "grid by unknown address": reverse("grids:grid_list", args=[community.slug]) + "?address=没有的楼",
        "activities": "/activities/",
        "activities past": "/activities/?when=past",
        "activities chosen": f"/activities/?community={community.slug}&when=week&open=1",
        "activities none": "/activities/?q=没有这样的活动",
        "honours": "/honours/",
        "honours chosen": f"/honours/?community={community.slug}&level=city",
        "teams": "/teams/",
        "notices": "/notices/",
        **{f"page {kind}": f"/{kind}/" for kind in PageKind.values},
        "page of earlier": "/privacy/?edition=1",
        "sign-in": "/accounts/login/?next=/me/",
        "sign-in by code": "/accounts/login/code/",
        "register": "/accounts/signup/?next=/me/",
        "code to sign in": "/accounts/login/code/confirm/",
        "code to register": "/accounts/phone/verify/",
    }
    pages = {name: (path, 200) for name, path in lists.items()}
    pages |= {name: (row.get_absolute_url(), 200) for name, row in rows.items()}
    refused = {"/activities/?q=%00": 400, "/not-here/": 404, reverse("account_logout"): 405}
    return pages | {f"{status} {path}": (path, status) for path, status in refused.items()}


def of_the_resident(town) -> Pages:
    """Pages by name as the signed-in resident meets them."""
    sign_up, full = "events:activity_sign_up", by_phase()[Phase.FULL]
    told = notices.inbox(town["resident"].person_id).first()
    return {
        "me": ("/me/", 200),
        "my phone": ("/accounts/phone/change/", 200),
        "my password": ("/accounts/password/change/", 200),
        "first password": ("/accounts/password/set/", 200),
        "password again": ("/accounts/reauthenticate/", 200),
        "code again": ("/accounts/reauthenticate/code/", 200),
        "my sessions": ("/accounts/sessions/", 200),
        "sign-up": (reverse(sign_up, args=[town["free"].public_id]), 200),
        "signed up": (reverse(sign_up, args=[town["mine"].public_id]), 200),
        "my activity": (town["mine"].get_absolute_url(), 200),
        "cancel": (reverse("events:sign_up_cancel", args=[town["mine"].public_id]), 200),
        "refused": (reverse(sign_up, args=[full.public_id]), 409),
        **of_a_leader(town["resident"]),
        "messages": ("/me/notices/", 200),
        "message": (reverse("portal:notice_detail", args=[told.public_id]), 200),
        "how to be told": (reverse("portal:notice_settings"), 200),
        "e-mail": (reverse("portal:notice_email"), 200),
        "e-mail code": (reverse("portal:notice_email_confirm"), 200),
        "403": ("/admin/", 403),
        "second factor": (reverse("mfa_index"), 200),
    }


def of_a_leader(user: User) -> Pages:
    """Pages of teams as somebody meets them who leads one, has asked to join another and belongs to a third."""
    led, asked, third, free = Team.objects.active().filter(community__slug="xincheng").order_by("pk")[:4]
    teams.appoint_leader(led, user.person, by=None, since=clock.today())
    waiting = make_member(led, state="requested")
    member = make_member(led)
    volunteer = make_volunteer(user.person, community=led.community)
    make_member(asked, volunteer, state="requested")
    make_member(third, volunteer)
    one = [led.public_id]
    return {
        "my teams": ("/me/teams/", 200),
        "join": (reverse("volunteers:team_join", args=[free.public_id]), 200),
        "asked": (reverse("volunteers:team_join", args=[asked.public_id]), 200),
        "leave": (reverse("volunteers:team_leave", args=[third.public_id]), 200),
        "people": (reverse("volunteers:membership_list", args=[third.public_id]), 200),
        "people led": (reverse("volunteers:membership_list", args=one), 200),
        "roster": (reverse("volunteers:membership_print", args=one), 200),
        "decline": (reverse("volunteers:membership_decline", args=[*one, waiting.public_id]), 200),
        "remove": (reverse("volunteers:membership_remove", args=[*one, member.public_id]), 200),
    }


def of_staff() -> Pages:
    """Pages of the second factor as staff meet them, who have one."""
    names = (
        "mfa_index", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
    )  # fmt: skip
    return {name: (reverse(name), 200) for name in names}


def test_public_pages_at_every_size(town, enter, watch):
    """Every address, on a phone and, in elder mode, at a desk; both then made narrower."""
    faults = []
    windows = ((None, open_to_all()), (town["resident"], of_the_resident(town)), (town["staff"], of_staff()))
    assert addresses(windows) == set(URL_NAMES) - NO_PAGES - ON_THE_WAY
    for words, size, screen in (("standard", 0, PHONE), ("elder", 1, DESK)):
        for user, pages in windows:
            page = elder(enter(user, viewport=screen), size)
            for name, (path, status) in pages.items():
                faults += faults_of(page, watch, f"{words} {name}", path, status, NARROW)
    faults += too_large(elder(enter(town["resident"]), 4), windows[0][1] | windows[1][1])
    assert faults == []


def addresses(windows: Iterable[tuple[User | None, Pages]]) -> set[str]:
    """The names of the addresses outside the workbench that are visited."""
    paths = [path.partition("?")[0] for _user, pages in windows for path, status in pages.values() if status != 404]
    return {resolve(path).view_name for path in paths} - {"admin:index"}


def too_large(page: Page, pages: Pages) -> list[str]:
    """What is wider than a phone with the largest letters."""
    faults = []
    for name in (
        "home",
        "activities",
        "activity open",
        "honours",
        "community",
        "grid",
        "me",
        "sign-up",
        "404 /not-here/",
    ):
        page.goto(pages[name][0])
        assert page.locator("html[data-elder='4']").count() == 1
        faults += [f"largest {name}: {one}" for one in sideways(page, PHONE["width"])]
    return faults


@pytest.mark.parametrize("status", [500, 503])
def test_pages_of_last_resort(enter, status):
    page = enter()
    content = errors.page(None, status, "系统出了点问题", "请稍后再试。", reference="7f3a").content
    page.route("**/broken/", lambda route: route.fulfill(body=content, content_type="text/html; charset=utf-8"))
    page.goto("/broken/")
    assert [*basics(page), *sideways(page, PHONE["width"]), *sideways(page, 320)] == []
    assert violations(page) == []


# --- the workbench ------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(live_server, cast) -> dict[str, Model]:
    """Rows of community A in every state, among them a draft that came back."""
    place, clerk = cast.community, cast.clerk
    venue = make_venue("社区服务中心", community=place)
    rows: dict[str, Model] = {"venue": venue, "community": place}
    for state in ("draft", "in_review", "published"):
        rows[state] = make_activity(f"义务理发 {state}", community=place, state=state, drafted_by=clerk, venue=venue)
    activities.submit(rows["draft"], by=clerk)
    activities.return_to_draft(rows["draft"], by=cast.secretary, reason="写清集合地点")
    rows["sign-up"] = make_sign_up(rows["published"], cast.resident.person)
    rows["honour"] = make_honour("先进社区", community=place, state="in_review", drafted_by=clerk)
    rows["notice"] = make_notice("停水通知", community=place, drafted_by=clerk)
    rows["page"] = make_edition(state="draft", drafted_by=cast.secretary)
    rows["home"] = make_resident(household=make_household(make_building("3号楼", grid=cast.grid), "302"))
    rows["unit"], rows["posting"] = cast.unit, make_posting(place=place)
    return rows


def admin_page(row: Model, page: str, *more: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk, *more])


def of_the_secretary(desk: dict[str, Model]) -> Pages:
    change = ("in_review", "published", "sign-up", "honour", "notice", "community", "page")
    paths = {
        "index": "/admin/",
        "activities": "/admin/events/activity/",
        "activities none": "/admin/events/activity/?q=zzz",
        "sign-ups": "/admin/events/signup/",
        "add activity": "/admin/events/activity/add/",
        "add honour": "/admin/honours/honour/add/",
        "add residency": "/admin/grids/residency/add/",
        "add household": "/admin/grids/household/add/",
        "buildings": "/admin/grids/building/",
        "move": admin_page(desk["home"], "act", "move"),
        "household": admin_page(desk["home"].household, "change"),
        "partner unit": admin_page(desk["unit"], "change"),
        "agreement": admin_page(desk["unit"], "act", "sign"),
        "public entry": admin_page(desk["posting"], "act", "public_entry"),
        "handover": admin_page(desk["posting"], "act", "end"),
        **{f"change {name}": admin_page(desk[name], "change") for name in change},
        "times": admin_page(desk["published"], "act", "change_times"),
        "cancel": admin_page(desk["published"], "act", "cancel"),
        "history": admin_page(desk["draft"], "history"),
        "delete": admin_page(desk["venue"], "delete"),
        "preview of a page": admin_page(desk["page"], "preview"),
    }
    return {name: (path, 200) for name, path in paths.items()}


def of_the_clerk(desk: dict[str, Model]) -> Pages:
    return {
        "returned draft": (admin_page(desk["draft"], "change"), 200),
        "not for the clerk": (admin_page(desk["in_review"], "act", "publish"), 403),
        "404": ("/admin/events/activity/999999/change/", 404),
    }


def test_workbench_at_every_size(desk, cast, enter, watch):
    faults = []
    for user, pages in ((cast.secretary, of_the_secretary(desk)), (cast.clerk, of_the_clerk(desk))):
        page = enter(user, viewport=DESK)
        for name, (path, status) in pages.items():
            faults += faults_of(page, watch, f"{user} {name}", path, status, (DESK["width"], PHONE["width"]))
            page.set_viewport_size(PHONE)
            faults += [f"{user} {name} on a phone: {one}" for one in violations(page)]
            page.set_viewport_size(DESK)
    assert faults == []


def test_workbench_in_elder_mode(desk, cast, enter, watch):
    page, faults = elder(enter(cast.secretary, viewport=DESK), 1), []
    pages = of_the_secretary(desk)
    for name in ("index", "activities", "change published"):
        faults += faults_of(page, watch, f"elder {name}", *pages[name], (DESK["width"], PHONE["width"]))
        assert page.locator("body.ll-elder").count() == 1
    assert faults == []
