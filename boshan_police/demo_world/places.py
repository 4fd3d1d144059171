"""The demo district's gazetteer, its warnings about places and its intake templates: plainly invented."""

import csv
import random
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from boshan_police.kernel import clock
from dispatch.models import IntakeTemplate
from grid.models import Hazard, PlaceName

from .territory import Places, drawing

SOURCE = "演示地名"
_K = PlaceName.Kind
_ESTATES = ("云窑", "青坯", "望釉", "听瓷", "墨泥", "灯火", "松烟", "流霞", "琥珀", "白砂", "朱砂", "星釉")  # fmt: skip
_OF_COMMUNITY = (
    (_K.MARKET, "{stem}便民市场", "{stem}大集"),
    (_K.SCHOOL, "{stem}小学", ""),
    (_K.TRANSPORT, "{stem}公交站", ""),
    (_K.HOSPITAL, "{stem}卫生室", "{stem}诊所"),
)
_HAZARDS = (
    (Hazard.Kind.ACCESS, "巷口 2.4 米，消防车进不去，从北门绕", "社区走访"),
    (Hazard.Kind.STAIRS, "二单元楼道堆放杂物，担架转不过弯", "消防检查"),
    (Hazard.Kind.GAS, "地下室有液化气瓶，先问清是否关阀", "入户检查"),
    (Hazard.Kind.DOG, "院内有大型犬，拴在东侧，从西门进", "出警反馈"),
    (Hazard.Kind.HEIGHT, "院后是废矿坑，护栏缺一段", "巡逻发现"),
    (Hazard.Kind.STEP_FREE, "南侧坡道可推轮椅和担架", "社区走访"),
)


@cache
def _communities() -> tuple[tuple[str, str], ...]:
    """(station, community), each once, in the order of the drawing."""
    pairs = ((feature["properties"]["station"], feature["properties"]["community"]) for feature in drawing())
    return tuple(dict.fromkeys(pairs))


def place_names(seed: int) -> list[PlaceName]:
    """About five for each community, unsaved, keys made: an estate, a market, a school, a bus stop, a surgery."""
    places = Places(f"{seed} gazetteer")
    chance = random.Random(f"{seed} estates")  # noqa: S311 - scenery, not secrets
    found: dict[tuple[str, str], PlaceName] = {}
    for station, community in _communities():
        stem = community.removesuffix("社区").removesuffix("村")
        estate = f"{stem}{chance.choice(_ESTATES)}小区"
        named = [(_K.RESIDENTIAL, estate, f"{stem}家属院")]
        named += [
            (kind, name.format(stem=stem), alias.format(stem=stem)) for kind, name, alias in _OF_COMMUNITY
        ]
        for serial, (kind, name, aliases) in enumerate(named, 1):
            lat, lon = places.near_community(station, community)
            address = f"{community} {chance.randrange(1, 200)} 号" if serial == 1 else community
            place = PlaceName(
                name=name, aliases=aliases, address=address, kind=kind, lat=lat, lon=lon, source=SOURCE
            )
            place.make_keys()
            found.setdefault((name, address), place)
    return list(found.values())


def hazards(names: list[PlaceName], at: datetime) -> list[tuple[str, Hazard]]:
    """(station, warning) at every sixth estate of `place_names`, unsaved and without who entered it."""
    estates = [name for name in names if name.kind == _K.RESIDENTIAL]
    stations = [station for station, _community in _communities()]
    return [
        (
            stations[index],
            Hazard(
                kind=kind,
                text=text,
                reason=reason,
                address=estate.name,
                lat=estate.lat,
                lon=estate.lon,
                valid_until=clock.local_day(at) + timedelta(days=180),
                entered_at=at,
            ),
        )
        for serial, (index, estate) in enumerate(list(enumerate(estates))[::6])
        for kind, text, reason in [_HAZARDS[serial % len(_HAZARDS)]]
    ]


def templates() -> list[IntakeTemplate]:
    """The intake templates of the demo, unsaved."""
    with Path(__file__).with_name("templates.csv").open(encoding="utf-8") as file:
        return [
            IntakeTemplate(
                category_id=row["category"],
                title=row["title"],
                prompts=row["prompts"],
                text=row["text"],
                position=int(row["position"]),
            )
            for row in csv.DictReader(file)
        ]
