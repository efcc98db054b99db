"""Django settings. What an operator may change is in `config.py`; the rest is decided here, each with its reason."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from pydantic import ValidationError

from giaoban.project.config import Config
from giaoban.project.logs import configuration

try:
    CONFIG = Config()
except ValidationError as error:
    problems = "; ".join(f"GIAOBAN_{'_'.join(str(p) for p in e['loc']).upper()}: {e['msg']}" for e in error.errors())
    raise ImproperlyConfigured(f"giaoban.E001 Bad settings: {problems}") from error

PACKAGE = Path(__file__).resolve().parent.parent
GIAOBAN_HOME = CONFIG.home.resolve()


def _secret_key() -> str:
    """The operator's key, or one made once in home (0600) so that a newcomer's sessions survive a restart."""
    if CONFIG.secret_key is not None:
        return CONFIG.secret_key.get_secret_value()
    file = GIAOBAN_HOME / "secret.key"
    if not file.exists():
        GIAOBAN_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return file.read_text(encoding="ascii").strip()


SECRET_KEY = _secret_key()
DEBUG = CONFIG.debug
ALLOWED_HOSTS = [host.strip() for host in CONFIG.allowed_hosts.split(",") if host.strip()]

INSTALLED_APPS = [
    "axes",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "giaoban.common",
    "giaoban.web",
    "giaoban.agencies",
    "giaoban.regulations",
    "giaoban.dispatches",
    "giaoban.partners",
    "giaoban.correspondence",
    "giaoban.reports",
    "giaoban.tasks",
    "giaoban.conferences",
    "giaoban.archive",
    "giaoban.desk",
    "giaoban.api",
    "giaoban.project",
]

MIDDLEWARE = [
    "giaoban.project.logs.RequestLogMiddleware",
    # the three that add headers stand outside whatever may refuse, so that every answer has them
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "giaoban.agencies.middleware.AgencyMiddleware",
    "giaoban.project.guard.PlainAddressMiddleware",
    "giaoban.agencies.middleware.PolicyMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "giaoban.project.urls"
POLICY_TABLE = "giaoban.project.policy.table"
"""Where the middleware finds the merged policy table: rooms below may not import the project."""
WSGI_APPLICATION = "giaoban.project.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "giaoban.agencies.context.page",
                "giaoban.partners.context.banners",
            ],
            "builtins": ["giaoban.web.templatetags.web", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]


def _database() -> dict[str, Any]:
    """SQLite in home by default; PostgreSQL by URL.

    SQLite keeps its rollback journal and `synchronous=FULL`: acknowledged means durable, and the WAL-reset fault of
    SQLite before 3.51.3 cannot happen (ADR-0007). Writers queue on BEGIN IMMEDIATE instead of failing halfway.
    """
    if not CONFIG.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": GIAOBAN_HOME / "giaoban.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
            "CONN_MAX_AGE": None,
        }
    parts = urlsplit(CONFIG.database_url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "giaoban.E002 GIAOBAN_DATABASE_URL must start with postgresql:// — leave it empty to use SQLite."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "agencies.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_MIN_LENGTH = 12
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "agencies:sign-in"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "agencies:sign-in"

AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_LOCKOUT_CALLABLE = "giaoban.agencies.views.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "Giao Ban"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
USE_I18N = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
DATE_INPUT_FORMATS = ["%d/%m/%Y", "%Y-%m-%d"]

STATIC_URL = "static/"
STATIC_ROOT = None
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 86400

SESSION_COOKIE_AGE = 8 * 3600  # a working day
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.https
SESSION_COOKIE_NAME = "giaoban_session"
CSRF_COOKIE_NAME = "giaoban_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "giaoban.web.views.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG.https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.https else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
MAX_UPLOAD_BYTES = 20 * 1024 * 1024


LOGGING = configuration(debug=DEBUG)
