"""Checks of the portal that a public site has to pass; those of the demonstration are in test_demo_guard."""

import pytest

from portal.checks import check_text_messages

CONSOLE = "accounts.sms.ConsoleBackend"


@pytest.mark.parametrize(
    ("loopback", "backend", "found"),
    [(False, CONSOLE, ["portal.W001"]), (False, "city.sms.Gateway", []), (True, CONSOLE, [])],
)
def test_codes_are_not_printed_on_a_public_site(settings, loopback, backend, found):
    settings.SITE_IS_LOOPBACK, settings.SMS_BACKEND = loopback, backend
    assert [one.id for one in check_text_messages(None)] == found
