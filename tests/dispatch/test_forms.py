"""Points as people write them; filters of the list from an address."""

import pytest
from django.http import QueryDict

from dispatch.forms import IncidentFilter, read_point


@pytest.mark.parametrize(
    "text",
    [
        "36.49, 117.85",
        "36.49 117.85",
        "117.85,36.49",  # either order: beyond 90 it can only be a longitude
        "３６．４９，１１７．８５",  # full width
        "北纬36.49° 东经117.85°",
        "36.49N, 117.85E",
        "lat: 36.49 lon: 117.85",
        "(36.49, 117.85)",
    ],
)
def test_a_point_is_read(text: str) -> None:
    assert read_point(text) == (36.49, 117.85)


@pytest.mark.parametrize(
    "text", ["", "36.49", "36.49, 117.85, 5", "near the market", "95, 200", "1e9, 3", "6 号楼 2 单元"]
)
def test_what_is_no_point_is_none(text: str) -> None:
    assert read_point(text) is None


@pytest.mark.django_db
class TestIncidentFilter:
    def form(self, query: str) -> IncidentFilter:
        form = IncidentFilter(QueryDict(query))
        form.is_valid()
        return form

    def test_days_begin_in_the_bureaus_zone_and_the_last_is_included(self) -> None:
        wanted = self.form("since=2026-11-23&until=2026-11-23").wanted()
        assert wanted["since"].isoformat() == "2026-11-23T00:00:00+08:00"
        assert wanted["until"].isoformat() == "2026-11-24T00:00:00+08:00"

    def test_what_is_not_valid_is_left_out(self) -> None:
        form = self.form("status=nonsense&priority=9&since=yesterday&sort=evil&open=1")
        assert form.wanted() == {"open": True}
        assert form.order() == ["-id"]

    def test_a_chip_takes_its_own_value_away_only(self) -> None:
        chips = self.form("status=closed&status=invalid&open=0&sort=priority").chips()
        assert [chip["label"] for chip in chips] == [
            "Open or ended: Ended",
            "State: Closed",
            "State: Invalid",
        ]
        assert chips[1]["query"] == "open=0&status=invalid&sort=priority"
