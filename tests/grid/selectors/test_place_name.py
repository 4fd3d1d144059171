"""The gazetteer's search: by characters, by pinyin, by what sounds alike, best first, by an index."""

import random
from types import SimpleNamespace

import pytest
from django.db import connection

from grid.models import PlaceName
from grid.selectors.place_name import _searches, place_name_query, place_names_like

NAMES = [
    ("窑火小区", "陶瓷厂家属院", "颜山路 12 号", 36.50, 117.88),
    ("窑火小学", "", "颜山路 30 号", 36.51, 117.88),
    ("银河湾小区", "", "", 36.50, 117.92),
    ("重庆火锅城", "", "中心路 8 号", 36.50, 117.92),
    ("KTV 星光", "", "", 36.50, 117.88),
]


@pytest.fixture
def gazetteer(db: None) -> None:
    for name, aliases, address, lat, lon in NAMES:
        PlaceName.objects.create(name=name, aliases=aliases, address=address, lat=lat, lon=lon)


def named(typed: str, **more: object) -> list[str]:
    return [one.name for one in place_names_like(typed, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("窑火小区", "窑火小区"),
        ("窑火", "窑火小区"),  # equals by length, then by name
        ("火小学", "窑火小学"),  # a part
        ("陶瓷厂", "窑火小区"),  # another name
        ("颜山路 30", "窑火小学"),  # an address
        ("颜山路30号", "窑火小学"),
        ("窑火小区3号楼2单元501", "窑火小区"),  # with what follows
        ("窑火小区三号楼", "窑火小区"),
        ("窑火晓区", "窑火小区"),  # written as it sounds
        ("yhxq", "窑火小区"),
        ("YHXQ", "窑火小区"),
        ("yhx", "窑火小区"),
        ("yaohuoxiaoxue", "窑火小学"),
        ("yaohuo xiaoxue", "窑火小学"),
        ("yaohxx", "窑火小学"),  # mixed
        ("yhxiaoxue", "窑火小学"),
        ("tccjsy", "窑火小区"),  # initials of the other name
        ("cqhgc", "重庆火锅城"),  # chong qing, not zhong qing
        ("火锅", "重庆火锅城"),
        ("huoguo", "重庆火锅城"),
        ("重庆", "重庆火锅城"),
        ("重", None),  # one sign is too little
        ("yaohuoxiaxue", "窑火小学"),  # a slip
        ("ktv", "KTV 星光"),
        ("ｋｔｖ", "KTV 星光"),
        ("%_", None),
        ("'; DROP TABLE grid_placename; --", None),
        ("😀😀", None),
        ("", None),
    ],
)
def test_what_is_meant_comes_first(gazetteer: None, typed: str, first: str | None) -> None:
    assert next(iter(named(typed)), None) == first


def test_equals_come_by_distance(gazetteer: None) -> None:
    PlaceName.objects.create(name="窑火市场", lat=36.50, lon=117.92)
    assert named("yhs", near=(36.50, 117.92))[0] == "窑火市场"
    PlaceName.objects.create(name="窑火食府", lat=36.50, lon=117.88)
    assert named("yhs", near=(36.50, 117.88))[0] == "窑火食府"


def test_a_retired_name_is_not_offered(gazetteer: None) -> None:
    PlaceName.objects.filter(name="窑火小区").update(active=False)
    assert "窑火小区" not in named("yhxq")


def test_the_keys_follow_the_name(gazetteer: None) -> None:
    place = PlaceName.objects.get(name="窑火小区")
    place.name = "青釉小区"
    place.save()
    assert named("qyxq") == ["青釉小区"]
    assert "青釉小区" not in named("yhxq")


@pytest.mark.parametrize("typed", ["窑" * 10_000, "y" * 10_000, "yaohuo" * 2_000, "1" * 200])
def test_a_very_long_text_is_no_burden(
    gazetteer: None, typed: str, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        assert len(place_names_like(typed[:200])) <= 8


def test_the_index_serves_it_among_fifty_thousand(world: SimpleNamespace) -> None:
    chance = random.Random(7)
    signs = "窑火青釉琉璃瓷坊灯塔泉源山水云松竹梅兰桥东西南北石马白塔文姜柳杏桃"
    rows = [
        PlaceName(name="".join(chance.choices(signs, k=4)) + kind + str(n), lat=36.5, lon=117.9)
        for n in range(500)
        for kind in ("小区", "超市", "路口")
    ]
    for row in rows:
        row.make_keys()
    (index,) = PlaceName._meta.indexes
    with connection.schema_editor() as editor:  # filled at once: much sooner than row by row
        editor.remove_index(PlaceName, index)
    PlaceName.objects.bulk_create(rows)
    with (
        connection.cursor() as cursor
    ):  # the keys of other rows again: only their number matters to the planner
        cursor.execute(
            "INSERT INTO grid_placename (name, aliases, address, kind, lat, lon, source, active, letters, initials) "
            "SELECT name || n, aliases, address, kind, lat + n * 0.001, lon, source, active, letters, initials "
            "FROM grid_placename, generate_series(1, 33) AS n"
        )
        with connection.schema_editor() as editor:
            editor.add_index(PlaceName, index)
        cursor.execute("ANALYZE grid_placename")
        for typed in ("yhx", "yaohuoxq", "窑火", "窑火晓曲", "yaohuoxiaxue"):
            for search in _searches(typed):
                query, values = place_name_query(search, (36.5, 117.9), 8)
                cursor.execute(f"EXPLAIN {query}", values)
                plan = "\n".join(row[0] for row in cursor.fetchall())
                assert "place_name_keys" in plan, plan
                assert "Seq Scan" not in plan, plan
