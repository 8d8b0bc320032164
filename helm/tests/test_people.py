"""What the chart says of people: who is asked who they are, by whom, and how they come in from elsewhere."""

import helm_python as helm
import pytest

OPEN_ID = {
    "name": "google",
    "discoveryUrl": "https://accounts.example.com/.well-known/openid-configuration",
    "clientId": "a client",
    "secret": "google",
}
ONLINE = {"auth": {"internet": True}}


def environment(objects, service) -> dict:
    (container,) = objects.one("Deployment", service)["spec"]["template"]["spec"]["containers"]
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container["env"]}


def test_where_money_moves_the_same_is_asked(with_values) -> None:
    objects = with_values(people={"kycFreeDollars": "500", "closedJurisdictions": ["FR", "US-NY"]})
    for service in ("wallet", "prediction", "event"):
        found = environment(objects, service)
        assert ("500", "FR,US-NY") == (found["KYC_FREE_DOLLARS"], found["CLOSED_JURISDICTIONS"])
    assert "KYC_FREE_DOLLARS" not in environment(objects, "notification")


def test_nothing_said_leaves_it_to_the_processes(with_values) -> None:
    assert {"KYC_FREE_DOLLARS", "CLOSED_JURISDICTIONS"}.isdisjoint(environment(with_values(), "wallet"))


def test_providers_and_lists_reach_auth_and_their_secrets_stay_secrets(with_values) -> None:
    objects = with_values(
        services=ONLINE,
        people={
            "kyc": {"provider": "sumsub", "secret": "sumsub"},
            "lists": {"configMap": "lists", "sanctions": "sanctions.csv"},
            "openId": [OPEN_ID],
        },
    )
    found = environment(objects, "auth")
    assert ("sumsub", "google") == (found["KYC_PROVIDER"], found["OPEN_ID_PROVIDERS"])
    assert {"secretKeyRef": {"name": "sumsub", "key": "webhookSecret"}} == found["KYC_WEBHOOK_SECRET"]
    assert {"secretKeyRef": {"name": "google", "key": "clientSecret"}} == found[
        "OPEN_ID_GOOGLE_CLIENT_SECRET"
    ]
    assert "/etc/oraculum/lists/sanctions.csv" == found["SANCTIONS_FILE"]
    assert "REFUSED_NETWORKS_FILE" not in found
    volumes = objects.one("Deployment", "auth")["spec"]["template"]["spec"]["volumes"]
    assert {"name": "lists", "defaultMode": 0o444} in [
        volume.get("configMap") and {**volume["configMap"]} for volume in volumes
    ]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"people": {"kyc": {"provider": "sumsub"}}}, "name in people.kyc.secret"),
        ({"people": {"kyc": {"provider": "sumsub", "secret": "s"}}}, "services.auth.internet"),
        ({"people": {"openId": [OPEN_ID]}}, "services.auth.internet"),
        ({"people": {"lists": {"sanctions": "sanctions.csv"}}}, "people.lists.configMap"),
        ({"people": {"kycFreeDollars": "many"}}, "kycFreeDollars"),
        ({"people": {"closedJurisdictions": ["France"]}}, "closedJurisdictions"),
        ({"people": {"kyc": {"provider": "somebody"}}}, "provider"),
        ({"people": {"openId": [{**OPEN_ID, "discoveryUrl": "http://plain.example.com"}]}}, "discoveryUrl"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(with_values, values, sentence) -> None:
    with pytest.raises(helm.HelmError, match=sentence):
        with_values(**values)
