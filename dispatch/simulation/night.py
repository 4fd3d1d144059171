"""Keeps the night going: one look a second, few acts at a time, on through restarts of the servers."""

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import chain

from django.db import DatabaseError, InterfaceError, connection

from boshan_police.kernel import clock, origin
from boshan_police.kernel.errors import DomainError
from grid.selectors.territory import territory
from patrol.selectors.device import devices_of_units
from patrol.services.position import Report, positions_take
from patrol.services.unit import units_relieve

from .actors import Actors
from .chance import Dice
from .crews import Crews
from .desk import Desk
from .ground import Ground
from .opening import Opening
from .picture import Picture, look
from .reach import is_reachable
from .scenes import Scenes
from .traffic import Traffic

TICK_SECONDS = 1.0
_ACTS_PER_TICK = 3
_REST_SECONDS = 8.0
"""After an act was refused (somebody was sooner) it is not tried again for so long."""
_LATE_PER_HOUR = 7.0
"""About one alarm per operator in ten minutes (docs: LOOK, *Principles*)."""
_LONGEST_GAP = 1.5
_MEAN_BEFORE_CUT = 1.72
"""With gaps cut at 1.5 times the mean, exponential gaps of this mean have a mean of 1 again."""
_RELIEF_EVERY = timedelta(minutes=1)
_BACK_OFF = (1, 2, 4, 8, 15)
_LOCK = 370304


class AlreadyRunning(Exception):
    """Another process simulates on this database."""


class Night:
    """`per_hour` calls in an hour, at random times. `say` prints a line."""

    def __init__(self, *, per_hour: float, seed: int | None, say: Callable[[str], None]) -> None:
        self._per_hour, self._say = per_hour, say
        self._chance = random.Random(seed)  # noqa: S311 - scenery, not secrets
        self._dice = Dice(self._chance.randrange(2**32))
        self._ready = self._opened = False
        self._resting: dict[str, datetime] = {}

    def run(self, *, seconds: float | None = None) -> None:
        """Until `seconds` have passed, or for ever. Raises AlreadyRunning at the start, NoDistrict before the seed."""
        began = time.monotonic()
        failures = 0
        while seconds is None or time.monotonic() - began < seconds:
            looked = time.monotonic()
            try:
                if not self._ready:
                    self._begin()
                self.tick()
            except (DatabaseError, InterfaceError, AlreadyRunning) as error:
                if isinstance(error, AlreadyRunning) and failures == 0:
                    raise
                wait = _BACK_OFF[min(failures, len(_BACK_OFF) - 1)]
                failures += 1
                self._ready = False
                self._say(f"database away ({_first_line(error)}); trying again in {wait} s")
                connection.close()
                time.sleep(wait)
                continue
            if failures:
                self._say("database back, going on")
                failures = 0
            time.sleep(max(0.05, looked + TICK_SECONDS - time.monotonic()))

    def _begin(self) -> None:
        """Take the lock, learn the ground, and at the first time fill the board."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                raise AlreadyRunning
        self._actors = Actors()
        ground = Ground(territory())
        self._scenes = Scenes(ground)
        late_share = min(1.0, _LATE_PER_HOUR / self._per_hour)
        self._desk = Desk(self._actors, self._scenes, self._dice, late_share=late_share)
        self._crews = Crews(self._actors, self._scenes, self._dice)
        self._devices = devices_of_units()
        self._traffic = Traffic(ground, self._chance)
        if not self._opened:
            with origin.told_by(simulated=True):
                made = Opening(self._actors, self._scenes, self._desk, self._chance).open()
            self._opened = True
            if made:
                self._say(f"{made} incidents on the board")
        self._next_call = clock.now() + timedelta(seconds=min(self._gap(), 12.0))
        self._next_relief = clock.now()
        self._ready = True

    def tick(self) -> None:
        """One look, the acts that are due (soonest first, few at a time), the positions whose turn it is."""
        picture, now = look(self._actors), clock.now()
        with origin.told_by(simulated=True):
            if now >= self._next_call:
                self._next_call = now + timedelta(seconds=self._gap())
                self._take_call(picture)
            for what, act in self._due(picture, now):
                try:
                    act()
                except DomainError:
                    self._resting[what] = now + timedelta(seconds=_REST_SECONDS)
        if now >= self._next_relief:
            self._next_relief = now + _RELIEF_EVERY
            units_relieve(actor=self._actors.desk)
        positions = self._traffic.positions(picture, now)
        if positions:
            reports = [
                Report(self._devices[told.unit], told.at, told.lat, told.lon)
                for told in positions
                if told.unit in self._devices  # who has no device is not seen, as in life
            ]
            positions_take(actor=self._actors.desk, reports=reports)

    def _due(self, picture: Picture, now: datetime) -> list[tuple[str, Callable[[], object]]]:
        self._resting = {what: until for what, until in self._resting.items() if until > now}
        due = [
            (at, what, act)
            for at, what, act in chain(self._desk.acts(picture), self._crews.acts(picture))
            if at <= now and what not in self._resting
        ]
        due.sort(key=lambda entry: entry[0])
        return [(what, act) for _at, what, act in due[:_ACTS_PER_TICK]]

    def _take_call(self, picture: Picture) -> None:
        call = self._scenes.call(self._chance, lambda spot, priority: is_reachable(picture, spot, priority))
        self._desk.file(call)

    def _gap(self) -> float:
        """Seconds to the next call: a Poisson stream without its longest gaps, in which nothing would happen to see."""
        mean = 3600 / self._per_hour
        return min(self._chance.expovariate(1 / (mean * _MEAN_BEFORE_CUT)), mean * _LONGEST_GAP)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
