"""Categories as every request needs them: in memory, by code."""

from boshan_police.kernel.reference import Reference
from dispatch.models import Category, IntakeTemplate


def _load() -> dict[str, Category]:
    """All categories, retired ones included. One query."""
    return {category.code: category for category in Category.objects.all()}


_categories = Reference(("category",), _load)


def categories() -> dict[str, Category]:
    """{code: category}; at most one query a second."""
    return _categories.get()


def _load_templates() -> dict[str, list[IntakeTemplate]]:
    """Those in use. One query."""
    found: dict[str, list[IntakeTemplate]] = {}
    for template in IntakeTemplate.objects.filter(active=True).order_by("category", "position", "id"):
        found.setdefault(template.category_id, []).append(template)
    return found


_templates = Reference(("category",), _load_templates)


def intake_templates() -> dict[str, list[IntakeTemplate]]:
    """{category: its intake templates, in their order}; at most one query a second."""
    return _templates.get()
