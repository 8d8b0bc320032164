"""The table of a suite: every process and step, what it needs to be up before it, and how it is started."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from oraculum_dev.infrastructure.kafka import Kafka
from oraculum_dev.infrastructure.ports import answers
from oraculum_dev.infrastructure.postgres import Postgres
from oraculum_dev.infrastructure.programs import Program
from oraculum_dev.infrastructure.prometheus import Prometheus
from oraculum_dev.infrastructure.valkey import Valkey
from oraculum_dev.project import ROOT, SERVICES, package_of
from oraculum_dev.recovery.archive import Archive
from oraculum_dev.suite import environment, steps
from oraculum_dev.suite.home import Home
from oraculum_dev.suite.keys import Keys
from oraculum_dev.suite.ports import Ports
from oraculum_dev.suite.probe import AWAY, Health, get, readiness
from oraculum_dev.suite.replicas import Replicas
from oraculum_dev.suite.units import READY, Unit, outside, server_unit
from oraculum_dev.suite.venues import Venues

# Servers that somebody else runs, when the environment names them.
OUTSIDE = {"postgres": "DATABASE_ADMIN_URL", "kafka": "KAFKA_BOOTSTRAP_SERVERS", "valkey": "REDIS_URL"}
# Who asks whom while it works. Readiness does not hang on it, but a start that respects it begins without complaints.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "auth": ("mail", "identities"),
    "wallet": ("auth",),
    "notification": ("auth",),
    "market-data": ("auth", "venues"),
    "prediction": ("auth", "wallet"),
    "event": ("auth", "prediction", "market-data"),
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a suite is started from."""

    home: Home
    ports: Ports
    venues: Venues
    replicas: Replicas = field(default_factory=Replicas)
    # Whether a Prometheus watches it.
    observed: bool = False
    # Whether a collector keeps the traces.
    traced: bool = False
    # Whether PostgreSQL archives its write-ahead log, so that it can be restored to any moment.
    archived: bool = False
    # The servers that somebody else runs, by name.
    external: Mapping[str, str] = field(default_factory=dict)
    say: Callable[[str], None] = print

    @property
    def keys(self) -> Keys:
        """Its keys and passwords."""
        return Keys(self.home.keys)

    @property
    def postgres(self) -> Postgres:
        """Our PostgreSQL."""
        return Postgres(
            folder=self.home.postgres,
            port=self.ports.of("postgres"),
            password=self.keys.password("postgres"),
            log=self.home.log("postgres"),
            settings=self.archive.settings if self.archived else {},
        )

    @property
    def archive(self) -> Archive:
        """Where its backups lie."""
        return Archive(self.home.postgres / "backups")

    @property
    def valkey(self) -> Valkey:
        """Our Valkey."""
        return Valkey(
            folder=self.home.data("valkey"), port=self.ports.of("valkey"), log=self.home.log("valkey")
        )

    @property
    def kafka(self) -> Kafka:
        """Our Kafka."""
        return Kafka(
            folder=self.home.data("kafka"),
            port=self.ports.of("kafka"),
            controller_port=self.ports.of("kafka controller"),
            log=self.home.log("kafka"),
            say=self.say,
        )

    @property
    def prometheus(self) -> Prometheus:
        """Our Prometheus, which reads every process."""
        processes = [process for name in SERVICES for process in self.replicas.of(name)] + ["gateway"]
        return Prometheus(
            folder=self.home.data("prometheus"),
            port=self.ports.of("prometheus"),
            log=self.home.log("prometheus"),
            targets={process: self.ports.of(f"{process} internal") for process in processes},
        )

    @property
    def superuser_url(self) -> str:
        """Where roles and schemas are created."""
        return self.external.get("postgres") or self.postgres.url

    @property
    def addresses(self) -> environment.Addresses:
        """Where services find Kafka and Redis."""
        return environment.Addresses(
            kafka=self.external.get("kafka") or self.kafka.bootstrap_servers,
            redis=self.external.get("valkey") or self.valkey.url,
        )


def external_servers() -> dict[str, str]:
    """The servers that the environment names."""
    return {name: os.environ[variable] for name, variable in OUTSIDE.items() if os.environ.get(variable)}


def units(plan: Plan) -> list[Unit]:
    """Every unit of a suite."""
    return [
        *_infrastructure(plan),
        _databases(plan),
        _topics(plan),
        _stand_in(plan),
        _mail(plan),
        _identities(plan),
        *(_service(name, process, plan) for name in SERVICES for process in plan.replicas.of(name)),
        _gateway(plan),
        *([_traces(plan)] if plan.traced else []),
        *([server_unit(plan.prometheus, ("prometheus",), plan.prometheus.url)] if plan.observed else []),
    ]


def _infrastructure(plan: Plan) -> list[Unit]:
    ours: Mapping[str, Callable[[], Unit]] = {
        "postgres": lambda: server_unit(plan.postgres, ("postgres",), plan.ports.address("postgres")),
        "valkey": lambda: server_unit(plan.valkey, ("valkey",), plan.ports.address("valkey")),
        "kafka": lambda: server_unit(plan.kafka, ("kafka", "kafka controller"), plan.ports.address("kafka")),
    }
    return [
        outside(name, f"given by {OUTSIDE[name]}") if name in plan.external else make()
        for name, make in ours.items()
    ]


def _databases(plan: Plan) -> Unit:
    return Unit(
        name="schemas",
        needs=("postgres",),
        prepare=lambda: steps.prepare_databases(plan.superuser_url, plan.keys),
    )


def _topics(plan: Plan) -> Unit:
    return Unit(name="topics", needs=("kafka",), prepare=lambda: steps.prepare_topics(plan.addresses.kafka))


def _stand_in(plan: Plan) -> Unit:
    port = plan.ports.of("venues")

    async def health() -> Health:
        answer = await get(port, "/stand-in/status")
        return READY if answer and answer[0] == 200 else AWAY

    arguments = plan.venues.stand_in_arguments(plan.ports.address("venues"))
    return Unit(
        name="venues",
        program=lambda: _python(plan, "venues", ["oraculum_dev.venues", *arguments], environment.inherited()),
        health=health,
        ports=("venues",),
        where=f"http://{plan.ports.address('venues')}",
    )


def _traces(plan: Plan) -> Unit:
    spans = plan.home.spans
    return _beside(
        plan,
        "traces",
        ["oraculum_dev.observe.collector", "--file", str(spans)],
        f"otlp {plan.ports.address('traces')}, spans in {os.path.relpath(spans)}",
    )


def _mail(plan: Plan) -> Unit:
    folder = plan.home.mails
    return _beside(
        plan,
        "mail",
        ["oraculum_dev.mail", "--folder", str(folder)],
        f"smtp {plan.ports.address('mail')}, mails in {os.path.relpath(folder)}",
    )


def _identities(plan: Plan) -> Unit:
    """The stand-in for the provider of identity checks: whoever shows a passport is approved."""
    webhook = f"http://{plan.ports.address('gateway')}/api/v1/webhooks/kyc/sumsub"
    return _beside(
        plan,
        "identities",
        ["oraculum_dev.kyc", "--webhook", webhook],
        f"http://{plan.ports.address('identities')}",
    )


def _beside(plan: Plan, name: str, module: Sequence[str], where: str) -> Unit:
    """A small server of ours that is up as soon as its port answers."""
    port = plan.ports.of(name)

    async def health() -> Health:
        return READY if await asyncio.to_thread(answers, port) else AWAY

    arguments = [*module, "--listen", plan.ports.address(name)]
    return Unit(
        name=name,
        program=lambda: _python(plan, name, arguments, environment.inherited()),
        health=health,
        ports=(name,),
        where=where,
    )


def _service(name: str, process: str, plan: Plan) -> Unit:
    internal = plan.ports.of(f"{process} internal")

    def program() -> Program:
        database = steps.database_url(plan.superuser_url, name, plan.keys)
        variables = environment.common(
            plan.ports, plan.keys, plan.addresses, plan.replicas, traced=plan.traced
        )
        variables |= environment.of_service(name, process, plan.ports, plan.keys, database)
        if name == "market-data":
            variables |= plan.venues.environment(plan.ports.address("venues"))
        return _python(plan, process, [package_of(name)], variables)

    return Unit(
        name=process,
        needs=("schemas", "topics", "valkey", *NEEDS[name]),
        program=program,
        health=lambda: readiness(internal),
        ports=(process, f"{process} internal"),
        where=plan.ports.address(process),
        metrics_port=internal,
    )


def _gateway(plan: Plan) -> Unit:
    internal = plan.ports.of("gateway internal")

    async def health() -> Health:
        said, page = await asyncio.gather(
            readiness(internal), get(plan.ports.of("gateway"), "/api/v1/health")
        )
        return said if page else AWAY

    return Unit(
        name="gateway",
        needs=(*(process for name in SERVICES for process in plan.replicas.of(name)), "valkey"),
        program=lambda: gateway_program(plan),
        health=health,
        watch=lambda: readiness(internal),
        ports=("gateway", "gateway internal"),
        where=f"http://{plan.ports.address('gateway')}",
        metrics_port=internal,
    )


def gateway_program(
    plan: Plan, name: str = "gateway", settings: Mapping[str, str] = MappingProxyType({})
) -> Program:
    """How a gateway is started; tests start further ones, with settings of their own."""
    variables = environment.common(plan.ports, plan.keys, plan.addresses, plan.replicas, traced=plan.traced)
    variables |= environment.of_gateway(plan.ports, plan.keys)
    return _python(plan, name, [package_of("gateway")], {**variables, **settings})


def _python(plan: Plan, name: str, module: list[str], variables: Mapping[str, str]) -> Program:
    return Program(
        name=name,
        command=[sys.executable, "-m", *module],
        directory=ROOT,
        log=plan.home.log(name),
        environment={**environment.LEAN, **variables},
    )
