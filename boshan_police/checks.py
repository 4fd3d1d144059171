"""System checks of our own, run with Django's at every start. Registered by `boshan_police.apps`.

- boshan.E001: an address whose view declares no rule (`kernel.guard`).
- boshan.E002: an API view with a method that its rules leave out.
- boshan.E003: psycopg 3 is installed; Django would silently prefer it to psycopg2.
"""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver

from boshan_police.kernel.access import Rule

EXEMPT = {
    "admin": "the administration asks its own rule on every page (`kernel.configuration.ConfigurationSite`)",
    "set_language": "Django's own; it sets the reader's language and nothing else",
}
"""Namespaces and names of addresses without a rule of their own, each with the reason."""


def addresses(
    patterns: Iterable[URLPattern | URLResolver] | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every (address, pattern) of the portal, exempt ones left out."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        address = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            if entry.namespace not in EXEMPT:
                yield from addresses(entry.url_patterns, address)
        elif entry.name not in EXEMPT:
            yield address, entry


@register(Tags.urls)
def every_address_declares_its_rule(**_: Any) -> list[CheckMessage]:
    """E001, E002 for each address that a person or a machine can open."""
    problems: list[CheckMessage] = []
    for address, pattern in addresses():
        callback = pattern.callback
        view = getattr(callback, "cls", None) or getattr(callback, "view_class", None) or callback
        rules = getattr(callback, "permission", None) or getattr(view, "permission", None)
        if isinstance(rules, Rule):
            continue
        if not isinstance(rules, dict) or not all(isinstance(rule, Rule) for rule in rules.values()):
            hint = "Use @guard.page(RULE) for a page, `permission = RULE` for a view class."
            problems.append(Error(f"/{address} declares no rule.", hint=hint, id="boshan.E001"))
            continue
        missing = [name for name in _methods(view) if name not in rules]
        if missing:
            problems.append(Error(f"/{address} has no rule for {', '.join(missing)}.", id="boshan.E002"))
    return problems


def _methods(view: Any) -> list[str]:
    """The methods that a view class answers itself."""
    # HEAD and OPTIONS follow from them.
    return [name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)]


@register(Tags.compatibility)
def no_second_driver(**_: Any) -> list[CheckMessage]:
    """E003."""
    if find_spec("psycopg") is None:
        return []
    hint = "pip uninstall psycopg psycopg-binary"
    return [Error("psycopg 3 is installed beside psycopg2.", hint=hint, id="boshan.E003")]
