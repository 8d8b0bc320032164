"""The environment that each process is started with: the same variables that the chart sets in a cluster."""

import os
from dataclasses import dataclass

from oraculum_dev.kyc_keys import APP_SECRET, APP_TOKEN, WEBHOOK_SECRET
from oraculum_dev.project import SERVICES
from oraculum_dev.suite.keys import Keys
from oraculum_dev.suite.ports import Ports
from oraculum_dev.suite.replicas import Replicas

# What a process may inherit from the person who starts it; the rest of their environment is none of its business.
INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "SSL_CERT_FILE",
    "LOG_LEVEL",
    "LOG_FORMAT",
    "DRAIN_SECONDS",
    "TRUSTED_PROXIES",
    "KYC_FREE_DOLLARS",
    "CLOSED_JURISDICTIONS",
    # Where passwords are hashed.
    "PASSWORD_WORKERS",
    "PASSWORD_NICENESS",
    # How lively the venues' stand-in is, and how often it is asked.
    "STAND_IN_RECENT_SECONDS",
    "STAND_IN_SWEEP_SECONDS",
    "VENUES_RATE",
    "SERIES_EVERY",
)
INHERITED_PREFIXES = ("OTEL_", "TRACES_", "RATE_LIMIT_")
# What somebody may bring in before they show a passport to the stand-in; betting with it asks for none.
FREE_DOLLARS = "500000"
# A laptop wants few arenas: glibc would keep one per core and thread, each with memory of its own.
LEAN = {"MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where the infrastructure is, ours or somebody else's."""

    kafka: str
    redis: str


def inherited() -> dict[str, str]:
    """The part of our own environment that processes get."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in INHERITED or name.startswith(INHERITED_PREFIXES)
    }


def common(
    ports: Ports, keys: Keys, addresses: Addresses, replicas: Replicas, *, traced: bool = False
) -> dict[str, str]:
    """What every process is told."""
    # Sent every second: whoever watches one bet does not want to wait for it.
    sent = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{ports.address('traces')}",
        "OTEL_BSP_SCHEDULE_DELAY": "1000",
    }
    targets = {
        f"{name.upper().replace('-', '_')}_TARGET": ",".join(map(ports.address, replicas.of(name)))
        for name in SERVICES
    }
    return {
        "LOG_FORMAT": "console",
        **(sent if traced else {}),
        **inherited(),
        **LEAN,
        **targets,
        "ORACULUM_ENV": "development",
        "KAFKA_BOOTSTRAP_SERVERS": addresses.kafka,
        "REDIS_URL": addresses.redis,
        "SERVICE_KEYS_FILE": str(keys.public_keys),
        "SMTP_URL": f"smtp+plain://{ports.address('mail')}",
        "PUBLIC_URL": f"http://{ports.address('gateway')}",
    }


def of_service(service: str, process: str, ports: Ports, keys: Keys, database_url: str) -> dict[str, str]:
    """What a process of one of the six services is told beside that."""
    own = {
        "SERVICE_NAME": service,
        "SERVICE_KEY_FILE": str(keys.service_key(service)),
        "GRPC_LISTEN": ports.address(process),
        "INTERNAL_LISTEN": ports.address(f"{process} internal"),
        "DATABASE_URL": database_url,
    }
    if service == "auth":
        own["TOKEN_KEY_FILE"] = str(keys.token_key)
        own["DATA_KEYS_FILE"] = str(keys.data_keys)
        own |= {
            "KYC_PROVIDER": "sumsub",
            "KYC_URL": f"http://{ports.address('identities')}",
            "KYC_APP_TOKEN": APP_TOKEN,
            "KYC_APP_SECRET": APP_SECRET,
            "KYC_WEBHOOK_SECRET": WEBHOOK_SECRET,
        }
    if service == "wallet":
        own["KYC_FREE_DOLLARS"] = os.environ.get("KYC_FREE_DOLLARS", FREE_DOLLARS)
    return own


def of_gateway(ports: Ports, keys: Keys) -> dict[str, str]:
    """What the gateway is told beside the common part; it has no database."""
    return {
        "SERVICE_NAME": "gateway",
        "SERVICE_KEY_FILE": str(keys.service_key("gateway")),
        "HTTP_LISTEN": ports.address("gateway"),
        "INTERNAL_LISTEN": ports.address("gateway internal"),
    }
