"""Windows of a browser on a live server, watched for errors and for requests to other places; and a town to visit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.watch import PHONE, WAIT_MS, Watch
from tests.event_factories import make_activity
from tests.factories import make_community, make_grid, make_honour
from tests.personas import sign_in
from tests.stage import Stage, make_stage

expect.set_options(timeout=WAIT_MS)


@pytest.fixture
def watch(live_server):
    """What the windows of this test did that no page may do; must be empty at the end."""
    kept = Watch(live_server.url)
    yield kept
    assert kept.faults == []


@pytest.fixture
def enter(live_server, new_context, watch) -> Callable[..., Page]:
    """`enter(user, viewport=…, java_script_enabled=…)` opens a window of a browser of its own.

    Whoever is given is signed in already; without anybody it is a visitor with a phone.
    """

    def window(user: User | None = None, **options: Any) -> Page:
        context = new_context(**{"base_url": live_server.url, "viewport": PHONE, "reduced_motion": "reduce", **options})
        context.set_default_timeout(WAIT_MS)
        if user is not None:
            client = Client()
            sign_in(client, user)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        return watch.over(context.new_page())

    return window


@pytest.fixture
def five(live_server, cast) -> Stage:
    """Five communities: the two of the stage, and three with an activity, an honour and a grid each."""
    stage = make_stage(cast)
    for name, slug in (("丙社区", "bing"), ("丁社区", "ding"), ("戊社区", "wu")):
        community = make_community(name, slug=slug, region=cast.region)
        make_grid(f"{name}一网格", community=community)
        make_activity(f"{name}的义诊", community=community, starts_in=timedelta(days=1), place="文化广场")
        make_honour(f"{name}的奖状", community=community, level="national", year=2019)
    return stage
