"""Settings, read once from the environment (and from `.env` beside `manage.py`, which never overrides it).

| variable           | type | default                      | what it is |
|--------------------|------|------------------------------|---|
| SECRET_KEY         | str  | none: refuses to start       | signs sessions, form tokens and addresses |
| FIELD_KEYS         | list | empty: enquiries answer 503  | `id:base64` of 32 bytes each, newest first |
| DEBUG              | bool | off                          | debug pages; never where others can reach it |
| SITE_URL           | url  | http://127.0.0.1:8000        | public address; https: HSTS and secure cookies |
| ALLOWED_HOSTS      | list | the host of SITE_URL         | further host names that may be asked for |
| DATABASE_URL       | url  | SQLite in DATA_DIR           | `postgres://user:password@host:5432/name` in production |
| DATA_DIR           | path | var                          | SQLite file, uploaded media and collected static files |
| MEDIA_STORAGE      | str  | core.storage.WholeFileStorage, a folder in DATA_DIR | a Django storage for uploads |
| MEDIA_STORAGE_OPTIONS | json | {}                        | the options of that storage |
| EMAIL_URL          | url  | consolemail:// (debug only)  | `smtp+tls://user:password@host:587` |
| DEFAULT_FROM_EMAIL | str  | none: required outside debug | sender of every mail |
| STAFF_EMAIL        | list | empty                        | where notices of enquiries go, one each |
| LEAD_EMAIL         | list | empty                        | the same, of enquiries about somebody who works here |
| EDITORS_EMAIL      | list | STAFF_EMAIL                  | where notices of mistakes that readers report go |
| BANK_HOLIDAYS      | str  | ENG                          | whose count: ENG, WLS, SCT or NIR |
| CACHE_URL          | url  | locmemcache://               | where finished pages are kept; Redis for several machines |
| RELEASE            | str  | another at every start       | names the code, for machines that share CACHE_URL |
| TRUSTED_PROXIES    | int  | 0                            | proxies in front that append to X-Forwarded-For |
| LOG_LEVEL          | str  | INFO                         | level of the JSON log on standard output |
"""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_prose_editor.config import html_tags
from js_asset import static_lazy

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()


@contextmanager
def refusing(message: str) -> Iterator[None]:
    """Let the site end with this line, which says what to do, where a variable cannot be read."""
    try:
        yield
    except (ImproperlyConfigured, ValidationError, ValueError, KeyError, OSError) as error:
        raise ImproperlyConfigured(message) from error


def required(name: str, what_to_do: str, *, in_debug: str) -> str:
    """The value of a variable without which the site must not start, unless DEBUG is on."""
    value = env.str(name, default="") or (in_debug if DEBUG else "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {what_to_do}")
    return value


def mail_addresses(name: str, *texts: str) -> list[str]:
    """Addresses that mail can be sent to or from, each with a name before it or without."""
    with refusing(f"{name} must hold mail addresses like office@example.org."):
        for text in texts:
            validate_email(parseaddr(text)[1])
    return list(texts)


with refusing("The file .env cannot be read. Write it anew from .env.example."):
    # ENV_FILE is for tests, which read an empty one.
    env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))

_debug = env.str("DEBUG", default="off").strip().lower()
if _debug not in {"on", "off", "true", "false", "yes", "no", "1", "0", ""}:
    raise ImproperlyConfigured("DEBUG must be on or off.")
DEBUG = _debug in {"on", "true", "yes", "1"}

SECRET_KEY = required(
    "SECRET_KEY",
    "Set it to at least 50 random characters in the environment or in .env.",
    in_debug="debug-only-not-a-secret-" + "x" * 40,
)
if len(SECRET_KEY) < 50 and not DEBUG:
    raise ImproperlyConfigured("SECRET_KEY is too short. Set it to at least 50 random characters.")

# Judged by core.encryption when it is first used, so that a wrong key closes the enquiry form and not the whole site.
FIELD_KEYS = env.list("FIELD_KEYS", default=[])

with refusing("SITE_URL must be an address like https://www.example.org, without a path."):
    _site = urlsplit(env.str("SITE_URL", default="http://127.0.0.1:8000"))
    # Asking for the port judges it.
    is_address = _site.scheme in {"http", "https"} and _site.hostname and _site.port != 0
    if not is_address or _site.path.strip("/") or _site.query:
        raise ValueError
SITE_URL = f"{_site.scheme}://{_site.netloc}"
IS_HTTPS = _site.scheme == "https"
ALLOWED_HOSTS = [_site.hostname, *env.list("ALLOWED_HOSTS", default=[])]
# Also on a server: whoever watches over the site asks it for its health there.
ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
with refusing("TRUSTED_PROXIES must be a number, 0 when nothing stands in front."):
    TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
    if TRUSTED_PROXIES < 0:
        raise ValueError

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()

# Applications ------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    # Ours come first so that their admin templates win over the stock ones.
    "core",
    "publishing",
    "articles",
    "campaigns",
    "enquiries",
    "feedback",
    "pages",
    "content_editor",
    "django_prose_editor",
    "crispy_forms",
    "reversion",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    # FORM_RENDERER finds the stock widgets through it.
    "django.forms",
]

MIDDLEWARE = [
    "core.deadline.DeadlineMiddleware",
    "core.middleware.request_log.RequestLogMiddleware",
    "core.middleware.headers.HttpsMiddleware",
    "core.middleware.compress.CompressMiddleware",
    # Behind the redirect to https; outside everything else, so that what it keeps is finished.
    "core.middleware.page_cache.PageCacheMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.bad_input.BadInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "core.resubmit.ResubmitMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "core.brand.brand",
                "pages.context_processors.layout",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["site"]
CRISPY_TEMPLATE_PACK = "site"

# Database ----------------------------------------------------------------------------------------------------------

with refusing("DATABASE_URL must look like postgres://user:password@host:5432/name or sqlite:////folder/file.sqlite3."):
    if env.str("DATABASE_URL", default="sqlite:").partition(":")[0] not in {"postgres", "postgresql", "sqlite"}:
        raise ValueError
    _database = env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")

# Django's own, which wait for a locked database no longer than a request may.
_database["ENGINE"] = _database["ENGINE"].replace("django.db.backends.", "core.backends.")
if _database["ENGINE"] == "core.backends.sqlite3":
    # TRUST F6: with synchronous=NORMAL a power cut lost acknowledged rows in 353 of 400 images, with FULL in none.
    # core.checks refuses to start when a connection does not have these.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        # For workers and commands. A request waits less: core.deadline.
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
        ),
    }
else:
    _database["CONN_HEALTH_CHECKS"] = True
    # A server that has fallen silent is given up within seconds, so that visitors get the page with telephone numbers
    # and not an endless wait. What stands in DATABASE_URL goes before these.
    _database["OPTIONS"] = {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        **_database.get("OPTIONS", {}),
    }
# Kept open on both: opening SQLite costs its pragmas, PostgreSQL a handshake.
_database["CONN_MAX_AGE"] = 600
DATABASES = {"default": _database}

# Kept pages --------------------------------------------------------------------------------------------------------

# Django's memory of the process, bounded in bytes, unless CACHE_URL names a store that several machines share.
with refusing("CACHE_URL must look like rediscache://127.0.0.1:6379/0 or locmemcache://."):
    CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}
if CACHES["default"]["BACKEND"].endswith("LocMemCache"):
    CACHES["default"]["BACKEND"] = "core.cache.MemoryCache"
if CACHES["default"]["BACKEND"].endswith("RedisCache"):
    # A page is made in milliseconds: no reader waits longer than this for a kept one.
    CACHES["default"]["OPTIONS"] = {
        "socket_timeout": 0.2,
        "socket_connect_timeout": 0.2,
        **CACHES["default"].get("OPTIONS", {}),
    }
# Pages are kept under it. Machines that share a store and its pages share this too; another for every update.
RELEASE = env.str("RELEASE", default="") or secrets.token_hex(4)

# Files -------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
with refusing('MEDIA_STORAGE_OPTIONS must be JSON like {"bucket_name": "media"}.'):
    _media_options = env.json("MEDIA_STORAGE_OPTIONS", default={})
STORAGES = {
    "default": {
        "BACKEND": env.str("MEDIA_STORAGE", default="core.storage.WholeFileStorage"),
        "OPTIONS": _media_options,
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "core.staticfiles.StaticStorage"
        )
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Icons, at the addresses that browsers try: collectstatic draws them.
WHITENOISE_ROOT = STATIC_ROOT / "root"
# The site itself sends every file, after it has asked whether it may be seen.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FILES = 5

# Mail --------------------------------------------------------------------------------------------------------------

_email_url = required(
    "EMAIL_URL",
    "Set it to your mail server, for example smtp+tls://user:password@mail.example.org:587.",
    in_debug="consolemail://",
)
with refusing("EMAIL_URL must look like smtp+tls://user:password@mail.example.org:587 or filemail:///folder."):
    vars().update(env.email_url_config(_email_url))
    if _email_url.startswith("smtp") and not vars().get("EMAIL_HOST"):
        raise ValueError
    if "EMAIL_FILE_PATH" in vars():
        # Three slashes name a folder of the project, four one of the machine. The working directory does not matter.
        EMAIL_FILE_PATH = str(BASE_DIR / vars()["EMAIL_FILE_PATH"])
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = required(
    "DEFAULT_FROM_EMAIL",
    "Set it to the sender of the site's mail, for example office@example.org.",
    in_debug="office@children-first.example",
)
mail_addresses("DEFAULT_FROM_EMAIL", DEFAULT_FROM_EMAIL)
STAFF_EMAIL = mail_addresses("STAFF_EMAIL", *env.list("STAFF_EMAIL", default=[]))
LEAD_EMAIL = mail_addresses("LEAD_EMAIL", *env.list("LEAD_EMAIL", default=[]))
EDITORS_EMAIL = mail_addresses("EDITORS_EMAIL", *env.list("EDITORS_EMAIL", default=STAFF_EMAIL))

# Enquiries ---------------------------------------------------------------------------------------------------------

# On these days nobody is there to answer an enquiry.
BANK_HOLIDAYS = env.str("BANK_HOLIDAYS", default="ENG").upper()
if BANK_HOLIDAYS not in {"ENG", "WLS", "SCT", "NIR"}:
    raise ImproperlyConfigured("BANK_HOLIDAYS must be ENG, WLS, SCT or NIR.")

# Background work -----------------------------------------------------------------------------------------------------

# Longer than a mail can take, which waits for four replies of the server and one to say goodbye: a slow server must not
# outlast the lease, or the mail goes twice. Short enough that a dead worker's jobs wait under two minutes.
JOBS_LEASE_SECONDS = 5 * EMAIL_TIMEOUT + 10
JOBS_BACKOFF_BASE_SECONDS = 10
JOBS_BACKOFF_MAX_SECONDS = 3600
JOBS_GIVE_UP_HOURS = 72

# Topics belong to publishing, and their page to the room that lists what is filed under them.
ABSOLUTE_URL_OVERRIDES = {"publishing.topic": lambda topic: reverse("articles:topic", args=[topic.slug])}

# Staff sign-in -----------------------------------------------------------------------------------------------------

LOGIN_URL = "admin:login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "pages.views.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# What browsers are told ---------------------------------------------------------------------------------------------

# One dict, so that Django's own SECURE_CSP can take it over with the next LTS.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
# The styles that the admin's text editor (TipTap) and block editor put into their page. They change with
# django-prose-editor, and with django-content-editor and the words of its messages; a browser test guards them.
ADMIN_STYLE_HASHES = [
    "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='",
    "'sha256-N1v+9oYdxeZd/nv2iKYNMLWqP5BlGZff7wM0R1mK4ws='",
]

SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 63_072_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Language and time -------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
# What a page, a part of one or a file can be written in. The site itself speaks the first.
LANGUAGES = [
    (code, _(LANG_INFO[code]["name"]))
    for code in ("en-gb", "cy", "gd", "ga", "pl", "ro", "pt", "uk", "ar", "ur", "pa", "bn")
]
#: What the text editor of the back office has beyond its own extensions.
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {"js": [static_lazy("js/admin/prose-language.js")], "extensions": {"Language": html_tags(["span"])}}
]
TIME_ZONE = "Europe/London"

# Logs --------------------------------------------------------------------------------------------------------------

_log_level = env.str("LOG_LEVEL", default="INFO").upper()
if _log_level not in logging.getLevelNamesMapping():
    raise ImproperlyConfigured("LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "core.logs.JsonFormatter"}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
    "root": {"handlers": ["stdout"], "level": _log_level},
    "loggers": {
        # Django's own request and server logs name paths and echo input; core.middleware writes the access line.
        "django.request": {"level": "CRITICAL"},
        "django.server": {"handlers": ["stdout"], "level": "ERROR", "propagate": False},
        "django.security": {"level": "CRITICAL"},
        "PIL": {"level": "WARNING"},
    },
}
