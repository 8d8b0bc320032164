"""What a fill means: its transfers, and the fills that nobody could apply."""

from typing import Any

import pytest

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1.bets_fact_pb2 import BetsFact
from oraculum.prediction.v1.prediction_service_pb2 import Side
from oraculum_wallet.accounts import AccountKind
from oraculum_wallet.fills import UnreadableFillError, fill_of, recovery_of, transfers_of
from oraculum_wallet.reserves import release_of
from oraculum_wallet.transfers import Phase, TransferKind


class TestTransfersOf:
    def test_a_purchase_posts_its_cost_and_pays_its_fee(self, make: Any) -> None:
        fill = fill_of(make.bought(gross=900, fee=18, sequence=1))
        cost, fee = transfers_of(fill, "3")
        assert (cost.phase, cost.kind, cost.units) == (Phase.POST_PENDING, TransferKind.BET, 900)
        assert (cost.pending_id, cost.event_id, cost.reference_id) == (
            fill.hold_id,
            fill.event_id,
            fill.order_id,
        )
        assert cost.debit is not None
        assert (cost.debit.kind, cost.debit.owner_id) == (AccountKind.USER, fill.user_id)
        assert (fee.phase, fee.kind, fee.units) == (Phase.POSTED, TransferKind.FEE, 18)
        assert fee.credit is not None
        assert (fee.credit.kind, fee.credit.owner_id) == (AccountKind.FEES, "3")

    def test_a_sale_is_paid_from_the_escrow(self, make: Any) -> None:
        fill = fill_of(make.sold(gross=400, fee=8, sequence=1))
        proceeds, fee = transfers_of(fill, "3")
        assert (proceeds.phase, proceeds.kind, proceeds.units) == (Phase.POSTED, TransferKind.SALE, 400)
        assert proceeds.debit is not None
        assert proceeds.credit is not None
        assert (proceeds.debit.kind, proceeds.debit.owner_id) == (AccountKind.EVENT_ESCROW, fill.event_id)
        assert (proceeds.credit.kind, proceeds.credit.owner_id) == (AccountKind.USER, fill.user_id)
        assert fee.units == 8

    def test_nothing_moves_where_nothing_is_due(self, make: Any) -> None:
        assert len(transfers_of(fill_of(make.bought(gross=900, fee=0, sequence=1)), "0")) == 1
        assert transfers_of(fill_of(make.sold(gross=0, fee=0, sequence=1)), "0") == []

    def test_shares_for_nothing_release_their_hold(self, make: Any) -> None:
        (void,) = transfers_of(fill_of(make.bought(gross=0, fee=0, sequence=1)), "0")
        assert (void.phase, void.units, void.asset) == (Phase.VOID_PENDING, 0, "")

    def test_ids_follow_from_the_fill_and_nothing_else(self, make: Any) -> None:
        fact = make.bought(gross=900, fee=18, sequence=1)
        first = [transfer.id for transfer in transfers_of(fill_of(fact), "0")]
        again = [transfer.id for transfer in transfers_of(fill_of(fact), "9")]
        # An order may be filled in parts.
        order_id = fact.order_filled.fill.order_id
        second = make.bought(gross=900, fee=18, sequence=2, order_id=order_id)
        other = [transfer.id for transfer in transfers_of(fill_of(second), "0")]
        assert first == again
        assert not set(first) & set(other)
        assert [transfer.id for transfer in recovery_of(fill_of(fact), "0")] == first


class TestFillOf:
    def test_a_fill_survives_being_put_aside(self, make: Any) -> None:
        fact = make.bought(gross=900, fee=18, sequence=7)
        fill = fill_of(fact)
        assert BetsFact.FromString(fact.SerializeToString()).order_filled.SerializeToString() == fill.fact

    @pytest.mark.parametrize(
        ("path", "value", "reason"),
        [
            ("fill_id", "x", "fill_id is 'x', not a UUID"),
            ("order_id", "", "order_id is '', not a UUID"),
            ("user_id", "0199E2B4-0000-7000-8000-000000000001", "user_id is"),
            ("side", Side.SIDE_UNSPECIFIED, "neither buys nor sells"),
            ("sequence", 0, "its sequence is 0"),
            ("gross", Amount(units=-1, asset="USDC"), "-1 USDC"),
            ("gross", Amount(units=1, asset="DOGE"), "1 DOGE"),
            ("fee", Amount(units=1, asset="USD"), "its fee is in USD"),
            ("fee", Amount(units=-1, asset="USDC"), "a fee of -1"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, make: Any, path: str, value: Any, reason: str) -> None:
        fact = make.sold(gross=400, fee=8, sequence=1)
        if isinstance(value, Amount):
            getattr(fact.order_filled.fill, path).CopyFrom(value)
        else:
            setattr(fact.order_filled.fill, path, value)
        with pytest.raises(UnreadableFillError, match=reason):
            fill_of(fact)

    def test_a_purchase_names_its_hold(self, make: Any) -> None:
        fact = make.bought(gross=1, fee=0, sequence=1)
        fact.order_filled.hold_transfer_id = ""
        with pytest.raises(UnreadableFillError, match="hold_transfer_id"):
            fill_of(fact)

    def test_an_envelope_is_of_its_event(self, make: Any) -> None:
        fact = make.sold(gross=1, fee=0, sequence=1)
        fact.event_id = make.sold(gross=1, fee=0, sequence=1).event_id
        with pytest.raises(UnreadableFillError, match="another event"):
            fill_of(fact)

    def test_a_fact_of_another_kind_is_not_dropped_silently(self, make: Any) -> None:
        with pytest.raises(UnreadableFillError, match="a fact of the kind None"):
            release_of(BetsFact(event_id=make.sold(gross=1, fee=0, sequence=1).event_id))
