"""`{% may "FILE_INCIDENT" as may_file %}`: whether the reader may do what a rule of `dispatch.access` names."""

from typing import Any

from django import template

from dispatch import access

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], rule: str) -> bool:
    """The rule's answer for the signed-in person; an unknown name is a programming error."""
    return bool(getattr(access, rule).allows(context["request"].user))
