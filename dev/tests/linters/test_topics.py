"""Whether the topics' files tell the truth."""

import pytest

from oraculum_dev.linters import topics
from oraculum_dev.linters.planted import PlantedCheckout

TOPIC = """
topic: bets
description: Fills in the order of their market.
owner: prediction
producers: [prediction]
consumers: [wallet, market-data]
key: event id
message: oraculum.prediction.v1.BetsFact
partitions: 12
retention_hours: 168
"""
FILE = "protos/topics/bets.yaml"


@pytest.fixture
def checkout(checkout: PlantedCheckout) -> PlantedCheckout:
    """A checkout in which the topic `bets` is as its file says."""
    checkout.plant(FILE, TOPIC)
    checkout.plant("protos/oraculum/prediction/v1/bets_fact.proto", "message BetsFact {\n}\n")
    checkout.plant("services/prediction/oraculum_prediction/events.py", 'TOPIC = "bets"\n')
    checkout.plant("services/wallet/oraculum_wallet/consumers.py", 'TOPICS = ["bets"]\n')
    checkout.plant("services/market-data/oraculum_market_data/consumers/bets.py", 'TOPIC = "bets"\n')
    return checkout


class TestTopic:
    def test_that_is_as_it_says_is_good(self, checkout: PlantedCheckout) -> None:
        """Message, services and mentions are all there."""
        assert [] == checkout.messages(topics.check)

    @pytest.mark.parametrize(
        ("old", "new", "complaint"),
        [
            ("key: event id\n", "", "key is missing or is no str"),
            ("partitions: 12", "partitions: twelve", "partitions is missing or is no int"),
            ("producers: [prediction]", "producers: prediction", "producers is missing or is no list"),
            ("producers: [prediction]", "producers: [wallet]", "the owner is not among the producers"),
            ("owner:", "colour: blue\nowner:", "colour is not a field of a topic"),
            ("topic: bets", "topic: stakes", "the file is named after its topic"),
            ("BetsFact", "StakesFact", "the contracts have no message oraculum.prediction.v1.StakesFact"),
            (
                "oraculum.prediction",
                "oraculum.wallet",
                "the contracts have no message oraculum.wallet.v1.BetsFact",
            ),
            ("consumers: [wallet", "consumers: [trading, wallet", "there is no service 'trading'"),
        ],
    )
    def test_that_is_not_as_it_says_is_found(
        self, checkout: PlantedCheckout, old: str, new: str, complaint: str
    ) -> None:
        """Whatever is missing, misspelt or untrue is named."""
        checkout.plant(FILE, TOPIC.replace(old, new))

        assert [complaint] == checkout.messages(topics.check)

    @pytest.mark.parametrize("text", ["- bets", "description: one: two", ""])
    def test_that_cannot_be_read_is_found(self, checkout: PlantedCheckout, text: str) -> None:
        """A file that is no mapping in YAML is told once."""
        checkout.plant(FILE, text)

        assert 1 == len(checkout.messages(topics.check))

    def test_has_producers_and_consumers_that_mention_it(self, checkout: PlantedCheckout) -> None:
        """A service that stopped speaking or hearing must leave the list."""
        checkout.plant("services/prediction/oraculum_prediction/events.py", 'TOPIC = "settlements"\n')
        checkout.plant("services/wallet/oraculum_wallet/consumers.py", "# bets are no longer heard\n")

        assert [
            "prediction is listed, but its events.py does not mention 'bets'",
            "wallet is listed, but its consumers.py does not mention 'bets'",
        ] == checkout.messages(topics.check)
