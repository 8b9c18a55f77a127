"""The control of bench.sign_up: a bare Django view that does the two seat statements and nothing else.

Insert the party, then take the seat by a conditional UPDATE, in one transaction: the order of the real service, so
that the contested row is locked as shortly. No templates, and as `application` no sessions, accounts or middleware.
With BENCH_CONTROL=1 the project's own settings serve these addresses, so that `mine` costs what every POST of somebody
signed in costs before a view begins.
"""

import os

import django
from django.conf import settings
from environ import Env

OPTIONS = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
if not settings.configured:
    settings.configure(
        SECRET_KEY=os.environ["SECRET_KEY"],
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": {**Env.db_url_config(os.environ["DATABASE_URL"]), **OPTIONS}},
        USE_TZ=True,
    )
    django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402  the settings come first
from django.db import connection, models, transaction  # noqa: E402
from django.db.models import F, Q  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402


class ControlQuota(models.Model):
    capacity = models.PositiveIntegerField()
    seats_taken = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "bench_control"
        constraints = [models.CheckConstraint(condition=Q(seats_taken__lte=F("capacity")), name="control_not_over")]


class ControlSignUp(models.Model):
    quota = models.ForeignKey(ControlQuota, on_delete=models.PROTECT)
    person = models.PositiveIntegerField()

    class Meta:
        app_label = "bench_control"
        constraints = [models.UniqueConstraint(fields=["quota", "person"], name="control_once")]


class Full(Exception):
    """No seat was free; undoes the party."""


def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def seat(request: HttpRequest, quota: int, person: int) -> HttpResponse:
    """One party, one seat: 302 when it was taken, 409 when none was free."""
    try:
        with transaction.atomic():
            ControlSignUp.objects.create(quota_id=quota, person=person)
            free = ControlQuota.objects.filter(pk=quota, seats_taken__lt=F("capacity"))
            if not free.update(seats_taken=F("seats_taken") + 1):
                raise Full
    except Full:
        return HttpResponse(status=409)
    return HttpResponse(status=302)


def mine(request: HttpRequest, quota: int) -> HttpResponse:
    """The same for whoever is signed in."""
    return seat(request, quota, request.user.pk) if request.user.is_authenticated else HttpResponse(status=403)


def make(request: HttpRequest, capacity: int) -> HttpResponse:
    """A new quota, and the tables for it where they are missing; answers its number."""
    if ControlQuota._meta.db_table not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(ControlQuota)
            editor.create_model(ControlSignUp)
    return HttpResponse(str(ControlQuota.objects.create(capacity=capacity).pk))


def books(request: HttpRequest, quota: int) -> HttpResponse:
    taken = ControlQuota.objects.get(pk=quota).seats_taken
    return HttpResponse(f"{taken} {ControlSignUp.objects.filter(quota=quota).count()}")


urlpatterns = [
    path("livez", livez),
    path("make/<int:capacity>/", make),
    path("seat/<int:quota>/<int:person>/", seat),
    path("mine/<int:quota>/", mine),
    path("books/<int:quota>/", books),
]
application = WSGIHandler()
