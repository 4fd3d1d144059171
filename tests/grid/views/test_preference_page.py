"""/preferences/ and its API."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from grid.models import Preference, User

FORM = {
    "volume": "40", "order_sound": "1", "late_sound": "4", "order_notice": "0", "late_notice": "2",
    "single_keys": "on",
}  # fmt: skip


def test_the_form_without_script(world: SimpleNamespace, client: Client) -> None:
    client.force_login(world.guard)
    page = client.get("/preferences/").content.decode()
    assert 'name="volume"' in page
    assert 'id="preference"' in page  # what the scripts read
    response = client.post("/preferences/", FORM, follow=True)
    assert response.redirect_chain == [("/preferences/", 302)]
    assert User.objects.get(pk=world.guard.pk).chosen == Preference(
        volume=40, order_sound=1, order_notice=0, late_notice=2, escalated_notice=False
    )


@pytest.mark.parametrize("wrong", [{"volume": "5"}, {"volume": ""}, {"order_sound": "9"}])
def test_a_wrong_form_keeps_what_was_chosen(
    world: SimpleNamespace, client: Client, wrong: dict[str, str]
) -> None:
    client.force_login(world.guard)
    response = client.post("/preferences/", {**FORM, **wrong, "late_sound": "3"})
    assert response.status_code == 400
    assert '<option value="3" selected>' in response.content.decode()
    assert User.objects.get(pk=world.guard.pk).preference == {}


def test_the_api(world: SimpleNamespace, api: Callable[..., Any]) -> None:
    client = api(world.watch)
    assert client.read("preferences/").json() == Preference().as_json()
    answer = client.send("preferences/", {"volume": "３０", "escalated_notice": False})  # full-width digits
    assert answer.json() == Preference(volume=30, escalated_notice=False).as_json()
    for wrong in ({"volume": 10}, {"order_sound": True}, {"late_sound": "x" * 10_000}):
        assert client.send("preferences/", wrong).status_code == 400
    assert client.send("preferences/mute/").json() == {"seconds": 60}
    assert api(None).read("preferences/").status_code == 401


def test_no_page_pays_a_query_for_it(
    world: SimpleNamespace, client: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    client.force_login(world.watch)
    client.get("/board/")
    with django_assert_num_queries(3):  # session, account, organisation
        client.get("/board/")
