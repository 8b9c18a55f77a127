"""Settings of every installation; what differs between two comes from the environment (docs/operations.md)."""

import base64
import binascii
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")

env = environ.Env()


# --- what must be given -------------------------------------------------------------------------------------------


def site_url(text: str) -> SplitResult:
    """https://host or http://host, with an optional port and nothing after it."""
    url = urlsplit(text.rstrip("/"))
    if url.scheme not in ("http", "https") or not url.hostname or url.path or url.query or url.username:
        raise ValueError("must look like https://linli.example.cn")
    return url


def secret(text: str) -> str:
    """A key of at least 32 characters."""
    if len(text) < 32:
        raise ValueError("must have at least 32 characters")
    return text


def fernet_keys(text: str) -> list[str]:
    """Fernet keys separated by commas; the first one encrypts, all decrypt."""
    keys = [key.strip() for key in text.split(",")]
    for key in keys:
        try:
            raw = base64.urlsafe_b64decode(key)
        except (binascii.Error, ValueError) as error:
            raise ValueError("must be Fernet keys separated by commas") from error
        if len(raw) != 32:
            raise ValueError("must be Fernet keys separated by commas")
    return keys


def versioned_keys(text: str) -> list[tuple[int, str]]:
    """`version:key` pairs separated by commas; the first one is current."""
    found = [re.fullmatch(r"(\d{1,4}):(\S{32,})", part.strip()) for part in text.split(",")]
    pairs = [(int(match[1]), match[2]) for match in found if match]
    if len(pairs) != len(found) or len({version for version, _key in pairs}) != len(pairs):
        raise ValueError("must be version:key pairs separated by commas, versions different, keys of 32 characters")
    return pairs


def read_required(readers: dict) -> list:
    """The values of all required variables; one error names every variable that is missing or unusable."""
    values, missing, wrong = [], [], []
    for name, reader in readers.items():
        text = env.str(name, default="").strip()
        if not text:
            missing.append(name)
            continue
        try:
            values.append(reader(text))
        except ValueError as error:
            wrong.append(f"{name} {error}")
    if missing:
        wrong.insert(0, "missing environment variables: " + ", ".join(missing))
    if wrong:
        raise ImproperlyConfigured("; ".join(wrong))
    return values


_site, SECRET_KEY, FIELD_KEYS, BLIND_KEYS, SEAL_KEY = read_required(
    {
        "SITE_URL": site_url,
        "SECRET_KEY": secret,
        "FIELD_KEYS": fernet_keys,
        "BLIND_KEYS": versioned_keys,
        "SEAL_KEY": secret,
    }
)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# --- what follows from the address --------------------------------------------------------------------------------

SITE_URL = _site.geturl()
SITE_IS_SECURE = _site.scheme == "https"
_host = f"[{_site.hostname}]" if ":" in _site.hostname else _site.hostname
SITE_IS_LOOPBACK = _host in LOOPBACK_HOSTS
ALLOWED_HOSTS = list(LOOPBACK_HOSTS) if SITE_IS_LOOPBACK else [_host]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SITE_IS_SECURE
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if SITE_IS_SECURE else 0
# Whether other names of the domain speak https too is not ours to say.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
# account.W001: a phone that is required would bar staff without one (the form itself asks for it).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "account.W001"]
# The proxy in front must overwrite this header (docs/operations.md); plain http sites have none and trust none.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SITE_IS_SECURE else None

# --- switches -----------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="")
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=True)
# The filing number that a public site in China shows on every page; empty until it is granted.
FILING_NUMBER = env.str("FILING_NUMBER", default="")

# --- parts --------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "events",
    "honours",
    "volunteers",
    "stories",
    "grids",
    "accounts",
    "core",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "portal.staticfiles.StaticFiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "js_lib_bootstrap5",
    "lucide",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.RejectBadInput",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "grids.scope.ScopeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SeenSession",
    "portal.middleware.Look",
    "portal.middleware.Refusals",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.site",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- database, cache, mail ----------------------------------------------------------------------------------------


def database_options(database: dict) -> dict:
    """`database` with what each engine needs to be safe under several workers; time-outs are added in wsgi.py."""
    options = database.setdefault("OPTIONS", {})
    if database["ENGINE"] == "django.db.backends.sqlite3":
        options["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        options["transaction_mode"] = "IMMEDIATE"
        options["timeout"] = 20
    else:
        options.setdefault("connect_timeout", 3)
        database["CONN_HEALTH_CHECKS"] = True
        database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
    return database


DATABASES = {"default": database_options(env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}"))}
CACHES = {"default": env.cache_url("CACHE_URL", default="dbcache://linli_cache")}
if CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
    # The limits of sign-in live here; with Django's 300 rows, many requests would push out what they count.
    CACHES["default"].setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 100_000)

# Fragments of public pages, in each worker's memory (core.fragments); 1,000 of them are about 5 MB.
CACHES["fragments"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "fragments",
    "OPTIONS": {"MAX_ENTRIES": 1_000},
}

_email = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = _email["EMAIL_BACKEND"], _email["EMAIL_HOST"], _email["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_USER"] or "", _email["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _email.get("EMAIL_USE_TLS", False), _email.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _email["EMAIL_FILE_PATH"]
EMAIL_TIMEOUT = 10
# Where text messages go (accounts.sms): the class of a gateway, or the terminal, or a folder.
SMS_BACKEND = env.str("SMS_BACKEND", default="accounts.sms.ConsoleBackend")
SMS_FOLDER = env.path("SMS_FOLDER", default=str(BASE_DIR / "sms"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default=f"linli@{_site.hostname}")

# --- people and sessions ------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.NameOrPhoneBackend"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "change_password": "accounts.forms.OtherPasswordForm",
    "set_password": "accounts.forms.NewPasswordForm",
    "reauthenticate": "accounts.forms.OwnPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone", "password1"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "accounts.second_factor.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
# Steps of 30 seconds by which the clocks of phone and server may differ.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Addresses of e-mail are kept in our own table, not in allauth's.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# A code by text message: how long it counts, how often it may be typed wrongly, and how often another one is sent.
CODE_SECONDS = 600
CODE_TRIES = 3
CODES_AGAIN = 3
# How long after signing in, in seconds, no further proof is asked for: time enough to install an app on a phone.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
# Whole neighbourhoods share one address of a mobile network: limits by address are wide, those by number narrow.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "30/m/ip,5/5m/key",
    "signup": "30/m/ip",
    "change_phone": "5/m/user",
    "verify_phone": "1/m/key,20/m/ip",
    "sms_hour": "5/h/key,120/h/ip",
    "sms_day": "10/d/key,600/d/ip",
    "code": f"{CODE_TRIES}/15m/key",
    "email_code": "5/h/user,1/m/key",
    "email_try": "5/15m/key",
}
# How many proxies in front add to X-Forwarded-For; too many, and a visitor names any address (docs/operations.md).
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if SITE_IS_SECURE else 0)
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "phone")},
    },
    {"NAME": "accounts.validators.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:me"
LOGOUT_REDIRECT_URL = "portal:home"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "portal.sessions.EncryptedSerializer"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"

# --- language and time --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- files --------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static_root"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.staticfiles.Storage"},
}
MEDIA_URL = "/media/"
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))
# Prefix of an internal location of the web server that then sends the file itself (X-Accel-Redirect); empty: we do.
MEDIA_ACCEL = env.str("MEDIA_ACCEL", default="")
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 20
# The whole of a request's body with its files, in bytes; refused before it is read.
REQUEST_MAX_BYTES = 26_214_400

# --- what browsers are told ---------------------------------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# data: because Bootstrap draws ticks and arrows with it (ui.md).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}

# --- log ----------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "masked": {"()": "portal.logs.MaskingFormatter", "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "filters": {"without_traceback": {"()": "portal.logs.WithoutTraceback"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "masked"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Django's own handlers would write the same lines again, unmasked, or mail them.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"handlers": [], "filters": ["without_traceback"], "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    },
}

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
