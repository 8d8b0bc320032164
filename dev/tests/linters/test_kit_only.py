"""What may be done in one place only."""

import pytest

from oraculum_dev.linters import kit_only
from oraculum_dev.linters.planted import PlantedCheckout

USES = """
import datetime as dt
import os
import time
import uuid
from dataclasses import field
from datetime import UTC, datetime
from os import environ as env
from uuid import uuid4 as new_id

import grpc
from grpc import aio

a = grpc.aio.insecure_channel("wallet:50051")  # !
b = aio.secure_channel("wallet:50051", credentials)  # !
c = grpc.insecure_channel("wallet:50051")  # !
d = datetime.now(UTC)  # !
e = dt.datetime.utcnow()  # !
f = dt.date.today()  # !
g = time.time()  # !
h = uuid.uuid1()  # !
i = field(default_factory=new_id)  # !
j = os.environ["DATABASE_URL"]  # !
k = env.get("DATABASE_URL")  # !
l = os.getenv("DATABASE_URL")  # !
print("served")  # !
"""

INNOCENT = """
import time
from datetime import datetime, timedelta
from uuid import UUID

a = time.monotonic()
b = time.perf_counter()
c = datetime.fromisoformat("2026-01-01T00:00:00+00:00") + timedelta(days=1)
d = UUID("6b1f3d1e-52a8-5d0f-9a54-0f6f0c6d8a11")
e = clock.now()
f = self.time.time()
g = report.print(a)
h = grpc.aio.server()
"""


class TestUses:
    def test_are_found_through_their_imports(self, checkout: PlantedCheckout) -> None:
        """An alias hides nothing, and handing a function on is using it."""
        checkout.plant("services/wallet/oraculum_wallet/sweep.py", USES)

        assert checkout.marked() == checkout.found(kit_only.check)

    def test_lookalikes_are_innocent(self, checkout: PlantedCheckout) -> None:
        """Durations, parsing and things that are merely called alike are free."""
        checkout.plant("services/wallet/oraculum_wallet/sweep.py", INNOCENT)

        assert [] == checkout.found(kit_only.check)

    def test_are_free_in_tests(self, checkout: PlantedCheckout) -> None:
        """A test may make an id or read the environment as it likes."""
        checkout.plant("services/wallet/tests/test_sweep.py", USES)

        assert [] == checkout.found(kit_only.check)


class TestDoors:
    @pytest.mark.parametrize(
        ("path", "line"),
        [
            ("libs/kit/oraculum_kit/client.py", "channel = grpc.aio.insecure_channel(target)"),
            ("libs/kit/oraculum_kit/clock.py", "now = datetime.datetime.now(UTC)"),
            ("libs/kit/oraculum_kit/ids.py", "new = uuid.uuid5(namespace, text)"),
            ("libs/kit/oraculum_kit/config.py", "variables = os.environ"),
            ("libs/kit/oraculum_kit/process.py", "print(error)"),
            ("dev/oraculum_dev/up.py", "print(os.environ, uuid.uuid4())"),
        ],
    )
    def test_open_for_the_module_whose_job_it_is(
        self, checkout: PlantedCheckout, path: str, line: str
    ) -> None:
        """Somebody has to do it: one module, known by its path."""
        imports = "import datetime, grpc.aio, os, uuid\n"
        checkout.plant(path, imports + line)
        checkout.plant("libs/kit/oraculum_kit/jobs.py", f"{imports}{line}  # !")

        assert checkout.marked() == checkout.found(kit_only.check)
