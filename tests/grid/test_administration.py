"""The administration under /admin/: who may enter, what is configured there, and the trace each change leaves."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib import admin
from django.test import Client
from knox.models import AuthToken
from psycopg2.extras import DateTimeTZRange

from boshan_police.kernel import clock
from boshan_police.kernel.models import AuditEntry
from dispatch.models import (
    Assignment,
    Category,
    Incident,
    IntakeTemplate,
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
from tests.grid.offices import filled_form, page_url
from tests.world import EAST, IN_EAST


def _incident(world):
    return incident_file(
        actor=world.dispatcher,
        category="fight",
        summary="Two men fight",
        caller_name="李小明",
        caller_phone="13800000612",
        **IN_EAST,
    ).incident


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
    response = client.get(page_url(User, "changelist"), follow=True)
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
        assert office.get(page_url(model, "changelist"), {"q": "1"}).status_code == 200, model
        row = model.objects.first()
        assert row is not None, model
        assert office.get(page_url(model, "change", row.pk)).status_code == 200, model
        may_add = model_admin.has_add_permission(type("Request", (), {"user": world.admin})())
        assert office.get(page_url(model, "add")).status_code == (200 if may_add else 403), model


def test_roster_and_trail_tell_the_bureaus_time(office, world):
    begins = datetime(2026, 11, 23, 0, tzinfo=UTC)
    duty = Duty.objects.create(
        person=world.watch, period=DateTimeTZRange(begins, begins + timedelta(hours=12))
    )
    assert str(duty) == f"{world.watch} 11-23 08:00 – 11-23 20:00"
    assert "2026-11-23 08:00 – 2026-11-23 20:00" in office.get(page_url(Duty, "changelist")).content.decode()
    assert 'value="2026-11-23 08:00:00"' in office.get(page_url(Duty, "change", duty.pk)).content.decode()
    assert str(AuditEntry(at=begins, code="tea.poured")) == "2026-11-23 08:00:00 tea.poured "


def test_a_change_is_audited_with_the_values_before_and_after(office, world):
    url = page_url(Category, "change", "noise")
    data = {**filled_form(office.get(url)), "priority": "2", "initials": ""}
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
    assert office.post(page_url(Category, "add"), data).status_code == 302
    assert Category.objects.get(code="flood").initials == "sz"
    assert office.post(page_url(Category, "delete", "flood"), {"post": "yes"}).status_code == 302
    assert [entry.code for entry in AuditEntry.objects.filter(target="category flood").order_by("id")] == [
        "configuration.added",
        "configuration.removed",
    ]


def test_what_incidents_refer_to_is_not_removed(office, world):
    _incident(world)
    response = office.post(page_url(Category, "delete", "fight"), {"post": "yes"})
    assert response.status_code == 200
    assert Category.objects.filter(code="fight").exists()


def test_the_tree_of_organisations_stays_a_tree(office, world):
    url = page_url(Organisation, "change", "370304000000")
    data = {**filled_form(office.get(url)), "parent": EAST}
    response = office.post(url, data)
    assert response.status_code == 200
    assert b"stand below itself" in response.content


def test_a_units_form_leaves_its_status_alone(office, world):
    url = page_url(Unit, "change", world.east_car.pk)
    data = filled_form(office.get(url))
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
    assert office.post(page_url(Unit, "add"), data).status_code == 302
    unit = Unit.objects.get(call_sign="城东09")
    assert (unit.status, unit.capabilities, unit.version) == ("off_duty", ["drone"], 1)


def test_incidents_are_shown_masked_and_cannot_be_changed(office, world):
    incident = _incident(world)
    url = page_url(Incident, "change", incident.pk)
    page = office.get(url).content.decode()
    assert "138****0612" in page
    assert "13800000612" not in page
    assert "Received" in page
    assert office.post(url, {"summary": "x"}).status_code == 403
    assert office.post(page_url(Incident, "delete", incident.pk), {"post": "yes"}).status_code == 403
    assert not admin.site.is_registered(Assignment)


def test_the_audit_trail_cannot_be_changed(office, world):
    entry = AuditEntry.objects.create(at="2026-11-23T00:00:00Z", code="x")
    assert office.post(page_url(AuditEntry, "change", entry.pk), {"code": "y"}).status_code == 403
    assert office.post(page_url(AuditEntry, "delete", entry.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("hidden", ["\x07", "\x1b[31m", "\u202e", "\u2066"])
def test_what_hides_in_a_name_is_refused(world, office, hidden):
    url = page_url(Category, "change", "noise")
    response = office.post(url, {**filled_form(office.get(url)), "name": f"噪{hidden}音", "initials": ""})
    assert response.status_code == 200
    assert "U+" in str(response.context["adminform"].form.errors["name"])
    assert (
        office.post(url, {**filled_form(office.get(url)), "name": "噪音📢", "initials": ""}).status_code
        == 302
    )
    assert office.post(url, {**filled_form(office.get(url)), "name": "长" * 10_000}).status_code == 200


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
        page_url(Hazard, "add"), {**data, "text": "户主 13800000612"}
    ).content.decode()  # fmt: skip
    assert (
        "after a year"
        in office.post(page_url(Hazard, "add"), {**data, "valid_until": "2099-01-01"}).content.decode()
    )
    assert office.post(page_url(Hazard, "add"), data).status_code == 302
    assert Hazard.objects.get().entered_by == world.admin
