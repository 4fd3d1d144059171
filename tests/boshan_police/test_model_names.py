"""What an administrator reads of a row names its time as people there read it."""

from datetime import UTC, datetime

import pytest
from django.db.models import Model

from dispatch.models import FurtherCaller, Sweep, Watch
from patrol.models import TrackPoint, UnitState

LATE = datetime(2026, 11, 25, 20, 30, tzinfo=UTC)  # Thursday 26 November, 04:30 in Shanghai


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (Watch(organisation_id="EAST", began_at=LATE), "EAST 11-26 04:30"),
        (FurtherCaller(incident_id="370304202611260001", at=LATE), "370304202611260001 04:30:00"),
        (Sweep(name="timers", at=LATE), "timers 04:30:00"),
        (TrackPoint(device_id="7", at=LATE), "7 2026-11-26 04:30:00"),
        (UnitState(call_sign="城东01", at=LATE, status="free"), "城东01 2026-11-26 04:30:00 free"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Model) else "",
)
def test_a_rows_time_is_local(row: Model, name: str) -> None:
    assert str(row) == name
