"""Cells of a file that could be taken for something else."""

import pytest

from grid.models import Duty
from tests.grid.tables import hand_in, wrong


def test_a_number_is_no_account(office, world):
    turns = f"person,from,to\n{world.watch.pk},2026-12-01 08:00,2026-12-01 20:00\n"
    page = hand_in(office, "grid/duty", turns)
    ((row, column, value, words),) = wrong(page)
    assert (row, column, value) == (2, "Person", str(world.watch.pk))
    assert "is not known" in words
    assert not Duty.objects.exists()


@pytest.mark.parametrize("moment", ["0001-01-01", "0001-01-01 00:00", "9999-12-31 23:59", "1989-12-31 08:00"])
def test_a_moment_that_can_not_be_meant_is_refused(office, world, moment):
    page = hand_in(office, "grid/duty", f"person,from,to\nwatch,2026-12-01 08:00,{moment}\n")
    assert "Write date and time" in wrong(page)[0][3]
