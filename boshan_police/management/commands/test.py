"""`manage.py test [pytest arguments]`: the whole suite, against servers of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from django.core.management.base import BaseCommand

from boshan_police import embedded
from boshan_police.embedded.place import ROOT
from boshan_police.embedded.processes import ends_with_parent

_ONE_PROCESS = ("--numprocesses", "--dist", "--capture", "--pdb", "--trace", "--collect-only", "--co")
_BY_FILE = ("--dist=loadfile", "--no-loadscope-reorder")
"""A file's fixtures may be dear, such as a whole demo: they are made once."""
MOST_PROCESSES = 4
"""More gain nothing: a few long tests decide how long it takes. One more than there are cores does: browsers wait much."""


def spread(arguments: Sequence[str]) -> list[str]:
    """pytest's options for all cores; none where the arguments decide that, or need one process."""
    for argument in arguments:
        path, _, test = argument.partition("::")
        if test or path.endswith(".py") or argument.startswith(("-n", "-s", *_ONE_PROCESS)):
            return []
    cores = os.cpu_count() or 1
    return [f"--numprocesses={min(cores + 1, MOST_PROCESSES)}", *_BY_FILE] if cores > 1 else []


class Command(BaseCommand):
    help = (
        "Runs the tests with pytest against a PostgreSQL and a Redis of their own, over the cores unless single "
        "files or tests are named. Arguments go to pytest; -n 0 keeps it in one process."
    )
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """Arguments are pytest's: Django's parser would refuse most of them."""
        try:
            with embedded.servers(throwaway=True):
                command = [sys.executable, "-m", "pytest", *spread(argv[2:]), *argv[2:]]
                # Already inside, and the tests start commands of their own.
                environment = {**os.environ, "BOSHAN_NO_BOOTSTRAP": "1"}
                pytest = subprocess.Popen(  # noqa: S603 - whoever types the arguments may run anything anyway
                    command, cwd=ROOT, env=environment, preexec_fn=ends_with_parent()
                )
                # Ctrl-C reaches pytest too, which reports what it has; we wait for that.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                code = pytest.wait()
        except embedded.ServersUnavailable as error:
            sys.exit(str(error))
        sys.exit(code)
