#!/usr/bin/env python3
"""Every command of the portal. Two to begin with: `manage.py demo` and `manage.py test`.

Any Python from 3.11 will do: the first start makes the environment and goes on inside it. Where no
DATABASE_URL or REDIS_URL is set, a private PostgreSQL and Redis serve the command. What it starts is a development
portal unless BOSHAN_ENV says otherwise; servers started without it are production ones.
"""

import os
import sys


def main():
    if not (3, 11) <= sys.version_info < (3, 14):  # written so that even an old Python can say it
        running = ".".join(map(str, sys.version_info[:2]))
        sys.exit("The portal needs Python 3.11, 3.12 or 3.13; this is Python " + running + ".")

    from boshan_police import bootstrap

    bootstrap.enter_environment(sys.argv)

    from django.core.management import execute_from_command_line

    from boshan_police import catalogs, embedded

    os.environ.setdefault("BOSHAN_ENV", "development")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "boshan_police.settings")
    catalogs.compile_stale()
    with embedded.servers_for(sys.argv):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
