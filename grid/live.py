"""What the ground tells the screens."""

from boshan_police.kernel import live
from grid.access import scope_of
from grid.models import User


def preference_changed(person: User) -> None:
    """Tell the open screens of `person` what was chosen, on whichever of them. No query.

    A topic has other listeners; they pass over what names somebody else, and nothing in it is secret.
    """
    message = {"type": "preference", "username": person.username, **person.chosen.as_json()}
    live.publish(scope_of(person).topics, message)
