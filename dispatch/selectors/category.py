"""Categories as every request needs them: in memory, by code."""

from boshan_police.kernel.reference import Reference
from dispatch.models import Category


def _load() -> dict[str, Category]:
    """All categories, retired ones included. One query."""
    return {category.code: category for category in Category.objects.all()}


_categories = Reference(("category",), _load)


def categories() -> dict[str, Category]:
    """{code: category}; at most one query a second."""
    return _categories.get()
