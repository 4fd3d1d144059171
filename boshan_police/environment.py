"""What the environment says, read once: which kind of installation this is, and the values of the settings."""

import os
import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
# Empty counts as not set: docker-compose.yml hands on what `.env` leaves out as an empty value.
env.ENVIRON = {name: value for name, value in os.environ.items() if value}
VAR_DIR = Path(env.str("BOSHAN_VAR", default=str(BASE_DIR / "var")))
BOSHAN_ENV = env.str("BOSHAN_ENV", default="production")
if BOSHAN_ENV not in {"development", "production"}:
    raise ImproperlyConfigured(f"BOSHAN_ENV is {BOSHAN_ENV!r}; it must be development or production.")
PRODUCTION = BOSHAN_ENV == "production"
SHORTEST_KEY = 50  # characters, as Django's own `check --deploy` wants


def required(name: str) -> str:
    """The value of `name`; production does not start without it."""
    value: str = env.str(name, default="")
    if not value and PRODUCTION:
        raise ImproperlyConfigured(f"{name} is not set. Production does not start without it.")
    return value


def development_key() -> str:
    """A random key per checkout, so that no key stands in the repository."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()
