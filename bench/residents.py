"""People with accounts and sessions for bench.sign_up, made and counted inside the process.

Reads a JSON order on standard input: make (an activity and people), queries (of one sign-up), books (what was stored).
"""

import json
import sys
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402  apps first
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import Person, User  # noqa: E402
from bench.client import hidden_fields  # noqa: E402
from bench.server import DATABASE_PREFIX  # noqa: E402
from core import clock  # noqa: E402
from core.fields import new_public_id  # noqa: E402
from events.models import Activity, Quota, SignUp  # noqa: E402
from events.services import activities  # noqa: E402
from grids.models import Community  # noqa: E402

BACKEND = "accounts.backends.NameOrPhoneBackend"
STARTS_IN = timedelta(days=10)
LASTS = timedelta(hours=2)


def make_activity(capacity: int) -> Activity:
    """A published activity for everyone, open from now on, made by the system through the services."""
    starts_at = clock.now() + STARTS_IN
    activity = Activity(community=Community.objects.first(), title="Sign-up measured", place="-")
    activities.create(activity, by=None, starts_at=starts_at, ends_at=starts_at + LASTS, capacity=capacity)
    activities.submit(activity, by=None)
    activities.publish(activity, by=None)
    return activity


def make_people(number: int) -> list[str]:
    """New people with accounts; returns their session keys."""
    marks = [new_public_id() for _person in range(number)]
    persons = Person.objects.bulk_create([Person(name=f"bench {mark}", is_sample=True) for mark in marks])
    users = [User(username=f"bench-{mark}", person=person) for mark, person in zip(marks, persons, strict=True)]
    for user in users:
        user.set_unusable_password()
    return [session_of(user) for user in User.objects.bulk_create(users)]


def session_of(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


def make(people: int, capacity: int) -> dict[str, Any]:
    with transaction.atomic():
        activity = make_activity(capacity)
        return {"activity": activity.public_id, "sessions": make_people(people)}


def queries(activity: str) -> list[str]:
    """The statements of one sign-up that succeeds, once content types are known."""
    path = f"/activities/{activity}/sign-up/"
    made: list[str] = []
    for session in make_people(2):
        client = Client(SERVER_NAME="127.0.0.1")
        client.cookies["sessionid"] = session
        fields = hidden_fields(client.get(path).content.decode())
        with CaptureQueriesContext(connection) as captured:
            response = client.post(path, fields)
        if response.status_code != 302:
            raise SystemExit(f"the sign-up answers {response.status_code}")
        made = [query["sql"] for query in captured.captured_queries]
    return made


def books(activity: str) -> dict[str, int]:
    """Seats and parties of the activity as stored."""
    quota = Quota.objects.get(activity__public_id=activity)
    parties = SignUp.objects.filter(quota=quota).seated().count()
    return {"capacity": quota.capacity, "taken": quota.seats_taken, "parties": parties}


ORDERS = {"make": make, "queries": queries, "books": books}


def main() -> None:
    if not connection.settings_dict["NAME"].startswith(DATABASE_PREFIX):
        raise SystemExit("only a database of bench/ gets such people")
    order = json.load(sys.stdin)
    json.dump(ORDERS[order.pop("do")](**order), sys.stdout)


if __name__ == "__main__":
    main()
