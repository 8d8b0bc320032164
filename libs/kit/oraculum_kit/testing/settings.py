"""The least that every service must be told before it starts, for tests of what else it is told."""


def least(service: str, *targets: str) -> dict[str, str]:
    """An environment that leads nowhere, with the addresses of the services that it calls ("AUTH", "MARKET_DATA")."""
    return {
        "SERVICE_NAME": service,
        "DATABASE_URL": "postgresql://nowhere/oraculum",
        "KAFKA_BOOTSTRAP_SERVERS": "nowhere:1",
        "GRPC_LISTEN": "127.0.0.1:1",
        "INTERNAL_LISTEN": "127.0.0.1:2",
        "SERVICE_KEY": "pem",
        "SERVICE_KEYS_FILE": "keys.json",
        **{f"{target}_TARGET": "nowhere:3" for target in targets},
    }
