"""Settings read from the environment, in a process of their own."""

import json
import os
import subprocess
import sys

import pytest

from portal import wsgi

REQUIRED = {name: os.environ[name] for name in ("SITE_URL", "SECRET_KEY", "FIELD_KEYS", "BLIND_KEYS", "SEAL_KEY")}


def load(names, **environment):
    """The named settings of a fresh process, or the last line of its error."""
    code = f"import json; from portal import settings as s; print(json.dumps({{n: getattr(s, n) for n in {names!r}}}))"
    result = subprocess.run(
        [sys.executable, "-c", code], env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True
    )
    return json.loads(result.stdout) if result.returncode == 0 else result.stderr.strip().splitlines()[-1]


def test_missing_variables_are_named_at_once():
    error = load(["DEBUG"], SECRET_KEY=REQUIRED["SECRET_KEY"])
    assert error.endswith("missing environment variables: SITE_URL, FIELD_KEYS, BLIND_KEYS, SEAL_KEY")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "linli.example.cn"),
        ("SITE_URL", "https://linli.example.cn/path"),
        ("SECRET_KEY", "short"),
        ("FIELD_KEYS", "not-a-fernet-key"),
        ("BLIND_KEYS", "a-key-without-its-version-0123456789abcdef"),
        ("BLIND_KEYS", f"1:{'a' * 32},1:{'b' * 32}"),
    ],
)
def test_unusable_variable_is_named(name, value):
    assert f"ImproperlyConfigured: {name} must" in load(["DEBUG"], **{**REQUIRED, name: value})


def test_https_address_makes_everything_secure():
    names = [
        "ALLOWED_HOSTS",
        "CSRF_TRUSTED_ORIGINS",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SECURE_PROXY_SSL_HEADER",
        "DEBUG",
        "STAFF_SECOND_FACTOR",
    ]
    assert load(names, **{**REQUIRED, "SITE_URL": "https://linli.example.cn/"}) == {
        "ALLOWED_HOSTS": ["linli.example.cn"],
        "CSRF_TRUSTED_ORIGINS": ["https://linli.example.cn"],
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "DEBUG": False,
        "STAFF_SECOND_FACTOR": True,
    }


def test_loopback_address_allows_its_other_names_and_trusts_no_proxy():
    names = ["ALLOWED_HOSTS", "SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_PROXY_SSL_HEADER"]
    assert load(names, **{**REQUIRED, "SITE_URL": "http://localhost:8123"}) == {
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "[::1]"],
        "SESSION_COOKIE_SECURE": False,
        "SECURE_SSL_REDIRECT": False,
        "SECURE_PROXY_SSL_HEADER": None,
    }


@pytest.mark.parametrize(
    ("url", "given", "count"),
    [
        ("https://linli.example.cn", {}, 1),
        ("http://127.0.0.1:8000", {}, 0),
        ("https://linli.example.cn", {"TRUSTED_PROXY_COUNT": "2"}, 2),
    ],
)
def test_proxies_in_front_are_counted(url, given, count):
    found = load(["ALLAUTH_TRUSTED_PROXY_COUNT"], **{**REQUIRED, "SITE_URL": url, **given})
    assert found == {"ALLAUTH_TRUSTED_PROXY_COUNT": count}


def test_keys_are_read_in_order():
    keys = {"FIELD_KEYS": f"{'A' * 43}=,{'B' * 43}=", "BLIND_KEYS": f"2:{'n' * 32}, 1:{'o' * 32}"}
    assert load(["FIELD_KEYS", "BLIND_KEYS"], **{**REQUIRED, **keys}) == {
        "FIELD_KEYS": ["A" * 43 + "=", "B" * 43 + "="],
        "BLIND_KEYS": [[2, "n" * 32], [1, "o" * 32]],
    }


def test_sqlite_runs_with_wal_and_immediate():
    database = load(["DATABASES"], **REQUIRED, DATABASE_URL="sqlite:////tmp/x.sqlite3")["DATABASES"]["default"]
    assert (database["NAME"], database["OPTIONS"]) == (
        "/tmp/x.sqlite3",
        {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
    )


def test_postgresql_checks_connections_and_has_no_time_outs_for_commands():
    database = load(["DATABASES"], **REQUIRED, DATABASE_URL="postgres://u@h/linli")["DATABASES"]["default"]
    assert (database["CONN_HEALTH_CHECKS"], database["CONN_MAX_AGE"], database["OPTIONS"]) == (
        True,
        600,
        {"connect_timeout": 3},
    )


def test_requests_get_time_outs_on_postgresql():
    database = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {"connect_timeout": 3}}
    wsgi.limit_statements(database)
    assert database["OPTIONS"]["options"] == (
        "-c statement_timeout=5000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=30000"
    )


def test_cache_is_a_table_unless_redis_is_given():
    assert load(["CACHES"], **REQUIRED)["CACHES"]["default"] == {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "linli_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
    assert load(["CACHES"], **REQUIRED, CACHE_URL="redis://h:6379/1")["CACHES"]["default"] == {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://h:6379/1",
    }


def test_mail_server_is_read_from_its_address():
    names = ["EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_USE_TLS", "EMAIL_TIMEOUT"]
    assert load(names, **REQUIRED, EMAIL_URL="smtp+tls://me:pw@mail.example.cn:587") == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example.cn",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "me",
        "EMAIL_USE_TLS": True,
        "EMAIL_TIMEOUT": 10,
    }
