"""The demo's gateway signs as a bureau's would."""

from types import SimpleNamespace

from boshan_police.demo_world.gateway import NAME, gateway_enter
from grid.models import Gateway


def test_it_has_a_secret_that_later_starts_keep(world: SimpleNamespace) -> None:
    (secret,) = gateway_enter(8400).values()
    assert secret.startswith("whsec_")
    assert list(gateway_enter(8401).values()) == [secret]
    assert Gateway.objects.get(name=NAME).url == "http://127.0.0.1:8401/"
