"""The administration under /admin/: who may enter, what is configured there, and the trace each change leaves."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken
from psycopg2.extras import DateTimeTZRange

from boshan_police.kernel import clock
from boshan_police.kernel.models import AuditEntry
from dispatch.models import (
    Assignment,
    Category,
    Incident,
    IntakeTemplate,
    PlanNeed,
    Policy,
    PolicyStep,
    ResponsePlan,
)
from dispatch.services.assignment import assignment_create
from dispatch.services.incident import incident_file
from grid.models import (
    Contact,
    Duty,
    Gateway,
    Hazard,
    Organisation,
    Person,
    PlaceName,
    PlaceNameFile,
    User,
)
from patrol.models import Device, Unit, UnknownDevice
from tests.world import EAST, IN_EAST, SOUTH


@pytest.fixture
def office(world):
    """The administrator's browser."""
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(world.admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _incident(world):
    return incident_file(
        actor=world.dispatcher,
        category="fight",
        summary="Two men fight",
        caller_name="李小明",
        caller_phone="13800000612",
        **IN_EAST,
    ).incident


def _url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def _form(response):
    """The fields of a rendered admin form as a browser would send them back."""
    data = {}
    context = response.context
    forms = [context["adminform"].form]
    for formset in context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    for form in forms:
        for name in form.fields:
            value = form[name].value()
            data[form.add_prefix(name)] = "" if value is None else value
    return {key: value for key, value in data.items() if value is not False}


def test_strangers_are_led_to_our_sign_in_page(db):
    response = Client().get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/login/?next=")


@pytest.mark.parametrize("who", ["dispatcher", "watch", "east_commander"])
def test_other_roles_are_refused_even_as_superuser(world, who):
    person = getattr(world, who)
    person.is_staff = person.is_superuser = True
    person.save()
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(_url(User, "changelist"), follow=True)
    assert response.status_code == 403
    assert b"Administrator" in response.content
    assert AuditEntry.objects.filter(code="access.refused", actor=person).exists()


def test_every_page_of_every_table_opens(office, world):
    incident = _incident(world)
    assignment_create(actor=world.dispatcher, number=incident.number, units=[world.east_car.pk])
    Person.objects.create(number="1", name="李青", kind="auxiliary", organisation_id=EAST)
    AuthToken.objects.create(world.dispatcher)
    ResponsePlan.objects.create(category=None, priority=1)
    now = clock.now()
    Duty.objects.create(person=world.watch, period=DateTimeTZRange(now, now + timedelta(hours=12)))
    Device.objects.create(identifier="radio-1", unit=world.east_car)
    UnknownDevice.objects.create(identifier="radio-2", first_seen=clock.now(), last_seen=clock.now())
    gateway = Gateway.objects.create(name="SMS", url="http://sms.intranet/", secret="whsec_x")
    Contact.objects.create(person=world.watch, channel="webhook", gateway=gateway, address="139")
    PlaceName.objects.create(name="窑火小区", **IN_EAST)
    PlaceNameFile.objects.create(name="names.csv", system="wgs84", uploaded_at=now, uploaded_by=world.admin)
    Hazard.objects.create(
        kind="gas",
        text="x",
        reason="y",
        valid_until=now.date(),
        entered_at=now,
        entered_by=world.admin,
        **IN_EAST,
    )
    IntakeTemplate.objects.create(category_id="fight", title="打架", text="【几】人打架")
    assert office.get("/admin/").status_code == 200
    for model, model_admin in admin.site._registry.items():
        assert office.get(_url(model, "changelist"), {"q": "1"}).status_code == 200, model
        row = model.objects.first()
        assert row is not None, model
        assert office.get(_url(model, "change", row.pk)).status_code == 200, model
        may_add = model_admin.has_add_permission(type("Request", (), {"user": world.admin})())
        assert office.get(_url(model, "add")).status_code == (200 if may_add else 403), model


def test_roster_and_trail_tell_the_bureaus_time(office, world):
    begins = datetime(2026, 11, 23, 0, tzinfo=UTC)
    duty = Duty.objects.create(
        person=world.watch, period=DateTimeTZRange(begins, begins + timedelta(hours=12))
    )
    assert str(duty) == f"{world.watch} 11-23 08:00 – 11-23 20:00"
    assert "2026-11-23 08:00 – 2026-11-23 20:00" in office.get(_url(Duty, "changelist")).content.decode()
    assert 'value="2026-11-23 08:00:00"' in office.get(_url(Duty, "change", duty.pk)).content.decode()
    assert str(AuditEntry(at=begins, code="tea.poured")) == "2026-11-23 08:00:00 tea.poured "


def test_a_change_is_audited_with_the_values_before_and_after(office, world):
    url = _url(Category, "change", "noise")
    data = {**_form(office.get(url)), "priority": "2", "initials": ""}
    assert office.post(url, data).status_code == 302
    noise = Category.objects.get(code="noise")
    assert (noise.priority, noise.initials) == (2, "zyrm")
    entry = AuditEntry.objects.get(code="configuration.changed")
    assert (entry.actor, entry.target) == (world.admin, "category noise")
    assert entry.details["what"][-1]["values"]["priority"] == ["4", "2"]


def test_an_addition_and_a_removal_are_audited(office, world):
    data = {
        "code": "flood",
        "group": "help",
        "name": "水灾",
        "name_en": "Flood",
        "priority": "1",
        "active": "on",
    }
    assert office.post(_url(Category, "add"), data).status_code == 302
    assert Category.objects.get(code="flood").initials == "sz"
    assert office.post(_url(Category, "delete", "flood"), {"post": "yes"}).status_code == 302
    assert [entry.code for entry in AuditEntry.objects.filter(target="category flood").order_by("id")] == [
        "configuration.added",
        "configuration.removed",
    ]


def test_what_incidents_refer_to_is_not_removed(office, world):
    _incident(world)
    response = office.post(_url(Category, "delete", "fight"), {"post": "yes"})
    assert response.status_code == 200
    assert Category.objects.filter(code="fight").exists()


def test_policy_steps_are_changed_with_their_policy(office, world):
    step = PolicyStep.objects.filter(level=1).first()
    url = _url(Policy, "change", step.policy_id)
    page = office.get(url)
    data = _form(page)
    field = next(key for key, value in data.items() if key.endswith("-id") and value == step.pk)
    data[field.replace("-id", "-seconds")] = "45"
    assert office.post(url, data).status_code == 302
    step.refresh_from_db()
    assert step.seconds == 45
    (entry,) = AuditEntry.objects.filter(code="configuration.changed")
    assert ["30", "45"] in entry.details["what"][-1]["values"].values()


def test_a_response_plan_is_written_with_its_needs(office, world):
    data = {
        **_form(office.get(_url(ResponsePlan, "add"))),
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
    response = office.post(_url(ResponsePlan, "add"), data)
    assert response.status_code == 302, response.context["errors"]
    needs = PlanNeed.objects.order_by("id").values_list("kinds", "capability", "count")
    assert list(needs) == [(["car", "traffic"], "", 2), (["guard"], "crowd", 1)]
    assert "2 × police car or traffic police" in office.get(_url(ResponsePlan, "changelist")).content.decode()
    assert AuditEntry.objects.get(code="configuration.added").target.startswith("responseplan ")


def test_a_need_of_no_kind_or_nobody_is_refused(office, world):
    data = {
        **_form(office.get(_url(ResponsePlan, "add"))),
        "priority": "1",
        "needs-TOTAL_FORMS": "1",
        "needs-0-count": "0",
    }
    response = office.post(_url(ResponsePlan, "add"), data)
    assert response.status_code == 200
    assert not ResponsePlan.objects.exists()


def test_the_tree_of_organisations_stays_a_tree(office, world):
    url = _url(Organisation, "change", "370304000000")
    data = {**_form(office.get(url)), "parent": EAST}
    response = office.post(url, data)
    assert response.status_code == 200
    assert b"stand below itself" in response.content


def test_a_units_form_leaves_its_status_alone(office, world):
    url = _url(Unit, "change", world.east_car.pk)
    data = _form(office.get(url))
    incident = _incident(world)
    assignment_create(actor=world.dispatcher, number=incident.number, units=[world.east_car.pk])
    assert office.post(url, {**data, "members": "4"}).status_code == 302
    unit = Unit.objects.get(pk=world.east_car.pk)
    assert (unit.members, unit.status) == (4, "assigned")
    assert unit.version > world.east_car.version + 1


def test_a_new_unit_is_off_duty(office, world):
    data = {
        "call_sign": "城东09",
        "kind": "car",
        "organisation": EAST,
        "station": EAST,
        "members": "2",
        "capabilities": "drone",
    }
    assert office.post(_url(Unit, "add"), data).status_code == 302
    unit = Unit.objects.get(call_sign="城东09")
    assert (unit.status, unit.capabilities, unit.version) == ("off_duty", ["drone"], 1)


# --- Accounts ------------------------------------------------------------------------------------------


def test_a_new_account_can_sign_in(office, world):
    data = {
        "username": "new_officer",
        "name": "新人",
        "role": "station_officer",
        "organisation": SOUTH,
        "usable_password": "true",
        "password1": "a-long-enough-word",
        "password2": "a-long-enough-word",
    }
    response = office.post(_url(User, "add"), data)
    assert response.status_code == 302, response.context["errors"]
    account = User.objects.get(username="new_officer")
    assert account.check_password("a-long-enough-word")
    assert not account.is_superuser
    entry = AuditEntry.objects.get(code="configuration.added")
    assert "a-long-enough-word" not in str(entry.details)


def test_role_and_organisation_are_changed(office, world):
    url = _url(User, "change", world.east_officer.pk)
    data = {**_form(office.get(url)), "role": "station_commander", "organisation": SOUTH}
    assert office.post(url, data).status_code == 302
    world.east_officer.refresh_from_db()
    assert (world.east_officer.role, world.east_officer.organisation_id) == ("station_commander", SOUTH)


def test_nobody_demotes_themselves(office, world):
    url = _url(User, "change", world.admin.pk)
    data = {**_form(office.get(url)), "role": "dispatcher"}
    response = office.post(url, data)
    assert b"Ask another administrator" in response.content
    world.admin.refresh_from_db()
    assert world.admin.role == "administrator"


def test_a_password_is_set_and_audited_without_its_value(office, world):
    url = reverse("admin:auth_user_password_change", args=[world.east_officer.pk])
    data = {"usable_password": "true", "password1": "another-long-word", "password2": "another-long-word"}
    assert office.post(url, data).status_code == 302
    world.east_officer.refresh_from_db()
    assert world.east_officer.check_password("another-long-word")
    entry = AuditEntry.objects.get(code="configuration.changed")
    assert entry.target == f"user {world.east_officer.pk}"
    assert "another-long-word" not in str(entry.details)


def test_accounts_are_not_removed(office, world):
    assert office.post(_url(User, "delete", world.east_officer.pk), {"post": "yes"}).status_code == 403


def test_tokens_are_revoked(office, world, api):
    clients = [api(world.dispatcher), api(world.dispatcher)]
    assert [client.read("categories/").status_code for client in clients] == [200, 200]
    data = {"action": "revoke_tokens", "_selected_action": [world.dispatcher.pk]}
    assert office.post(_url(User, "changelist"), data).status_code == 302
    assert [client.read("categories/").status_code for client in clients] == [401, 401]
    assert AuditEntry.objects.get(code="token.revoked_all").details == {"tokens": 2}


# --- What is only shown ---------------------------------------------------------------------------------


def test_incidents_are_shown_masked_and_cannot_be_changed(office, world):
    incident = _incident(world)
    url = _url(Incident, "change", incident.pk)
    page = office.get(url).content.decode()
    assert "138****0612" in page
    assert "13800000612" not in page
    assert "Received" in page
    assert office.post(url, {"summary": "x"}).status_code == 403
    assert office.post(_url(Incident, "delete", incident.pk), {"post": "yes"}).status_code == 403
    assert not admin.site.is_registered(Assignment)


def test_the_audit_trail_cannot_be_changed(office, world):
    entry = AuditEntry.objects.create(at="2026-11-23T00:00:00Z", code="x")
    assert office.post(_url(AuditEntry, "change", entry.pk), {"code": "y"}).status_code == 403
    assert office.post(_url(AuditEntry, "delete", entry.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([(30, 2), (60, 1)], "in a circle"),
        ([(30, 1), (30, 2)], "duplicate"),
        ([(20_000, 1)], "four hours"),
    ],
)
def test_steps_that_can_not_be_meant_are_named_at_their_row(world, office, steps, words):
    url = _url(Policy, "add")
    data = _form(office.get(url)) | {"category": "noise", "priority": 3, "follow_up_seconds": 300}
    data |= {"steps-TOTAL_FORMS": len(steps)}
    for index, (seconds, level) in enumerate(steps):
        data |= {f"steps-{index}-stage": "unclaimed", f"steps-{index}-seconds": seconds}
        data |= {f"steps-{index}-level": level, f"steps-{index}-id": "", f"steps-{index}-policy": ""}
    response = office.post(url, data)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not Policy.objects.filter(category="noise").exists()


def test_a_secret_is_one_and_is_named_in_the_audit_without_its_value(office, world):
    page = office.get(_url(Gateway, "add"))
    data = {**_form(page), "name": "SMS", "url": "http://sms.intranet:8400/send"}
    assert office.post(_url(Gateway, "add"), {**data, "secret": "whsec_short"}).status_code == 200
    assert office.post(_url(Gateway, "add"), data).status_code == 302
    gateway = Gateway.objects.get()
    entry = AuditEntry.objects.get(code="configuration.added")
    assert gateway.secret not in json.dumps(entry.details)
    contact = {
        "person": world.watch.pk,
        "channel": "email",
        "gateway": "",
        "address": "no address",
        "active": "on",
    }
    answer = office.post(_url(Contact, "add"), contact)
    assert (answer.status_code, Contact.objects.count()) == (200, 0)
    assert office.post(_url(Contact, "add"), {**contact, "address": "zhao@boshan.example"}).status_code == 302
    assert office.post(_url(Contact, "add"), {**contact, "channel": "webhook"}).status_code == 200


@pytest.mark.parametrize(
    ("typed", "kept"), [("90", 90), ("1:30", 90), ("１：３０", 90), (" 0:45 ", 45), ("240:00", 14_400)]
)
def test_a_length_of_time_is_seconds_or_minutes_and_seconds(world, office, typed, kept):
    policy = Policy.objects.get(priority=1)
    url = _url(Policy, "change", policy.pk)
    data = _form(office.get(url))
    assert "0:30" in data.values()
    assert office.post(url, data | {"follow_up_seconds": typed}).status_code == 302
    policy.refresh_from_db()
    assert policy.follow_up_seconds == kept
    assert policy.steps.count() == 3


@pytest.mark.parametrize(
    "typed", ["1:60", "1:2:3", ":30", "5:", "soon", "-1:30", "1.5", "٣:٠٠", "9" * 400, "1:30\x00"]
)
def test_what_is_no_length_of_time_is_refused(world, office, typed):
    url = _url(Policy, "change", Policy.objects.get(priority=1).pk)
    response = office.post(url, _form(office.get(url)) | {"follow_up_seconds": typed})
    assert response.status_code == 200
    assert "follow_up_seconds" in response.context["adminform"].form.errors


def test_the_policy_form_names_whom_each_level_reaches_today(world, office):
    now = clock.now()
    Duty.objects.create(
        person=world.south_commander, period=DateTimeTZRange(now - timedelta(days=2), now - timedelta(days=1))
    )
    page = office.get(_url(Policy, "change", Policy.objects.get(priority=1).pk))
    told = {each.level: each.groups for each in page.context["told"]}
    assert told == {
        1: [("Chengdong", ["孙立"]), ("Shantou", [])],  # South keeps a roster and has nobody on it
        2: [("", ["王知远"])],
        3: [("", ["赵守一"])],
    }
    assert "nobody" in page.content.decode()


@pytest.mark.parametrize("hidden", ["\x07", "\x1b[31m", "\u202e", "\u2066"])
def test_what_hides_in_a_name_is_refused(world, office, hidden):
    url = _url(Category, "change", "noise")
    response = office.post(url, {**_form(office.get(url)), "name": f"噪{hidden}音", "initials": ""})
    assert response.status_code == 200
    assert "U+" in str(response.context["adminform"].form.errors["name"])
    assert office.post(url, {**_form(office.get(url)), "name": "噪音📢", "initials": ""}).status_code == 302
    assert office.post(url, {**_form(office.get(url)), "name": "长" * 10_000}).status_code == 200


def test_a_template_is_configured_and_each_version_audited(office, world):
    data = {
        "category": "fight",
        "title": "打架",
        "prompts": "几个人？",
        "text": "【几】人打架",
        "position": "1",
    }
    assert office.post(_url(IntakeTemplate, "add"), {**data, "active": "on"}).status_code == 302
    template = IntakeTemplate.objects.get()
    url = _url(IntakeTemplate, "change", template.pk)
    assert office.post(url, {**_form(office.get(url)), "text": "【几】人在打架"}).status_code == 302
    entry = AuditEntry.objects.get(code="configuration.changed")
    assert entry.details["what"][-1]["values"]["text"] == ["【几】人打架", "【几】人在打架"]
    assert "that title already" in office.post(_url(IntakeTemplate, "add"), data).content.decode()


def test_a_warning_names_who_entered_it_and_keeps_to_the_rules(office, world):
    day = clock.local_day(clock.now())
    data = {
        "kind": "gas",
        "text": "气瓶",
        "reason": "检查",
        "lat": "36.5",
        "lon": "117.88",
        "valid_until": str(day),
    }
    assert "nothing about a person" in office.post(
        _url(Hazard, "add"), {**data, "text": "户主 13800000612"}
    ).content.decode()  # fmt: skip
    assert (
        "after a year"
        in office.post(_url(Hazard, "add"), {**data, "valid_until": "2099-01-01"}).content.decode()
    )
    assert office.post(_url(Hazard, "add"), data).status_code == 302
    assert Hazard.objects.get().entered_by == world.admin
