"""What a person chose about sound, notices and keys.

Kept in one column of the account, which every request reads anyway: no page pays a query for it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

VOLUME_FLOOR = 20
"""Per cent. Whoever is on duty hears an alarm (LOOK.md, *Sound and notice*)."""


@dataclass(frozen=True)
class Preference:
    """`order`, `late`, `escalated` are the three sounds. A number says: priorities 1 to n; 0 none, 4 all.

    There is no switch for the sound of an escalation to oneself.
    """

    volume: int = 60  # per cent
    order_sound: int = 4
    late_sound: int = 4
    order_notice: int = 4
    late_notice: int = 4
    escalated_notice: bool = True
    single_keys: bool = True  # keys of one letter, digit or sign (WCAG 2.1.4)

    def as_json(self) -> dict[str, Any]:
        """All choices by name."""
        return asdict(self)


RANGES = {
    "volume": (VOLUME_FLOOR, 100),
    "order_sound": (0, 4),
    "late_sound": (0, 4),
    "order_notice": (0, 4),
    "late_notice": (0, 4),
}


def read_preference(stored: Mapping[str, Any]) -> Preference:
    """What the column holds; a value that an older or newer version wrote and this one can't read is the usual one."""
    kept: dict[str, Any] = {}
    for name, usual in Preference().as_json().items():
        value: Any = stored.get(name)
        low, high = RANGES.get(name, (False, True))
        if type(value) is type(usual) and low <= value <= high:
            kept[name] = value
    return Preference(**kept)
