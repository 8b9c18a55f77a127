"""Journey of staff through the second factor: set up at the first sign-in, then a code, then a recovery code."""

import base64
import hashlib
import hmac
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from core.models import AuditEntry
from tests.browser.watch import PHONE, Watch, basics, sideways, violations
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STEP_SECONDS = 30


def app(key: str, *, steps: int = 0) -> str:
    """What an authenticator app shows for a typed key (RFC 6238 with its defaults), written anew from the standard."""
    secret = base64.b32decode(key.replace(" ", ""))
    counter = (int(time.time()) // STEP_SECONDS + steps).to_bytes(8)
    digest = hmac.digest(secret, counter, hashlib.sha1)
    start = digest[-1] & 0x0F
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 10**6:06d}"


@pytest.mark.parametrize(
    ("seconds", "shown"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_app_of_this_test_keeps_the_vectors_of_the_standard(monkeypatch, seconds, shown):
    """RFC 6238, appendix B, the last six digits of those with SHA-1."""
    monkeypatch.setattr(time, "time", lambda: seconds)
    assert app(base64.b32encode(b"12345678901234567890").decode()) == shown


def type_password(page: Page, user: User) -> None:
    page.goto("/admin/events/activity/")
    page.get_by_label("用户名或手机号").fill(user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()


def type_code(page: Page, code: str) -> None:
    page.get_by_label("验证码").fill(code)
    page.get_by_role("main").get_by_role("button", name="登录").click()


def sign_out(page: Page) -> None:
    page.goto("/me/")
    page.get_by_role("main").get_by_role("button", name="退出").click()


def looks_right(page: Page, watch: Watch, heading: str, *, scripts: bool) -> None:
    """It is the page with this heading, and it is well made, which only a window with scripts can tell."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    if scripts:
        watch.muted = True
        assert [*basics(page), *violations(page), *sideways(page, 320)] == []
        page.set_viewport_size(PHONE)
        watch.muted = False


def set_up(page: Page) -> str:
    """Scan, type a wrong code, then the right one; returns the key."""
    key = page.locator("#key").inner_text()
    assert page.get_by_alt_text("二维码，内容就是下面的密钥").evaluate("one => one.complete && one.naturalWidth") > 0
    page.get_by_label("六位验证码").fill("000000")
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_role("alert")).to_contain_text("验证码不对")
    assert page.locator("#key").inner_text() == key
    page.get_by_label("六位验证码").fill(app(key))
    page.get_by_role("button", name="确认").click()
    return key


def keep_codes(page: Page) -> list[str]:
    """Save the recovery codes as a file; returns them."""
    codes = page.locator("#codes li").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("link", name="保存成文件").click()
    saved = Path(download.value.path()).read_text(encoding="utf-8").split()
    assert len(codes) == 10 and saved[-10:] == codes
    page.get_by_role("link", name="我已存好，继续").click()
    return codes


@pytest.mark.parametrize("scripts", [True, False], ids=["with_scripts", "without_scripts"])
def test_staff_set_up_sign_in_with_a_code_and_with_a_recovery_code(cast, enter, watch, scripts):
    page, wanted = enter(java_script_enabled=scripts), re.compile(r"/admin/events/activity/$")
    type_password(page, cast.clerk)
    looks_right(page, watch, "设置两步验证", scripts=scripts)
    key = set_up(page)
    looks_right(page, watch, "备用码", scripts=scripts)
    codes = keep_codes(page)
    expect(page).to_have_url(wanted)

    sign_out(page)
    type_password(page, cast.clerk)
    looks_right(page, watch, "登录的第二步", scripts=scripts)
    code = app(key, steps=1)
    type_code(page, code)
    expect(page).to_have_url(wanted)

    sign_out(page)
    type_password(page, cast.clerk)
    type_code(page, code)
    expect(page.get_by_role("alert")).to_contain_text("已经用过")
    type_code(page, codes[4])
    expect(page).to_have_url(wanted)
    expect(page.locator(".messagelist")).to_contain_text("还剩 9 个")
    seen = AuditEntry.objects.filter(object_id=cast.clerk.pk, actor=cast.clerk).order_by("pk")
    assert list(seen.values_list("verb", flat=True)) == ["activate_factor", "use_recovery_code"]
