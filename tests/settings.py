"""The project's settings with fixed keys, fast passwords and a database of its own for each process."""

import os
import tempfile
from pathlib import Path

# Made up for tests; used nowhere else.
for name, value in {
    "SITE_URL": "http://127.0.0.1:8000",
    "SECRET_KEY": "tests-only-secret-key-0123456789abcdefghijklmnop",
    "FIELD_KEYS": "dGVzdHMtb25seS1maWVsZC1rZXktMDEyMzQ1Njc4OTA=",
    "BLIND_KEYS": "1:tests-only-blind-index-key-0123456789abcdef",
    "SEAL_KEY": "tests-only-seal-key-0123456789abcdefghijklmnop",
}.items():
    os.environ[name] = value
for name in (
    "DEBUG",
    "DEMO",
    "DEMO_PASSWORD",
    "STAFF_SECOND_FACTOR",
    "SECRET_KEY_FALLBACKS",
    "MEDIA_ACCEL",
    "TRUSTED_PROXY_COUNT",
):
    os.environ.pop(name, None)
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or "sqlite:///tests.sqlite3"
os.environ["CACHE_URL"] = "locmemcache://"
os.environ["EMAIL_URL"] = "memorymail://"
os.environ["SMS_BACKEND"] = "accounts.sms.MemoryBackend"

from portal.settings import *  # noqa: E402, F403
from portal.settings import DATABASES, INSTALLED_APPS  # noqa: E402

# In memory where the machine offers it; the process id keeps runs side by side apart. tests/conftest.py makes it.
_fast = Path("/dev/shm")
TESTS_DIR = (_fast if _fast.is_dir() else Path(tempfile.gettempdir())) / f"linli-tests-{os.getpid()}"

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not the shared in-memory database: threads then meet the locks of production.
    DATABASES["default"]["NAME"] = ":memory:"
    DATABASES["default"]["TEST"] = {"NAME": str(TESTS_DIR / "tests.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    # Runs side by side (bin/test) have a database each.
    if _part := os.environ.get("TEST_PART"):
        DATABASES["default"]["TEST"] = {"NAME": f"test_{DATABASES['default']['NAME']}_{_part}"}
    # Nobody reads the database of the tests after a crash of the server.
    DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Under its own name, so that the live server of the tests serves uncollected files.
INSTALLED_APPS = [
    "django.contrib.staticfiles" if app == "portal.staticfiles.StaticFiles" else app for app in INSTALLED_APPS
]
STATIC_ROOT = TESTS_DIR / "static"
MEDIA_ROOT = TESTS_DIR / "media"
