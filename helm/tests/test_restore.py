"""What a lost database comes back from: an archive that is never a minute behind, and a job that mends the topics."""

import helm_python as helm
import pytest

BACKUP = {
    "enabled": True,
    "destination": "s3://backups/postgres",
    "credentialsSecret": "backup",
    "serverName": "oraculum-postgres-2",
}
DOWN = {"replicas": 0, "autoscaling": {"enabled": False}}
AT = "2026-11-21T10:00:00Z"


def test_a_minute_is_what_a_lost_region_takes_with_it(objects) -> None:
    parameters = objects.one("Cluster", "postgres")["spec"]["postgresql"]["parameters"]
    assert "60s" == parameters["archive_timeout"]
    assert "on" == parameters["track_commit_timestamp"]


def test_the_log_and_daily_copies_go_to_object_storage_encrypted(with_values) -> None:
    objects = with_values(postgres={"backup": BACKUP})
    backup = objects.one("Cluster", "postgres")["spec"]["backup"]
    assert "30d" == backup["retentionPolicy"]
    store = backup["barmanObjectStore"]
    assert ("s3://backups/postgres", "oraculum-postgres-2") == (store["destinationPath"], store["serverName"])
    assert {"AES256"} == {store[kind]["encryption"] for kind in ("wal", "data")}
    assert "oraculum-postgres" == objects.one("ScheduledBackup", "postgres")["spec"]["cluster"]["name"]


def test_a_cluster_begins_with_another_ones_backups(with_values) -> None:
    restore = {"from": "oraculum-postgres", "to": AT}
    spec = with_values(postgres={"backup": BACKUP, "restore": restore}).one("Cluster", "postgres")["spec"]
    assert "initdb" not in spec["bootstrap"]
    assert {"targetTime": AT} == spec["bootstrap"]["recovery"]["recoveryTarget"]
    (origin,) = spec["externalClusters"]
    assert spec["bootstrap"]["recovery"]["source"] == origin["name"]
    assert "oraculum-postgres" == origin["barmanObjectStore"]["serverName"]


def test_the_topics_are_mended_while_nobody_serves(with_values) -> None:
    objects = with_values(postgres={"restore": {"at": AT}}, defaults=DOWN)
    (job,) = [one for one in objects.of("Job") if one["metadata"]["name"] == "oraculum-restored"]
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert ["restored", "/app/topics"] == container["args"]
    assert {"name": "RESTORED_AT", "value": AT} in container["env"]
    assert {"name": "RESTORED_SINCE_HOURS", "value": "24"} in container["env"]


def test_the_job_looks_as_far_back_as_it_is_told_and_reaches_the_books(with_values) -> None:
    objects = with_values(postgres={"restore": {"at": AT, "sinceHours": 200}}, defaults=DOWN)
    (job,) = [one for one in objects.of("Job") if one["metadata"]["name"] == "oraculum-restored"]
    pod = job["spec"]["template"]
    assert {"name": "RESTORED_SINCE_HOURS", "value": "200"} in pod["spec"]["containers"][0]["env"]
    callers = [
        peer["podSelector"]["matchLabels"]
        for rule in objects.one("NetworkPolicy", "postgres")["spec"]["ingress"]
        for peer in rule["from"]
        if "podSelector" in peer
    ]
    assert any(labels.items() <= pod["metadata"]["labels"].items() for labels in callers)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"postgres": {"restore": {"at": AT}}}, "may run"),
        ({"postgres": {"restore": {"at": "yesterday"}}}, "at"),
        ({"postgres": {"restore": {"from": "oraculum-postgres"}}}, "needs postgres.backup.destination"),
        (
            {"postgres": {"backup": {**BACKUP, "serverName": ""}, "restore": {"from": "oraculum-postgres"}}},
            "an archive has one writer",
        ),
    ],
)
def test_a_restore_that_would_do_harm_is_refused(with_values, values, sentence) -> None:
    with pytest.raises(helm.HelmError, match=sentence):
        with_values(**values)
