"""A night's log in the San Francisco format, invented, with everything that real ones have: replayed, its figures are
those of the file, to the second.
"""

import csv
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from boshan_police.demo_world.configuration import categories
from boshan_police.kernel.reference import forget_all
from dispatch.lifecycle import ACTIVE_STEPS, ENDED, Status
from dispatch.models import Assignment, Category, Incident, ReplayedRow, TimelineEntry, Timer
from dispatch.replay.player import Player
from dispatch.selectors.response_times import response_times
from patrol.models import Unit

NIGHT = Path(__file__).with_name("night.csv")
REAL = Path(__file__).parents[4] / "shared" / "data" / "sf-cad-day1.csv"
BAD_LINES = [5, 10, 14, 18, 21, 24]
PRIORITY = {"A": 1, "B": 2, "C": 3}
INTERVALS = {
    "received_to_dispatched": ("received_datetime", "dispatch_datetime"),
    "dispatched_to_on_scene": ("dispatch_datetime", "onscene_datetime"),
    "on_scene_to_closed": ("onscene_datetime", "close_datetime"),
}


@pytest.fixture
def district(world: SimpleNamespace) -> SimpleNamespace:
    """The cast, and all categories that the shipped mapping names."""
    Category.objects.bulk_create(categories(), ignore_conflicts=True)
    forget_all()
    return world


@pytest.fixture
def replay(district: SimpleNamespace) -> Callable[..., str]:
    """Run the command; what it printed."""

    def run(file: Path = NIGHT, *options: str) -> str:
        output = StringIO()
        call_command("replay", str(file), *options, stdout=output, verbosity=0)
        return output.getvalue()

    return run


def instant(text: str) -> datetime:
    """The test's own reading of a time in the log."""
    moment = datetime.strptime(text, "%Y/%m/%d %I:%M:%S %p").replace(tzinfo=ZoneInfo("America/Los_Angeles"))
    return moment.astimezone(UTC)


def rows_of(file: Path, limit: int | None = None) -> list[dict[str, str]]:
    """The good rows of a log, read without the product's code."""
    with file.open(encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    return [row for line, row in enumerate(rows, 2) if file != NIGHT or line not in BAD_LINES][:limit]


def figures_of(rows: list[dict[str, str]]) -> dict[tuple[int, str], tuple[int, float, float]]:
    """(rows, median, 90th percentile) straight from the file, computed without the product's code."""
    seconds = defaultdict(list)
    for row in rows:
        for name, (start, end) in INTERVALS.items():
            if row[start] and row[end]:
                waited = (instant(row[end]) - instant(row[start])).total_seconds()
                seconds[PRIORITY[row["priority_final"]], name].append(waited)
    return {
        key: (len(values), *(round(float(figure), 3) for figure in np.percentile(values, [50, 90])))
        for key, values in seconds.items()
    }


def figures_of_product() -> dict[tuple[int, str], tuple[int, float, float]]:
    """The product's own, in the same shape."""
    found = {
        (priority, name): getattr(times, name)
        for priority, times in response_times(Incident.objects.all()).items()
        for name in INTERVALS
    }
    return {
        key: (spread.count, round(spread.median, 3), round(spread.p90, 3))
        for key, spread in found.items()
        if spread.count
    }


def test_the_figures_are_those_of_the_file(replay: Callable[..., str]) -> None:
    printed = replay(NIGHT, "--report")
    assert figures_of_product() == figures_of(rows_of(NIGHT))
    assert "Equal to the second." in printed
    assert "places are abroad and were moved into the district" in printed


@pytest.mark.skipif(not REAL.exists(), reason="the real log is not part of the product")
def test_the_figures_of_a_real_log_are_those_of_the_file(replay: Callable[..., str]) -> None:
    printed = replay(REAL, "--limit", "150", "--report")
    assert "150 rows played" in printed
    assert ", 0 not played" in printed
    assert figures_of_product() == figures_of(rows_of(REAL, 150))


def test_the_figures_take_one_query(replay: Callable[..., str], django_assert_num_queries: object) -> None:
    replay()
    with django_assert_num_queries(1):
        response_times(Incident.objects.all())


def test_every_stamp_is_the_instant_of_the_log(replay: Callable[..., str]) -> None:
    replay()
    incidents = {row.key: row.incident for row in ReplayedRow.objects.select_related("incident")}
    for row in rows_of(NIGHT):
        incident = incidents[row["cad_number"]]
        assert incident.reported_at == instant(row["received_datetime"])
        for column, stamp in (
            ("dispatch_datetime", "dispatched_at"),
            ("enroute_datetime", "departed_at"),
            ("onscene_datetime", "arrived_at"),
            ("close_datetime", "closed_at"),
        ):
            if row[column]:
                assert getattr(incident, stamp) == instant(row[column]), (row["cad_number"], stamp)


def test_a_bad_row_is_named_by_its_line_and_stops_nothing(replay: Callable[..., str]) -> None:
    printed = replay()
    named = [
        int(line.split(":")[0].removeprefix("line "))
        for line in printed.splitlines()
        if line.startswith("line ")
    ]
    assert named == BAD_LINES
    assert "22 rows played" in printed
    assert "the same key 990001 as line 2" in printed
    assert ReplayedRow.objects.filter(done=True).count() == 22


def test_strict_ends_with_an_error_for_a_bad_row(replay: Callable[..., str]) -> None:
    with pytest.raises(CommandError):
        replay(NIGHT, "--strict")
    assert ReplayedRow.objects.filter(done=True).count() == 22


def test_nothing_is_left_open_or_busy(replay: Callable[..., str]) -> None:
    replay()
    assert not Incident.objects.exclude(status__in=ENDED).exists()
    assert not Assignment.objects.filter(step__in=ACTIVE_STEPS).exists()
    assert not Unit.objects.exclude(status=Unit.Status.FREE).exists()
    assert not Timer.objects.exists()  # nobody is told of what was late last spring


def test_real_units_answer_and_somebody_in_person_when_all_are_busy(replay: Callable[..., str]) -> None:
    printed = replay()
    with_unit = Assignment.objects.filter(unit__isnull=False).count()
    in_person = Assignment.objects.filter(unit__isnull=True).count()
    assert with_unit >= 6  # all police units of the cast had work
    assert in_person > 0
    assert f"{in_person} answered in person" in printed


def test_what_an_officer_started_is_claimed(replay: Callable[..., str]) -> None:
    replay()
    claimed = {
        row.key
        for row in ReplayedRow.objects.filter(incident__assignments__claimed=True).select_related("incident")
    }
    assert claimed == {row["cad_number"] for row in rows_of(NIGHT) if row["onview_flag"] == "Y"}


@pytest.mark.parametrize(
    ("key", "status", "inferred"),
    [
        ("990005", Status.CANCELLED, ["accepted_at"]),  # set out, then nothing more
        ("990006", Status.CANCELLED, ["accepted_at"]),  # closed without arrival
        ("990007", Status.CLOSED, ["accepted_at", "departed_at", "reported_back_at"]),
        ("990008", Status.CLOSED, ["accepted_at", "departed_at", "dispatched_at", "reported_back_at"]),
        ("990009", Status.CLOSED, ["accepted_at", "reported_back_at"]),  # closed before it arrived
        ("990011", Status.CANCELLED, []),  # settled on the phone
        ("990012", Status.CANCELLED, []),
        ("990013", Status.CANCELLED, ["accepted_at"]),  # on scene, then nothing more
    ],
)
def test_what_the_log_does_not_hold_is_said(
    replay: Callable[..., str], key: str, status: str, inferred: list[str]
) -> None:
    replay()
    row = ReplayedRow.objects.get(key=key)
    assert row.incident.status == status
    assert row.inferred == inferred
    entries = TimelineEntry.objects.filter(incident=row.incident)
    marked = {entry.code for entry in entries if entry.data["log"].get("inferred")}
    codes = {
        "accepted_at": "unit.accepted",
        "departed_at": "unit.departed",
        "reported_back_at": "unit.reported",
    }
    assert {codes[stamp] for stamp in inferred if stamp in codes} <= marked


def test_a_foreign_place_is_moved_into_a_grid_and_said_so(replay: Callable[..., str]) -> None:
    replay()
    moved = ReplayedRow.objects.get(key="990002").incident
    assert moved.grid is not None
    assert not moved.outside_district
    filed = moved.timeline.get(code="incident.filed")
    assert filed.data["log"]["moved_from"] == [37.77, -122.42]
    assert filed.data["log"]["file"] == "night.csv"
    assert ReplayedRow.objects.get(key="990005").incident.lat is None


def test_a_second_start_doubles_nothing(replay: Callable[..., str]) -> None:
    replay()
    entries = TimelineEntry.objects.count()
    printed = replay()
    assert "0 rows played" in printed
    assert Incident.objects.count() == 22
    assert TimelineEntry.objects.count() == entries
    replay(NIGHT, "--run", "again")
    assert Incident.objects.count() == 44


@pytest.mark.parametrize("steps", [1, 7, 40, 90])
def test_broken_off_anywhere_it_goes_on_where_it_stopped(
    replay: Callable[..., str], monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    left, play = [steps], Player.play

    def broken_off(player: Player, step: object) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        play(player, step)

    monkeypatch.setattr(Player, "play", broken_off)
    with pytest.raises(CommandError, match="goes on from here"):
        replay()
    monkeypatch.undo()
    replay()
    assert Incident.objects.count() == 22
    assert figures_of_product() == figures_of(rows_of(NIGHT))
    for row in ReplayedRow.objects.all():
        stamped = row.incident.timeline.values_list("code", flat=True)
        assert len(stamped) == len(set(stamped))
        assert row.incident.version == len(stamped)


def test_at_a_speed_it_happens_now(replay: Callable[..., str]) -> None:
    before = datetime.now(UTC)
    replay(NIGHT, "--speed", "100000", "--limit", "3")
    for incident in Incident.objects.filter(status=Status.CLOSED):
        assert before - timedelta(seconds=2) < incident.reported_at < incident.closed_at < datetime.now(UTC)
    assert Incident.objects.count() == 3


def test_our_own_format(replay: Callable[..., str], tmp_path: Path) -> None:
    log = tmp_path / "own.csv"
    log.write_text(
        "number,received_at,dispatched_at,accepted_at,departed_at,arrived_at,reported_back_at,closed_at,"
        "category,priority,summary,lat,lon\n"
        "a-1,2026-03-02T08:00:00+08:00,2026-03-02T08:01:00+08:00,2026-03-02T08:01:20+08:00,"
        "2026-03-02T08:02:00+08:00,2026-03-02T08:09:00+08:00,2026-03-02T08:30:00+08:00,2026-03-02T08:31:00+08:00,"
        "fight,,两人打架,36.50,117.88\n"
        "a-2,2026-03-02 08:05:00,,,,,,,no-such-category,2,什么,36.50,117.88\n",
        encoding="utf-8",
    )
    printed = replay(log)
    assert "line 3: " in printed
    row = ReplayedRow.objects.get(key="a-1")
    incident = row.incident
    assert row.inferred == []
    assert (incident.priority, incident.lat, incident.lon) == (1, 36.50, 117.88)
    assert incident.accepted_at == datetime(2026, 3, 2, 0, 1, 20, tzinfo=UTC)
    assert incident.reported_back_at == datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
    assert incident.number.startswith("37030420260302")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("some,other,columns\n1,2,3\n", "of no log known here"),
        ("", "of no log known here"),
    ],
)
def test_a_file_that_is_no_log_is_refused(
    replay: Callable[..., str], tmp_path: Path, text: str, said: str
) -> None:
    log = tmp_path / "other.csv"
    log.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=said) as refused:
        replay(log)
    assert refused.value.returncode == 2


def test_a_mapping_of_ones_own(replay: Callable[..., str], tmp_path: Path) -> None:
    log, mapping = tmp_path / "radio.csv", tmp_path / "radio.json"
    log.write_text("Nr,In,What\n7,02.03.2026 08:00,brawl\n", encoding="utf-8")
    mapping.write_text(
        '{"name": "radio book", "columns": {"key": "Nr", "received": "In", "category": "What", "summary": "What"},'
        ' "time": {"format": "%d.%m.%Y %H:%M", "zone": "Asia/Shanghai"},'
        ' "categories": {"map": {"brawl": "fight"}, "default": "noise"}}',
        encoding="utf-8",
    )
    replay(log, "--map", str(mapping))
    incident = ReplayedRow.objects.get(key="7").incident
    assert incident.category_id == "fight"
    assert incident.reported_at == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_wrong_mapping_says_what_is_wrong(replay: Callable[..., str], tmp_path: Path) -> None:
    mapping = tmp_path / "wrong.json"
    mapping.write_text(
        '{"name": "wrong", "columns": {"key": "cad_number", "recieved": "x"}}', encoding="utf-8"
    )
    with pytest.raises(CommandError, match="recieved"):
        replay(NIGHT, "--map", str(mapping))
