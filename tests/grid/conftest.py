"""The administrator at a desk."""

import pytest
from django.test import Client


@pytest.fixture
def office(world):
    """The administrator's browser."""
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(world.admin, backend="django.contrib.auth.backends.ModelBackend")
    return client
