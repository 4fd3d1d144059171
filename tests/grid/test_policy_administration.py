"""Escalation policies, response plans and intake templates in the administration."""

from datetime import timedelta

import pytest
from psycopg2.extras import DateTimeTZRange

from boshan_police.kernel import clock
from boshan_police.kernel.models import AuditEntry
from dispatch.models import (
    IntakeTemplate,
    PlanNeed,
    Policy,
    PolicyStep,
    ResponsePlan,
)
from grid.models import (
    Duty,
)
from tests.grid.offices import filled_form, page_url


def test_policy_steps_are_changed_with_their_policy(office, world):
    step = PolicyStep.objects.filter(level=1).first()
    url = page_url(Policy, "change", step.policy_id)
    page = office.get(url)
    data = filled_form(page)
    field = next(key for key, value in data.items() if key.endswith("-id") and value == step.pk)
    data[field.replace("-id", "-seconds")] = "45"
    assert office.post(url, data).status_code == 302
    step.refresh_from_db()
    assert step.seconds == 45
    (entry,) = AuditEntry.objects.filter(code="configuration.changed")
    assert ["30", "45"] in entry.details["what"][-1]["values"].values()


def test_a_response_plan_is_written_with_its_needs(office, world):
    data = {
        **filled_form(office.get(page_url(ResponsePlan, "add"))),
        "category": "fight",
        "priority": "1",
        "needs-TOTAL_FORMS": "2",
        "needs-0-kinds": ["car", "traffic"],
        "needs-0-capability": "",
        "needs-0-count": "2",
        "needs-1-kinds": ["guard"],
        "needs-1-capability": "crowd",
        "needs-1-count": "1",
    }
    response = office.post(page_url(ResponsePlan, "add"), data)
    assert response.status_code == 302, response.context["errors"]
    needs = PlanNeed.objects.order_by("id").values_list("kinds", "capability", "count")
    assert list(needs) == [(["car", "traffic"], "", 2), (["guard"], "crowd", 1)]
    assert (
        "2 × police car or traffic police"
        in office.get(page_url(ResponsePlan, "changelist")).content.decode()
    )
    assert AuditEntry.objects.get(code="configuration.added").target.startswith("responseplan ")


def test_a_need_of_no_kind_or_nobody_is_refused(office, world):
    data = {
        **filled_form(office.get(page_url(ResponsePlan, "add"))),
        "priority": "1",
        "needs-TOTAL_FORMS": "1",
        "needs-0-count": "0",
    }
    response = office.post(page_url(ResponsePlan, "add"), data)
    assert response.status_code == 200
    assert not ResponsePlan.objects.exists()


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([(30, 2), (60, 1)], "in a circle"),
        ([(30, 1), (30, 2)], "duplicate"),
        ([(20_000, 1)], "four hours"),
    ],
)
def test_steps_that_can_not_be_meant_are_named_at_their_row(world, office, steps, words):
    url = page_url(Policy, "add")
    data = filled_form(office.get(url)) | {"category": "noise", "priority": 3, "follow_up_seconds": 300}
    data |= {"steps-TOTAL_FORMS": len(steps)}
    for index, (seconds, level) in enumerate(steps):
        data |= {f"steps-{index}-stage": "unclaimed", f"steps-{index}-seconds": seconds}
        data |= {f"steps-{index}-level": level, f"steps-{index}-id": "", f"steps-{index}-policy": ""}
    response = office.post(url, data)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not Policy.objects.filter(category="noise").exists()


@pytest.mark.parametrize(
    ("typed", "kept"), [("90", 90), ("1:30", 90), ("１：３０", 90), (" 0:45 ", 45), ("240:00", 14_400)]
)
def test_a_length_of_time_is_seconds_or_minutes_and_seconds(world, office, typed, kept):
    policy = Policy.objects.get(priority=1)
    url = page_url(Policy, "change", policy.pk)
    data = filled_form(office.get(url))
    assert "0:30" in data.values()
    assert office.post(url, data | {"follow_up_seconds": typed}).status_code == 302
    policy.refresh_from_db()
    assert policy.follow_up_seconds == kept
    assert policy.steps.count() == 3


@pytest.mark.parametrize(
    "typed", ["1:60", "1:2:3", ":30", "5:", "soon", "-1:30", "1.5", "٣:٠٠", "9" * 400, "1:30\x00"]
)
def test_what_is_no_length_of_time_is_refused(world, office, typed):
    url = page_url(Policy, "change", Policy.objects.get(priority=1).pk)
    response = office.post(url, filled_form(office.get(url)) | {"follow_up_seconds": typed})
    assert response.status_code == 200
    assert "follow_up_seconds" in response.context["adminform"].form.errors


def test_the_policy_form_names_whom_each_level_reaches_today(world, office):
    now = clock.now()
    Duty.objects.create(
        person=world.south_commander, period=DateTimeTZRange(now - timedelta(days=2), now - timedelta(days=1))
    )
    page = office.get(page_url(Policy, "change", Policy.objects.get(priority=1).pk))
    told = {each.level: each.groups for each in page.context["told"]}
    assert told == {
        1: [("Chengdong", ["孙立"]), ("Shantou", [])],  # South keeps a roster and has nobody on it
        2: [("", ["王知远"])],
        3: [("", ["赵守一"])],
    }
    assert "nobody" in page.content.decode()


def test_a_template_is_configured_and_each_version_audited(office, world):
    data = {
        "category": "fight",
        "title": "打架",
        "prompts": "几个人？",
        "text": "【几】人打架",
        "position": "1",
    }
    assert office.post(page_url(IntakeTemplate, "add"), {**data, "active": "on"}).status_code == 302
    template = IntakeTemplate.objects.get()
    url = page_url(IntakeTemplate, "change", template.pk)
    assert office.post(url, {**filled_form(office.get(url)), "text": "【几】人在打架"}).status_code == 302
    entry = AuditEntry.objects.get(code="configuration.changed")
    assert entry.details["what"][-1]["values"]["text"] == ["【几】人打架", "【几】人在打架"]
    assert "that title already" in office.post(page_url(IntakeTemplate, "add"), data).content.decode()
