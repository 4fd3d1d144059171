"""HTTP entry point for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "boshan_police.settings")
application = get_wsgi_application()

from dispatch.services.pulse import web_pulse_start  # noqa: E402 - Django is set up above

web_pulse_start()
