"""`manage.py replay`: a dispatch log through the same services as the screens (docs/replay.md)."""

import signal
import time
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from tqdm import tqdm

from dispatch.replay.crew import Crew
from dispatch.replay.figures import Compared, compare
from dispatch.replay.log import Log, read_log
from dispatch.replay.mapping import UnreadableLog, load_mapping
from dispatch.replay.placement import move_into_district
from dispatch.replay.player import Player
from dispatch.replay.steps import LogStep, merged
from dispatch.selectors.category import categories
from dispatch.selectors.response_times import Spread
from grid.selectors.territory import territory

_BAD_SHOWN = 50


class Command(BaseCommand):
    help = "Feeds a dispatch log through the same services as the screens. See docs/replay.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the log, CSV")
        parser.add_argument(
            "--map",
            type=Path,
            metavar="MAPPING",
            help="what its columns mean; without it, known logs are recognised",
        )
        parser.add_argument(
            "--speed",
            type=_speed,
            metavar="N",
            help="play it live from now on, N times as fast; without it the log is history, as fast as possible",
        )
        parser.add_argument("--limit", type=int, metavar="ROWS", help="only the first rows")
        parser.add_argument(
            "--run", default="", metavar="NAME", help="play the same log once more, under another name"
        )
        parser.add_argument(
            "--report", action="store_true", help="at the end, its figures and the product's in one table"
        )
        parser.add_argument("--strict", action="store_true", help="exit with 1 if a row could not be played")

    def handle(self, *args: Any, **options: Any) -> None:
        speed: float | None = options["speed"]
        try:
            mapping = load_mapping(options["map"]) if options["map"] else None
            run = options["run"] or ("live" if speed else "")
            log = read_log(options["file"], mapping, run=run)
            self._check_categories(log)
            crew = Crew()
        except UnreadableLog as error:
            raise CommandError(str(error), returncode=2) from error
        with _only_one(log.source):
            player = self._player(options["file"].name, log, crew, speed)
            rows = log.rows[: options["limit"]]
            done_before = player.resume()
            self._introduce(log, player, done_before)
            began = time.monotonic()
            self._play(merged(rows), player, speed, quiet=options["verbosity"] == 0)
            self._conclude(log, player, len(rows), time.monotonic() - began)
            if options["report"] and not self._report(log, speed):
                raise CommandError("The figures differ.")
        if options["strict"] and (log.bad or player.failed):
            raise CommandError("Some rows could not be played.")

    def _check_categories(self, log: Log) -> None:
        wanted = {*log.mapping.categories.values(), log.mapping.default_category} - {None}
        if unknown := sorted(str(code) for code in wanted - categories().keys()):
            raise UnreadableLog(f"The mapping names categories that do not exist: {', '.join(unknown)}")

    def _player(self, name: str, log: Log, crew: Crew, speed: float | None) -> Player:
        moved = {}
        if log.mapping.foreign_places:
            places = [(row.lat, row.lon) for row in log.rows if row.lat is not None and row.lon is not None]
            try:
                moved = move_into_district(places, territory())
            except ValueError as error:
                raise CommandError(f"{str(error).capitalize()}: run “manage.py seed” first.") from error
        return Player(log.source, name, crew, moved, live=speed is not None, speed=speed or 1.0)

    def _introduce(self, log: Log, player: Player, done_before: int) -> None:
        self.stdout.write(
            f"{player.file_name}: {log.mapping.name}, {len(log.rows)} rows, times of {log.mapping.zone}"
        )
        if log.missing_columns:
            self.stdout.write(
                f"Columns of the mapping that this log does not have: {', '.join(log.missing_columns)}"
            )
        if player.moved:
            self.stdout.write(
                f"Its {len(player.moved)} places are abroad and were moved into the district; each incident says so."
            )
        if done_before:
            self.stdout.write(f"{done_before} rows were played before; going on from there.")

    def _play(self, steps: list[LogStep], player: Player, speed: float | None, *, quiet: bool) -> None:
        left = [step for step in steps if not player.has_played(step)]
        if not speed:
            with connection.cursor() as cursor:
                # A row's mark is in the same transaction as its act, so what a crash takes is simply played again.
                cursor.execute("SET synchronous_commit TO off")
        bar = tqdm(left, unit=" steps", disable=quiet, mininterval=0.5, smoothing=0.1)
        try:
            with _ends_like_ctrl_c():
                for step in _paced(bar, left, speed) if speed else bar:
                    player.play(step)
        except KeyboardInterrupt:
            bar.close()
            raise CommandError("Stopped. The same command goes on from here.", returncode=130) from None
        except DatabaseError as error:
            bar.close()
            raise CommandError(f"{str(error).strip()}\nThe same command goes on from here.") from error

    def _conclude(self, log: Log, player: Player, rows: int, seconds: float) -> None:
        bad = sorted([*log.bad, *player.failed], key=lambda row: row.line)
        for row in bad[:_BAD_SHOWN]:
            self.stdout.write(f"line {row.line}: {row.reason}")
        if len(bad) > _BAD_SHOWN:
            self.stdout.write(f"and {len(bad) - _BAD_SHOWN} more")
        self.stdout.write(
            f"{player.finished} rows played in {seconds:.0f} s ({rows} asked for), "
            f"{player.in_person} answered in person because no unit was free, {len(bad)} not played."
        )

    def _report(self, log: Log, speed: float | None) -> bool:
        """Print the table; whether both sides are equal."""
        if speed:
            self.stdout.write(
                "Played live, its stamps are of today: there is nothing to compare with the log."
            )
            return True
        lines = list(compare(log.source, log.rows))
        self.stdout.write(
            "\nSeconds: median and 90th percentile, from the log and from the product\n"
            f"{'priority':<9}{'interval':<25}{'rows':>7}{'log p50':>11}{'product':>11}{'log p90':>11}{'product':>11}"
        )
        for line in lines:
            self.stdout.write(_table_line(line))
        equal = all(line.equal for line in lines)
        self.stdout.write("Equal to the second." if equal else "DIFFERENT: see the lines marked ≠.")
        return equal


def _table_line(line: Compared) -> str:
    rows = (
        str(line.log.count)
        if line.log.count == line.product.count
        else f"{line.log.count}/{line.product.count}"
    )
    cells = [_seconds(line.log, "median"), _seconds(line.product, "median"),
             _seconds(line.log, "p90"), _seconds(line.product, "p90")]  # fmt: skip
    words = line.interval.replace("_to_", " → ").replace("_", " ")
    return (
        f"{line.priority:<9}{words:<25}{rows:>7}"
        + "".join(f"{cell:>11}" for cell in cells)
        + ("" if line.equal else "  ≠")
    )


def _seconds(spread: Spread, name: str) -> str:
    value = getattr(spread, name)
    return "–" if value is None else f"{value:.1f}"


def _paced(steps: Iterator[LogStep], left: list[LogStep], speed: float) -> Iterator[LogStep]:
    """Each step at its time: the first one now, the others as far apart as in the log, divided by `speed`."""
    began = time.monotonic()
    for step in steps:
        due = (step.order - left[0].order).total_seconds() / speed
        time.sleep(max(0.0, began + due - time.monotonic()))
        yield step


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 1_000_000:
        raise ArgumentTypeError("a number above 0, such as 1 or 60")
    return speed


@contextmanager
def _ends_like_ctrl_c() -> Iterator[None]:
    """SIGTERM stops the block as Ctrl-C does, between two acts or undoing the one under way."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _only_one(source: str) -> Iterator[None]:
    """Refuse a second replay of the same log beside this one; the lock goes with the connection."""
    key = int(source[:15], 16)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        if not cursor.fetchone()[0]:
            raise CommandError("This log is being replayed already.")
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
