"""`python -m boshan_police.deploy.probe URL`: exit 0 when a web process answers within three seconds.

Any answer counts, 503 too: `/health/` speaks for the whole installation, and a container must not be taken
out because the worker is late. Standard library only, so that a check each ten seconds costs nothing.
"""

import sys
import urllib.error
import urllib.request

_TIMEOUT_SECONDS = 3


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS).close()  # noqa: S310 - the address is an argument
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(not answers(sys.argv[1]))
