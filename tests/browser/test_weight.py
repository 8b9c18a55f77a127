"""What a first visit costs a phone: at most 100 kB in 8 requests, nothing from elsewhere (ui.md §7, budgets.md)."""

import gzip

import pytest
from playwright.sync_api import Response

from core import clock
from events.models import Activity
from portal.demo.load import load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BYTES = 100_000
REQUESTS = 8
PACKED_ALREADY = ("image/webp", "image/png", "image/jpeg")


def transferred(response: Response) -> int:
    """Bytes of the body packed, as WhiteNoise and the server in front send it."""
    body = response.body()
    plain = response.headers.get("content-type", "").startswith(PACKED_ALREADY)
    return len(body) if plain else len(gzip.compress(body, 6))


def test_first_visit_is_light(live_server, enter):
    load(password="")
    activity = Activity.objects.public().filter(starts_at__gt=clock.now()).first()
    for path in ("/", activity.get_absolute_url()):
        page, responses = enter(), []
        page.on("response", lambda response, seen=responses: seen.append(response))
        page.goto(path, wait_until="networkidle")
        weights = {response.url.removeprefix(live_server.url): transferred(response) for response in responses}
        assert {response.status for response in responses} == {200}, weights
        assert all(address.startswith("/") for address in weights), weights
        assert len(responses) <= REQUESTS, weights
        assert sum(weights.values()) <= BYTES, weights
