"""Rows inside rows: the steps of a policy and the needs of a plan are as the file says."""

import pytest

from boshan_police.kernel.models import AuditEntry
from dispatch.models import PlanNeed, Policy
from tests.grid.tables import hand_in, write, wrong


def test_a_policys_steps_are_as_the_file_says(office, world):
    policy = Policy.objects.get(priority=1)
    text = (
        "category,priority,stage,seconds,level\n"
        "*,1,unclaimed,30,1\n*,1,Unclaimed,60,watch commander\n*,1,unclaimed,90,3\n盗窃,2,unclaimed,45,1\n"
    )
    page = hand_in(office, "dispatch/policy", text)
    assert wrong(page) == []
    (change,) = page.context["changed"]
    assert len(change.cells) == 3  # one other level, one new, one gone
    write(office, page)
    assert list(policy.steps.values_list("seconds", "level")) == [(30, 1), (60, 3), (90, 3)]
    theft = Policy.objects.get(category="theft")
    assert list(theft.steps.values_list("seconds", "level")) == [(45, 1)]
    assert Policy.objects.filter(priority=2, category=None).exists()  # not in the file, not removed
    entry = AuditEntry.objects.get(code="configuration.changed")
    assert "60" in str(entry.details)


@pytest.mark.parametrize(
    ("rows", "row", "words"),
    [
        ("*,3,300,unclaimed,30,2\n*,3,300,unclaimed,60,1\n", 3, "in a circle"),
        ("*,3,300,unclaimed,60,1\n*,3,300,unclaimed,30,2\n", 2, "in a circle"),
        ("*,3,300,unclaimed,30,1\n*,3,300,unclaimed,30,2\n", 3, "stands in row 2"),
        ("*,3,300,unclaimed,20000,1\n", 2, "four hours"),
        ("*,3,300,unclaimed,30,9\n", 2, "not one of"),
        ("*,3,300,unclaimed,30,1\n*,3,200,unclaimed,60,1\n", 3, "must agree"),
        (",3,300,unclaimed,30,1\n", 2, "required"),
        ("nothing,3,300,unclaimed,30,1\n", 2, "not known"),
    ],
)
def test_steps_that_can_not_be_meant_are_named_at_their_row(office, world, rows, row, words):
    head = "category,priority,follow_up_seconds,stage,seconds,level\n"
    page = hand_in(office, "dispatch/policy", head + rows)
    assert any(each[0] == row and words in each[3] for each in wrong(page)), wrong(page)
    assert not Policy.objects.filter(priority=3).exists()


def test_a_plan_that_asks_for_more_than_exists_is_said_at_its_row_and_on_its_page(office, world):
    text = "category,priority,kinds,capability,how many\n打架斗殴,1,警车/步巡,,2\nfight,1,car,,4\nfight,1,guard,crowd control,1\n"
    page = hand_in(office, "dispatch/responseplan", text)
    assert wrong(page) == []
    said = [(each.row, each.words) for each in page.context["warnings"]]
    assert [row for row, _words in said] == [4]
    assert "the bureau has 0 such units" in said[0][1]
    write(office, page)
    needs = PlanNeed.objects.order_by("id").values_list("kinds", "capability", "count")
    assert list(needs) == [(["car", "foot"], "", 2), (["car"], "", 4), (["guard"], "crowd", 1)]
