"""Settings of every process. All that differs between installations comes from the environment.

Production is the default and refuses to start without its secrets. `manage.py` sets `BOSHAN_ENV=development` where
nothing else is set, for itself and all it starts: debug off there too, with a key made once and kept in `var/`.
"""

from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from .environment import BASE_DIR, PRODUCTION, SHORTEST_KEY, VAR_DIR, development_key, env, required

SECRET_KEY = required("SECRET_KEY") or development_key()
DEBUG = env.bool("DEBUG", default=False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG is on. Production does not start with it: its pages show secrets.")
if PRODUCTION and len(SECRET_KEY) < SHORTEST_KEY:
    raise ImproperlyConfigured(
        f"SECRET_KEY has fewer than {SHORTEST_KEY} characters: too few for production."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "boshan_police.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "axes",
    "channels",
    "csp",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "leaflet",
    "pgtrigger",
    "rest_framework",
    "boshan_police",
    "boshan_police.kernel",
    "grid",
    "patrol",
    "dispatch",
]

# The proxy writes X-Forwarded-For, and nobody reaches the processes but through it.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
MIDDLEWARE = [
    "boshan_police.kernel.proxy.client_address",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "boshan_police.kernel.answers.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "boshan_police.urls"
WSGI_APPLICATION = "boshan_police.wsgi.application"
ASGI_APPLICATION = "boshan_police.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- PostgreSQL -----------------------------------------------------------------------------------
required("DATABASE_URL")
DATABASES = {"default": env.db("DATABASE_URL", default="postgres://boshan@127.0.0.1:5432/boshan")}
DATABASES["default"].update(
    ENGINE="django.db.backends.postgresql",
    # One connection per thread, kept: a connection per request is 6 to 8 times slower.
    CONN_MAX_AGE=env.int("CONN_MAX_AGE", default=600),
    CONN_HEALTH_CHECKS=True,
)
DATABASES["default"].setdefault("OPTIONS", {})
if "host" in DATABASES["default"]["OPTIONS"]:  # a unix socket's folder, as libpq's own addresses write it
    DATABASES["default"]["HOST"] = DATABASES["default"]["OPTIONS"].pop("host")
DATABASES["default"]["OPTIONS"].setdefault(
    "options", "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000"
)
# A server that is away is noticed in seconds, not after TCP's minutes.
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 3)
# Threads of one ASGI process for pages and API; each keeps a connection. Budget: processes x (threads + 3).
WEB_THREADS = env.int("WEB_THREADS", default=16)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: broker of the workers and carrier of live hints -------------------------------------
REDIS_URL = required("REDIS_URL") or "redis://127.0.0.1:6379/0"
LIVE_CHANNEL = env.str("LIVE_CHANNEL", default="boshan.live")
LIVE_HEARTBEAT_SECONDS = env.float(
    "LIVE_HEARTBEAT_SECONDS", default=5.0
)  # screens count on 5; tests are less patient
# Each heartbeat names what changed in this long, so six heartbeats in a row cover every change.
LIVE_HEARTBEAT_WINDOW_SECONDS = 30.0

# What an administrator looks at before it is written; any web process may be asked next.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "previews": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "preview",
    },
}

CELERY_BROKER_URL = (
    "redis+socket" + REDIS_URL.removeprefix("unix").replace("?db=", "?virtual_host=")
    if REDIS_URL.startswith("unix:")
    else REDIS_URL
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # No copies of messages that wait for a free process: they expire within a second, and giving them back over a
    # broken connection ends the worker (docs/decisions/standing-still-ends.md).
    "ack_emulation": False,
}
CELERY_TIMEZONE = "UTC"
# In memory: a schedule on disk would carry a wrong clock, or a file half written, over to the next start.
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"
# A worker or beat that moves nothing for this long while Redis answers ends itself (boshan_police.standstill).
STANDSTILL_SECONDS = env.float("STANDSTILL_SECONDS", default=10.0)
# Others' servers may hang: they hold up a worker of their own, never the timers.
CELERY_TASK_ROUTES = {"dispatch.send_deliveries": {"queue": "delivery"}}
CELERY_BEAT_SCHEDULE = {
    "sweep-timers": {
        "task": "dispatch.sweep_timers",
        # Sweeps last three times as long (`dispatch.tasks`): they overlap, and none of them may be missed.
        "schedule": timedelta(seconds=0.5),
        # A message that waited longer than this has been overtaken by the next ones.
        "options": {"expires": 1},
    },
    "send-deliveries": {
        "task": "dispatch.send_deliveries",
        "schedule": timedelta(seconds=1),
        "options": {"expires": 1, "queue": "delivery"},
    },
    # Each second, so that a plan that takes effect at 00:00 does.
    "take-territory-plans": {
        "task": "grid.take_territory_plans",
        "schedule": timedelta(seconds=1),
        "options": {"expires": 1},
    },
    "keep-position-days": {"task": "patrol.keep_position_days", "schedule": crontab(minute=5)},
}

# --- People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "grid.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 13 * 3600  # one watch of 12 hours and the hand-over
SESSION_COOKIE_HTTPONLY = True
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=5)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_CALLABLE = "grid.views.account.locked_out"
# A try during the pause does not lengthen it: who is on duty gets in again after it.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_VERBOSE = False
REST_KNOX = {"TOKEN_TTL": None, "AUTO_REFRESH": False}

# --- API --------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "grid.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["boshan_police.kernel.guard.DeclaredPermission"],
    "DEFAULT_RENDERER_CLASSES": ["boshan_police.kernel.rendering.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["boshan_police.kernel.parsing.OrjsonParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "boshan_police.kernel.answers.api_exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Boshan incident command and dispatch",
    "DESCRIPTION": "The same services as the screens. Times are ISO 8601 in UTC; coordinates are WGS-84 degrees.",
    "VERSION": "1",
    "SERVE_PERMISSIONS": ["boshan_police.kernel.guard.DeclaredPermission"],
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "IncidentStatus": "dispatch.lifecycle.Status",
        "AssignmentStep": "dispatch.lifecycle.Step",
        "Stage": "dispatch.lifecycle.Stage",
        "Level": "dispatch.lifecycle.Level",
        "CategoryGroup": "dispatch.models.Category.Group",
        "UnitKind": "patrol.models.Unit.Kind",
        "UnitStatus": "patrol.models.Unit.Status",
        "HazardKind": "grid.models.Hazard.Kind",
        "OrganisationKind": "grid.models.Organisation.Kind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Telling people beside the screen --------------------------------------------------------------------
# The portal's own address as people reach it, for links in notices; empty: notices carry none.
SITE_URL = env.str("SITE_URL", default="").rstrip("/")
# `smtp://user:password@host:port`, `smtp+tls://…`; empty: no e-mail.
EMAIL_ENABLED = bool(env.str("EMAIL_URL", default=""))
if EMAIL_ENABLED:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="boshan@localhost")
# Notices to a closed browser pass through its maker's servers, encrypted: off unless the bureau wants it.
PUSH_ENABLED = env.bool("PUSH_ENABLED", default=False)
PUSH_HOSTS = env.list(
    "PUSH_HOSTS",
    default=["fcm.googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com"],
)
# The key that push services know us by (RFC 8292); made by `manage.py push_key`.
PUSH_KEY = env.str("PUSH_KEY", default="")
if PUSH_ENABLED and not PUSH_KEY:
    raise ImproperlyConfigured("PUSH_ENABLED needs PUSH_KEY; `manage.py push_key` makes one.")

# --- Language, time -------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "boshan_police" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- Files ------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
# Photos and papers of incidents: handed out by a view only, never from below STATIC_ROOT.
ATTACHMENT_ROOT = Path(env.str("ATTACHMENT_ROOT", default=str(VAR_DIR / "attachments")))
WHITENOISE_USE_FINDERS = not PRODUCTION
if not PRODUCTION:
    STATIC_ROOT.mkdir(
        parents=True, exist_ok=True
    )  # empty: the finders serve; WhiteNoise warns where it's missing
WHITENOISE_AUTOREFRESH = DEBUG  # else a file edited under a running server is sent with its old length

# --- The browser's guard rails -------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        # Leaflet positions its panes through the style attribute of elements it makes itself.
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:", *env.list("MAP_TILE_HOSTS", default=[])],
        "connect-src": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}
CSRF_FAILURE_VIEW = "boshan_police.kernel.answers.form_expired"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^health/$"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=3600)
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

# --- Map ----------------------------------------------------------------------------------------------
LEAFLET_CONFIG = {
    # No tiles unless an intranet or 天地图 address is given: the grids are the backdrop.
    "TILES": env.json("MAP_TILES", default=[]),
    "DEFAULT_CENTER": (36.44, 117.95),
    "DEFAULT_ZOOM": 11,
    "MIN_ZOOM": 9,
    "MAX_ZOOM": 18,
    "RESET_VIEW": False,
    "SCALE": None,
    "ATTRIBUTION_PREFIX": "",
}

# --- Reach ----------------------------------------------------------------------------------------------
# An OSRM or Valhalla of the intranet, `osrm+http://…` or `valhalla+http://…`; none: estimates only.
TRAVEL_SERVER = env.str("TRAVEL_SERVER", default="")
# Roads are about 1.4 times as long as the straight line (Boscoe, Henry, Zdeb 2012).
TRAVEL_ROAD_FACTOR = env.float("TRAVEL_ROAD_FACTOR", default=1.4)
TRAVEL_TURNOUT_SECONDS = env.float("TRAVEL_TURNOUT_SECONDS", default=15.0)  # until the wheels turn
# Assumptions for a town on a hillside; guards ride electric bicycles. A bureau sets its own.
TRAVEL_SPEEDS_KMH = {"car": 36.0, "foot": 6.0, "traffic": 36.0, "guard": 15.0, "rescue": 30.0} | env.json(
    "TRAVEL_SPEEDS_KMH", default={}
)
POSITION_RETENTION_DAYS = env.int("POSITION_RETENTION_DAYS", default=30)  # the history of units' positions
REACH_PROMISE_MINUTES = env.int("REACH_PROMISE_MINUTES", default=5)  # "1-3-5 minutes"

# --- The bureau ---------------------------------------------------------------------------------------
DIVISION_CODE = env.str("DIVISION_CODE", default="370304")  # GB/T 2260: 博山区

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
