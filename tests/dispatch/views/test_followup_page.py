"""/follow-ups/: the calls to make, and writing one down."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from boshan_police.kernel.models import AuditEntry
from boshan_police.kernel.reference import forget_all
from dispatch.models import Category, FollowUpCall, Incident
from dispatch.services.incident import incident_close


@pytest.fixture
def closed(world: SimpleNamespace, file: Callable[..., Incident], send: Callable[..., object]) -> Incident:
    Category.objects.update(follow_up_hours=24)
    forget_all()
    incident = file(caller_phone="13800000612")
    send(incident, "accept", "depart", "arrive", "report")
    incident_close(actor=world.dispatcher, number=incident.number, outcome="Settled")
    return incident


def test_a_call_is_written_down(world: SimpleNamespace, client: Client, closed: Incident) -> None:
    client.force_login(world.dispatcher)
    assert closed.short_number in client.get("/follow-ups/").content.decode()
    given = {"number": closed.number, "reached": "yes", "rating": "5", "remark": "Fast"}
    response = client.post("/follow-ups/", given, follow=True)
    assert response.redirect_chain == [("/follow-ups/", 302)]
    assert FollowUpCall.objects.get().rating == 5


def test_what_was_typed_stays_beside_the_error(
    world: SimpleNamespace, client: Client, closed: Incident
) -> None:
    client.force_login(world.dispatcher)
    given = {"number": closed.number, "reached": "yes", "rating": "9", "remark": "He was content"}
    response = client.post("/follow-ups/", given, headers={"Accept-Language": "en"})
    page = response.content.decode()
    assert response.status_code == 400
    assert "Satisfaction is 1, 2, 3, 4 or 5." in page
    assert "He was content" in page
    assert FollowUpCall.objects.get().attempts == 0


def test_another_role_is_refused_and_leaves_a_trace(
    world: SimpleNamespace, client: Client, closed: Incident
) -> None:
    client.force_login(world.east_officer)
    given = {"number": closed.number, "reached": "no"}
    assert client.get("/follow-ups/").status_code == 403
    assert client.post("/follow-ups/", given).status_code == 403
    assert AuditEntry.objects.filter(code="access.refused").count() == 2
    assert FollowUpCall.objects.get().attempts == 0
