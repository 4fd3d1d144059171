"""Accounts of the demo: one printed per role, and unprinted colleagues so that every station and watch is manned.

The passwords are public and fixed on purpose: a newcomer signs in with what the terminal prints. `manage.py seed`
refuses to make these accounts in production.
"""

import csv
from pathlib import Path
from typing import TypedDict

from django.contrib.auth.hashers import make_password
from knox.models import AuthToken

from boshan_police.kernel.access import Role
from grid.models import User

from .names import invented_names, invented_phone
from .organisations import CENTRE, station_rows

_FILE = Path(__file__).with_name("accounts.csv")
_COLLEAGUES_PASSWORD = "paper-crane-1865"  # noqa: S105 - of invented people, in the demo only
_DISPATCHERS = 3
_OFFICERS_PER_STATION = 2


class DemoAccount(TypedDict):
    """What the terminal prints."""

    role: str
    username: str
    password: str


class DemoLogin(DemoAccount):
    """The same with a token for machines."""

    token: str


def _printed() -> list[dict[str, str]]:
    with _FILE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def demo_accounts() -> list[DemoAccount]:
    """The printed accounts, one per role."""
    return [
        DemoAccount(role=row["role"], username=row["username"], password=row["password"])
        for row in _printed()
    ]


def issue_demo_tokens() -> list[DemoLogin]:
    """The printed accounts with a fresh token each; their earlier tokens end. Needs the seeded accounts."""
    users = {
        user.username: user for user in User.objects.filter(username__in=[a["username"] for a in _printed()])
    }
    AuthToken.objects.filter(user__in=users.values()).delete()
    return [
        DemoLogin(**account, token=AuthToken.objects.create(user=users[account["username"]])[1])
        for account in demo_accounts()
    ]


def _colleagues() -> list[tuple[str, Role, str]]:
    """(username, role, organisation) of the unprinted accounts."""
    taken = {(row["role"], row["organisation"]) for row in _printed()}
    found = [(f"dispatcher{n}", Role.DISPATCHER, CENTRE) for n in range(2, _DISPATCHERS + 1)]
    for row in station_rows():
        station, name = row["code"], row["name_en"].lower().replace(" ", "_")
        if (Role.STATION_COMMANDER, station) not in taken:
            found.append((f"{name}_commander", Role.STATION_COMMANDER, station))
        first = 2 if (Role.STATION_OFFICER, station) in taken else 1
        found += [
            (f"{name}_officer{n}", Role.STATION_OFFICER, station)
            for n in range(first, _OFFICERS_PER_STATION + 1)
        ]
    # Who takes the watch over is somebody else than who hands it over.
    found.append(("watch_commander2", Role.WATCH_COMMANDER, CENTRE))
    found += [
        (f"{row['name_en'].lower().replace(' ', '_')}_commander2", Role.STATION_COMMANDER, row["code"])
        for row in station_rows()
    ]
    return found


def missing_accounts(seed: int) -> list[User]:
    """Accounts of the demo that the database does not hold yet, unsaved. Each password is hashed once."""
    present = set(User.objects.values_list("username", flat=True))
    missing = [
        User(
            username=row["username"],
            password=make_password(row["password"]),
            name=row["name"],
            role=row["role"],
            organisation_id=row["organisation"],
            is_staff=row["role"] == Role.ADMINISTRATOR,
            is_superuser=row["role"] == Role.ADMINISTRATOR,
        )
        for row in _printed()
        if row["username"] not in present
    ]
    colleagues = _colleagues()
    names = invented_names(f"{seed} accounts", len(colleagues))
    wanted = [
        (colleague, name)
        for colleague, name in zip(colleagues, names, strict=True)
        if colleague[0] not in present
    ]
    if wanted:
        password = make_password(_COLLEAGUES_PASSWORD)
        missing += [
            User(username=username, password=password, name=name, role=role, organisation_id=organisation)
            for (username, role, organisation), name in wanted
        ]
    for serial, user in enumerate(missing):
        user.phone = invented_phone(9_000 + serial)
    return missing
