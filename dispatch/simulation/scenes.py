"""What is called in: invented, from callers who plainly do not exist."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dispatch.selectors.category import categories

from .ground import Ground, Spot

_SURNAMES = "窑 釉 瓷 砚 泉 岚 禾 麦 墨 帆 舟 棠 桐 槐 霁 澄"
_TOWN = (
    "{n}号楼{u}单元",
    "东门",
    "便民市场",
    "南侧路口",
    "公交站旁",
    "停车场",
    "{n}号楼下",
    "小广场",
    "超市门口",
)
_VILLAGE = ("村委会旁", "村东路口", "{n}号", "桥头", "文化广场", "卫生室门口", "村西头")
_PLACES_TRIED = 30


@dataclass(frozen=True)
class Call:
    """One call, ready for `incident_file`."""

    category: str
    priority: int
    summary: str
    address: str
    spot: Spot
    caller_name: str
    caller_phone: str


class Scenes:
    """Makes calls of the categories that the district has."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        scenes: list[dict[str, Any]] = json.loads(Path(__file__).with_name("scenes.json").read_text("utf-8"))
        known = categories()
        self._scenes = [scene for scene in scenes if scene["category"] in known]
        self._outcomes: dict[str, list[str]] = {
            scene["category"]: scene["outcomes"] for scene in self._scenes
        }

    def call(
        self,
        chance: random.Random,
        reachable: Callable[[Spot, int], bool],
        *,
        priorities: frozenset[int] = frozenset({1, 2, 3, 4}),
    ) -> Call:
        """A call of one of `priorities`, from a place that is `reachable` for its priority if one is soon found.

        A calm night is one in which the nearest unit is near enough: this is where that is arranged.
        """
        known = categories()
        scenes = [scene for scene in self._scenes if known[scene["category"]].priority in priorities]
        (scene,) = chance.choices(scenes, [scene["weight"] for scene in scenes])
        priority = known[scene["category"]].priority
        for _attempt in range(_PLACES_TRIED):
            spot, community = self._ground.anywhere(chance)
            if reachable(spot, priority):
                break
        return Call(
            category=scene["category"],
            priority=priority,
            summary=chance.choice(scene["summaries"]),
            address=_address(community, chance),
            spot=spot,
            caller_name=chance.choice(_SURNAMES.split()) + chance.choice(("先生", "女士")),
            # No exchange assigns it: Chinese mobiles begin with 1, area codes never with 00.
            caller_phone=f"0000{chance.randrange(10**7):07d}",
        )

    def outcome(self, category: str, chance: random.Random) -> str:
        """How such a matter may end."""
        return chance.choice(self._outcomes.get(category, ["已处置"]))


def _address(community: str, chance: random.Random) -> str:
    places = _VILLAGE if community.endswith("村") else _TOWN
    return community + chance.choice(places).format(n=chance.randint(1, 28), u=chance.randint(1, 4))
