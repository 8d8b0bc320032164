"""compose.yaml starts what the chart installs: the same arrows, the same hardening, secrets that a command makes."""

import re
import stat
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from oraculum_dev.chart import secret_files
from oraculum_dev.images.plan import IMAGES
from oraculum_dev.images.servers import SERVERS
from oraculum_dev.infrastructure.kafka_jars import pinned
from oraculum_dev.project import ROOT, SERVICES
from oraculum_dev.suite.venues import Venues

PROCESSES = (*SERVICES, "gateway")
COMPOSE: Mapping[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
VALUES: Mapping[str, Any] = yaml.safe_load((ROOT / "helm" / "oraculum" / "values.yaml").read_text())


def container(name: str) -> Mapping[str, Any]:
    return COMPOSE["services"][name]


def variables_of(path: str) -> dict[str, str]:
    lines = (ROOT / path).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def sources(name: str) -> set[str]:
    """The secrets that a container sees."""
    given = container(name).get("secrets", [])
    return {one if isinstance(one, str) else one["source"] for one in given}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_is_told_whom_it_calls_in_a_cluster(name: str) -> None:
    told = {
        variable.removesuffix("_TARGET").lower().replace("_", "-")
        for variable in container(name)["environment"]
        if variable.endswith("_TARGET")
    }
    assert set(VALUES["services"][name]["calls"]) == told


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_sees_the_servers_that_it_needs_and_no_other(name: str) -> None:
    needs, networks = set(VALUES["services"][name]["needs"]), set(container(name)["networks"])
    environment = container(name)["environment"]
    assert ("postgres" in needs) == ("data" in networks) == ("DATABASE_URL_FILE" in environment)
    assert ("redis" in needs) == ("cache" in networks) == ("REDIS_URL" in environment)
    assert ("kafka" in needs) == ("KAFKA_BOOTSTRAP_SERVERS" in environment)


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_sees_its_own_secrets_alone(name: str) -> None:
    own = {f"{name}.pem", "services.jwks.json"}
    own |= set() if name == "gateway" else {f"database-{name}.url"}
    own |= {"tokens.pem", "data.keys.json"} if name == "auth" else set()
    assert own == sources(name)


@pytest.mark.parametrize("name", list(COMPOSE["services"]))
def test_a_container_can_do_little(name: str) -> None:
    one = container(name)
    assert ["ALL"] == one["cap_drop"]
    assert ["no-new-privileges:true"] == one["security_opt"]
    assert one["mem_limit"]
    assert one["read_only"] == (name != "kafka")
    assert ("ports" in one) == (name == "gateway")


def test_every_image_is_one_of_ours_or_of_the_three_servers() -> None:
    ours = {image.tag("${ORACULUM_VERSION:-dev}") for image in IMAGES}
    servers = {tag for tag, _ in SERVERS.values()}
    assert ours | servers == {one["image"] for one in COMPOSE["services"].values()}


def test_servers_are_of_the_versions_that_run_elsewhere() -> None:
    (kafka,) = {jar.version for jar in pinned() if jar.artifact.startswith("kafka_")}
    assert f"apache/kafka:{kafka}" == container("kafka")["image"]
    assert VALUES["redis"]["image"] == container("valkey")["image"]


def test_every_service_is_migrated_once_before_it_starts() -> None:
    (script,) = container("migrations")["command"]
    assert re.search(rf"for name in {' '.join(SERVICES)}; do", script)
    assert {f"database-{name}.url" for name in SERVICES} == sources("migrations")
    for name in SERVICES:
        assert "service_completed_successfully" == container(name)["depends_on"]["migrations"]["condition"]


def test_the_secrets_are_those_that_the_command_makes(tmp_path) -> None:
    secret_files.write(tmp_path)
    named = {name: ROOT / one["file"] for name, one in COMPOSE["secrets"].items()}
    assert {secret_files.FOLDER / name for name in named} == set(named.values())
    assert named.keys() <= {path.name for path in tmp_path.iterdir()}


def test_secrets_are_made_once(tmp_path) -> None:
    """A database that was made with a password opens with no other."""
    secret_files.write(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    secret_files.write(tmp_path)
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_containers_may_read_secrets_and_other_people_may_not(tmp_path) -> None:
    folder = tmp_path / "secrets"
    secret_files.write(folder)
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    assert {0o444} == {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_a_role_opens_its_schema_with_the_password_of_its_address(tmp_path) -> None:
    secret_files.write(tmp_path)
    statements = (tmp_path / "roles.sql").read_text()
    for service in SERVICES:
        schema = service.replace("-", "_")
        password = (tmp_path / f"oraculum_{schema}.password").read_text()
        url = (tmp_path / f"database-{service}.url").read_text()
        assert f"postgresql://oraculum_{schema}:{password}@postgres:5432/oraculum?sslmode=disable" == url
        assert f"create role \"oraculum_{schema}\" login password '{password}';" in statements
        assert f'create schema "{schema}" authorization "oraculum_{schema}";' in statements


@pytest.mark.parametrize(("mode", "stand_in"), [("sim", "sim"), ("live", "script")])
def test_venues_are_chosen_as_on_a_laptop(mode: str, stand_in: str) -> None:
    chosen = Venues(mode).environment("stand-in:8700") | {"VENUES_MODE": stand_in}
    assert chosen == variables_of(f"compose/venues-{mode}.env")
