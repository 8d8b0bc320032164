"""Every profile renders, and what it renders is understood by the Kubernetes that people run."""

import helm_python as helm
import kubernetes_validate
import pytest

from oraculum_dev.chart import golden

# The three newest minor versions that the schemas know.
VERSIONS = ("1.35", "1.36", "1.37")
# Their definitions come with their operators, not with Kubernetes.
FOREIGN = (
    "cert-manager.io",
    "postgresql.cnpg.io",
    "kafka.strimzi.io",
    "monitoring.coreos.com",
    "gateway.networking",
)


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_accepts_every_object_strictly(objects, version) -> None:
    own = [one for one in objects if not one["apiVersion"].startswith(FOREIGN)]
    assert len(own) > 20
    for manifest in own:
        kubernetes_validate.validate(manifest, version, strict=True)


def test_no_object_comes_twice(objects) -> None:
    names = [(one["apiVersion"], one["kind"], one["metadata"]["name"]) for one in objects]
    assert len(names) == len(set(names))


def test_the_committed_manifests_are_what_the_chart_renders() -> None:
    assert 0 == golden.main(["--check"]), "run `make manifests`"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"servces": {}}, "servces"),
        ({"services": {"walet": {"calls": [], "needs": []}}}, "walet"),
        ({"image": {"tag": "latest"}}, "tag"),
        ({"postgres": {"bundled": False}}, "say in postgres.host where the server is"),
        ({"kafka": {"bundled": False}}, "say in kafka.bootstrapServers"),
        ({"kafka": {"securityProtocol": "SSL"}}, "ca.crt, tls.crt and tls.key"),
        ({"redis": {"bundled": False}}, "secret with `url`"),
        ({"kafka": {"replication": 1}}, "no record could ever be acknowledged"),
        ({"ingress": {"kind": "gateway"}}, "name the Gateway"),
        ({"ingress": {"host": "bets.example.com"}}, "publicUrl is https://oraculum.example.com"),
        ({"defaults": {"drainSeconds": 30}}, "25 more than drainSeconds"),
        (
            {"services": {"auth": {"env": {"A": "1"}, "secretEnv": {"A": {"name": "s", "key": "k"}}}}},
            "in env and in secretEnv",
        ),
        ({"services": {"auth": {"secretEnv": {"A": {"name": "s"}}}}}, "key"),
        ({"postgres": {"backup": {"enabled": True}}}, "say in postgres.backup.destination where to"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(with_values, values, sentence) -> None:
    with pytest.raises(helm.HelmError, match=sentence):
        with_values(**values)


def test_an_external_server_leaves_nothing_bundled(with_values) -> None:
    objects = with_values(
        postgres={"bundled": False, "host": "db.example.com"},
        kafka={"bundled": False, "bootstrapServers": "k1.example.com:9093,k2.example.com:9093"},
        redis={"bundled": False, "urlSecret": "cache"},
    )
    assert not objects.of("Cluster")
    assert not objects.of("Kafka")
    assert "oraculum-valkey" not in objects.pods()
