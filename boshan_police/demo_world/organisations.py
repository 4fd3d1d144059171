"""Organisations of the demo district: bureau, branches, 13 stations, 60 guard squadrons, rescue teams, outside bodies."""

import csv
from functools import cache
from pathlib import Path

from pypinyin import lazy_pinyin

from grid.models import Organisation

from .communities import community_stems

Kind = Organisation.Kind
BUREAU = "370304000000"
CENTRE = "370304010000"
TRAFFIC = "370304040000"
PATROL_SPECIAL = "370304050000"
INVESTIGATION = "370304020000"

_HEAD = [
    (BUREAU, Kind.BUREAU, "博山分局", "Boshan Sub-bureau", "分局", "Bureau"),
    (CENTRE, Kind.COMMAND_CENTRE, "指挥中心", "Command Centre", "指挥中心", "Command Centre"),
    (INVESTIGATION, Kind.BRANCH, "刑侦大队", "Criminal Investigation Brigade", "刑侦", "Investigation"),
    ("370304030000", Kind.BRANCH, "治安大队", "Public Order Brigade", "治安", "Public Order"),
    (TRAFFIC, Kind.BRANCH, "交警大队", "Traffic Police Brigade", "交警", "Traffic"),
    (PATROL_SPECIAL, Kind.BRANCH, "巡特警大队", "Patrol and Special Brigade", "巡特警", "Patrol Special"),
    ("370304060000", Kind.BRANCH, "网安大队", "Cyber Security Brigade", "网安", "Cyber"),
    ("370304070000", Kind.BRANCH, "合成作战中心", "Joint Operations Centre", "合成作战", "Joint Operations"),
    ("370304080000", Kind.BRANCH, "经侦大队", "Economic Investigation Brigade", "经侦", "Economic Crime"),
    ("370304090000", Kind.BRANCH, "禁毒大队", "Anti-drug Brigade", "禁毒", "Anti-drug"),
    ("370304100000", Kind.BRANCH, "法制大队", "Legal Affairs Brigade", "法制", "Legal Affairs"),
]
RESCUE_TEAMS = [  # code, name, short name in both languages; base, WGS-84 degrees
    ("370304800001", "蓝天救援队", "Blue Sky Rescue Team", "蓝天", "Blue Sky", 36.5075, 117.8695),
    ("370304800002", "红狼救援队", "Red Wolf Rescue Team", "红狼", "Red Wolf", 36.4660, 117.9010),
    ("370304800003", "山城救援队", "Mountain City Rescue Team", "山城", "Mountain City", 36.4745, 117.8590),
]
_OUTSIDE = [
    ("370304810001", "区消防救援大队", "District Fire and Rescue", "消防", "Fire"),
    ("370304810002", "区急救中心", "District Emergency Medical Centre", "急救", "Ambulance"),
    ("370304810003", "区综合行政执法局", "District Urban Management", "城管", "Urban Management"),
    ("370304810004", "区司法局", "District Justice Bureau", "司法", "Justice"),
    ("370304810005", "区应急管理局", "District Emergency Management", "应急", "Emergency"),
]


@cache
def station_rows() -> tuple[dict[str, str], ...]:
    """The rows of `stations.csv`."""
    with Path(__file__).with_name("stations.csv").open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def squadrons() -> list[Organisation]:
    """The guard squadrons, each named after a community of its station; `code` lies in the station's block."""
    return [
        Organisation(
            code=f"{row['code'][:8]}9{serial:03d}",
            kind=Kind.GUARD_SQUADRON,
            name=f"{stem}警保联控中队",
            name_en=f"{romanised(stem)} Guard Squadron",
            short_name=f"{stem}中队",
            short_name_en=f"{romanised(stem)} Squadron",
            parent_id=row["code"],
        )
        for row in station_rows()
        for serial, stem in enumerate(community_stems(row["name"])[: int(row["squadrons"])], 1)
    ]


def romanised(name: str) -> str:
    """`陶镇` → `Taozhen`."""
    return "".join(lazy_pinyin(name)).capitalize()


def _rescue_teams() -> list[Organisation]:
    """The volunteer teams, each at its base."""
    return [
        Organisation(
            code=code,
            kind=Kind.RESCUE_TEAM,
            name=name,
            name_en=name_en,
            short_name=short,
            short_name_en=short_en,
            lat=lat,
            lon=lon,
        )
        for code, name, name_en, short, short_en, lat, lon in RESCUE_TEAMS
    ]


def organisations() -> list[Organisation]:
    """All of them unsaved, parents before children."""
    return _head() + _stations() + squadrons() + _rescue_teams() + _outside()


def _head() -> list[Organisation]:
    # All have their seat in one house beside 城东.
    seat = next(row for row in station_rows() if row["name"] == "城东")
    return [
        Organisation(
            code=code,
            kind=kind,
            name=name,
            name_en=name_en,
            short_name=short,
            short_name_en=short_en,
            parent_id=None if code == BUREAU else BUREAU,
            lat=float(seat["lat"]) - 0.006,
            lon=float(seat["lon"]) - 0.012,
        )
        for code, kind, name, name_en, short, short_en in _HEAD
    ]


def _stations() -> list[Organisation]:
    return [
        Organisation(
            code=row["code"],
            kind=Kind.STATION,
            name=f"{row['name']}派出所",
            name_en=f"{row['name_en']} Police Station",
            short_name=row["name"],
            short_name_en=row["name_en"],
            parent_id=BUREAU,
            lat=float(row["lat"]),
            lon=float(row["lon"]),
        )
        for row in station_rows()
    ]


def _outside() -> list[Organisation]:
    return [
        Organisation(
            code=code, kind=Kind.OUTSIDE, name=name, name_en=name_en, short_name=short, short_name_en=short_en
        )
        for code, name, name_en, short, short_en in _OUTSIDE
    ]
