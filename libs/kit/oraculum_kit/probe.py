"""`python -m oraculum_kit.probe`: ask this container's own process whether it is ready; for engines without gRPC probes.

The exit code is the answer: 0 ready, 1 not.
"""

import http.client
import os
import sys
from typing import Final

_SECONDS_MAX: Final = 2.5


def is_ready(internal_listen: str) -> bool:
    """Ask `/readyz` on the internal port; what listens everywhere is asked on loopback."""
    host, _, port = internal_listen.rpartition(":")
    address = "127.0.0.1" if host in {"", "0.0.0.0", "[::]"} else host.strip("[]")  # noqa: S104  compared, not bound
    connection = http.client.HTTPConnection(address, int(port), timeout=_SECONDS_MAX)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    listen = os.environ["INTERNAL_LISTEN"]  # lint-allow kit-only: this module is a program of its own
    sys.exit(0 if is_ready(listen) else 1)
