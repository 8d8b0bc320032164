"""The real servers start, keep what they must, and stop."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from oraculum_dev.infrastructure import postgres
from oraculum_dev.infrastructure.accounts import open_temporary_base
from oraculum_dev.infrastructure.kafka import Kafka
from oraculum_dev.infrastructure.ports import is_free
from oraculum_dev.infrastructure.postgres import Postgres
from oraculum_dev.infrastructure.programs import spawn, stop, wait_ready
from oraculum_dev.infrastructure.valkey import Valkey


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that a server running as somebody else may enter; pytest's own is closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="oraculum-place-", dir=open_temporary_base()))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def run(server, work: Callable[[], object]) -> object:
    """Start a server, do something with it, stop it; it must obey and leave its port."""
    server.prepare()
    program = server.program()
    process = spawn(program)
    try:
        wait_ready(process, program, server.ready, server.timeout_seconds)
        result = work()
    finally:
        obeyed = stop(process, program.stop_signal, 30)
    assert obeyed
    assert is_free(server.port)
    return result


class TestPostgres:
    def test_keeps_its_data_between_runs(self, place, free_port) -> None:
        def server() -> Postgres:
            return Postgres(folder=place / "postgres", port=free_port(), password="secret", log=place / "log")

        def write() -> None:
            with psycopg.connect(first.url) as connection:
                connection.execute("create table kept as select 42 as number")

        def read() -> object:
            with psycopg.connect(second.url) as connection:
                return connection.execute("select number, current_setting('fsync') from kept").fetchone()

        first = server()
        run(first, write)
        # On another port, as after a change of ORACULUM_PORT_BASE.
        second = server()
        assert (42, "on") == run(second, read)

    def test_runs_where_its_account_may_not_enter_the_checkout(self, place, free_port, monkeypatch) -> None:
        """As in /root: the programs are copied, and find their libraries in the copy."""
        monkeypatch.setattr(
            postgres, "enterable_by_all", lambda path: postgres.INSTALLATION not in path.parents
        )
        server = Postgres(folder=place / "postgres", port=free_port(), password="secret", log=place / "log")

        def answer() -> object:
            with psycopg.connect(server.url) as connection:
                return connection.execute("select 1").fetchone()

        assert (1,) == run(server, answer)

    def test_wants_a_password(self, place, free_port) -> None:
        server = Postgres(folder=place / "postgres", port=free_port(), password="secret", log=place / "log")

        def enter() -> None:
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(server.url.replace("secret", "guess"))

        run(server, enter)


class TestKafka:
    def test_keeps_its_topics_though_its_ports_change(self, place, free_port) -> None:
        from confluent_kafka.admin import AdminClient, NewTopic

        def server() -> Kafka:
            return Kafka(
                folder=place / "kafka", port=free_port(), controller_port=free_port(), log=place / "kafka.log"
            )

        def write() -> None:
            admin = AdminClient({"bootstrap.servers": first.bootstrap_servers})
            admin.create_topics([NewTopic("kept", 3, 1)])["kept"].result(30)

        def read() -> int:
            admin = AdminClient({"bootstrap.servers": second.bootstrap_servers})
            return len(admin.list_topics(timeout=10).topics["kept"].partitions)

        first = server()
        run(first, write)
        second = server()
        assert 3 == run(second, read)


def test_valkey_answers_and_stops(place, free_port) -> None:
    import redis

    server = Valkey(folder=place / "valkey", port=free_port(), log=place / "valkey.log")

    def ask() -> object:
        with redis.Redis.from_url(server.url) as client:
            client.set("key", "value")
            return client.get("key")

    assert b"value" == run(server, ask)
