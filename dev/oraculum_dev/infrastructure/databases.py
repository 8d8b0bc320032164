"""Creates what a service finds in PostgreSQL: its role and its schema, and nothing that another service can reach."""

from collections.abc import Mapping

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from oraculum_dev.project import schema_of


def role_of(service: str) -> str:
    """Return the name of a service's login role."""
    return f"oraculum_{schema_of(service)}"


def connect(url: str) -> psycopg.Connection:
    """Connect as the superuser, each statement its own transaction: a database cannot be created inside one."""
    return psycopg.connect(url, autocommit=True, connect_timeout=10)


def address(
    superuser_url: str, *, database: str, user: str | None = None, password: str | None = None
) -> str:
    """Return the address of another database, or of another user, on the same server."""
    parts = conninfo_to_dict(superuser_url)
    user, password = user or str(parts["user"]), password or str(parts.get("password") or "")
    return f"postgresql://{user}:{password}@{parts['host']}:{parts['port']}/{database}"


def ensure_database(superuser_url: str, name: str) -> str:
    """Create a database unless it exists, and return the superuser's address of it."""
    with connect(superuser_url) as connection:
        if not database_exists(connection, name):
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return address(superuser_url, database=name)


def database_exists(connection: psycopg.Connection, name: str) -> bool:
    """Tell whether the server has a database of this name."""
    return bool(connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone())


def ensure_role(connection: psycopg.Connection, service: str, password: str) -> None:
    """Create or update a service's login role; its search path is its schema, so no statement needs to name it."""
    role = role_of(service)
    known = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    statement = "alter role {} with login password {}" if known else "create role {} with login password {}"
    connection.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(password)))
    path = sql.SQL("alter role {} set search_path = {}")
    connection.execute(path.format(sql.Identifier(role), sql.Identifier(schema_of(service))))


def ensure_schema(connection: psycopg.Connection, service: str) -> None:
    """Create a service's schema, owned by its role, in the database of this connection."""
    connection.execute("revoke all on schema public from public")
    statement = sql.SQL("create schema if not exists {} authorization {}")
    connection.execute(statement.format(sql.Identifier(schema_of(service)), sql.Identifier(role_of(service))))


def script(passwords: Mapping[str, str]) -> str:
    """The same for all services as text, which an empty server that somebody else starts is told first."""
    lines: list[sql.Composable] = [sql.SQL("revoke all on schema public from public;")]
    for service, password in passwords.items():
        role, schema = sql.Identifier(role_of(service)), sql.Identifier(schema_of(service))
        lines += [
            sql.SQL("create role {} login password {};").format(role, sql.Literal(password)),
            sql.SQL("alter role {} set search_path = {};").format(role, schema),
            sql.SQL("create schema {} authorization {};").format(schema, role),
        ]
    return sql.SQL("\n").join(lines).as_string() + "\n"
