"""Accounts, their tokens and secrets in the administration."""

import json

from django.urls import reverse

from boshan_police.kernel.models import AuditEntry
from grid.models import Contact, Gateway, User
from tests.grid.offices import filled_form, page_url
from tests.world import SOUTH


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
    response = office.post(page_url(User, "add"), data)
    assert response.status_code == 302, response.context["errors"]
    account = User.objects.get(username="new_officer")
    assert account.check_password("a-long-enough-word")
    assert not account.is_superuser
    entry = AuditEntry.objects.get(code="configuration.added")
    assert "a-long-enough-word" not in str(entry.details)


def test_role_and_organisation_are_changed(office, world):
    url = page_url(User, "change", world.east_officer.pk)
    data = {**filled_form(office.get(url)), "role": "station_commander", "organisation": SOUTH}
    assert office.post(url, data).status_code == 302
    world.east_officer.refresh_from_db()
    assert (world.east_officer.role, world.east_officer.organisation_id) == ("station_commander", SOUTH)


def test_nobody_demotes_themselves(office, world):
    url = page_url(User, "change", world.admin.pk)
    data = {**filled_form(office.get(url)), "role": "dispatcher"}
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
    assert office.post(page_url(User, "delete", world.east_officer.pk), {"post": "yes"}).status_code == 403


def test_tokens_are_revoked(office, world, api):
    clients = [api(world.dispatcher), api(world.dispatcher)]
    assert [client.read("categories/").status_code for client in clients] == [200, 200]
    data = {"action": "revoke_tokens", "_selected_action": [world.dispatcher.pk]}
    assert office.post(page_url(User, "changelist"), data).status_code == 302
    assert [client.read("categories/").status_code for client in clients] == [401, 401]
    assert AuditEntry.objects.get(code="token.revoked_all").details == {"tokens": 2}


def test_a_secret_is_one_and_is_named_in_the_audit_without_its_value(office, world):
    page = office.get(page_url(Gateway, "add"))
    data = {**filled_form(page), "name": "SMS", "url": "http://sms.intranet:8400/send"}
    assert office.post(page_url(Gateway, "add"), {**data, "secret": "whsec_short"}).status_code == 200
    assert office.post(page_url(Gateway, "add"), data).status_code == 302
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
    answer = office.post(page_url(Contact, "add"), contact)
    assert (answer.status_code, Contact.objects.count()) == (200, 0)
    assert (
        office.post(page_url(Contact, "add"), {**contact, "address": "zhao@boshan.example"}).status_code
        == 302
    )
    assert office.post(page_url(Contact, "add"), {**contact, "channel": "webhook"}).status_code == 200
