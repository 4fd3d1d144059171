"""The demo's gateway (docs/webhooks.md): another process on loopback that shows each message in the terminal.

It stands where a bureau's SMS gateway would: it checks the signature, prints what a phone would show, and gives a
receipt. Whom it reaches are the invented people whom an escalation may mean.
"""

import json
import os
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from boshan_police.demo_world.names import invented_phone

NAME = "演示短信网关"
_SECRET = "BOSHAN_DEMO_GATEWAY_SECRET"  # noqa: S105 - names the variable


def gateway_enter(port: int) -> dict[str, str]:
    """Enter the gateway at `port` with its contacts; returns the environment of its process. Four queries."""
    from boshan_police.kernel.access import Role
    from grid.models import Contact, Gateway, User
    from grid.models.contact import new_secret

    url = f"http://127.0.0.1:{port}/"
    gateway, _created = Gateway.objects.update_or_create(
        name=NAME, defaults={"url": url}, create_defaults={"url": url, "secret": new_secret()}
    )
    told = User.objects.filter(
        role__in=[Role.STATION_COMMANDER, Role.DISPATCHER, Role.WATCH_COMMANDER], is_active=True
    )
    Contact.objects.bulk_create(
        (
            Contact(person=person, channel="webhook", gateway=gateway, address=invented_phone(person.pk))
            for person in told
        ),
        ignore_conflicts=True,
    )
    return {_SECRET: gateway.secret}


class _Phone(BaseHTTPRequestHandler):
    """Takes a message, shows it, says that it arrived."""

    def do_POST(self) -> None:
        from dispatch.couriers.webhook import signature

        body = self.rfile.read(int(self.headers["Content-Length"]))
        key, timestamp = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        secret = os.environ[_SECRET]
        genuine = signature(secret, key, timestamp, body) == self.headers["webhook-signature"]
        self.send_response(202 if genuine else 401)
        self.end_headers()
        if genuine:
            message = json.loads(body)["data"]
            sys.stdout.write(f"{message['to']}: {message['title']} · {message['text']}\n")
            sys.stdout.flush()
            if message["receipt_url"]:
                receipt = b'{"state": "delivered"}'
                headers = {
                    "Content-Type": "application/json",
                    "webhook-timestamp": timestamp,
                    "webhook-signature": signature(secret, key, timestamp, receipt),
                }
                request = urllib.request.Request(message["receipt_url"], receipt, headers)  # noqa: S310 - ours
                urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5).close()

    def log_message(self, *args: object) -> None:
        """Nothing but the messages is shown."""


if __name__ == "__main__":
    import django

    django.setup()
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Phone).serve_forever()
