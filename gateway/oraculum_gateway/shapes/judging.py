"""Shapes of results that do not stand yet: proposals, disputes, confirmations."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from oraculum_gateway.shapes.base import (
    AmountOut,
    DecimalIn,
    Given,
    IdQuery,
    PageQuery,
    PriceIn,
    PriceOut,
    TimeOut,
    Told,
)

DisputeStatus = Literal["bonding", "open", "refused", "upheld", "rejected", "moot"]


class ProposalOut(Told):
    """A result that is asked for and does not stand yet; nobody is paid by it."""

    # Null while it waits for another administrator.
    number: int | None
    # What one share of each outcome would pay; empty where the event shall be called off.
    payouts: list[PriceOut]
    # The number that a scalar event came to.
    value: str | None
    source: str
    note: str
    proposed_at: TimeOut
    # Until when it may be disputed.
    challenge_ends_at: TimeOut | None
    open_disputes: int
    awaits_confirmation: bool
    # A dispute was upheld against it: it never will stand.
    overturned: bool
    # What a dispute of it costs until it is decided.
    bond: AmountOut | None
    # When the hour ends whose prices are paid, where the event shall be called off and somebody named one.
    void_hour_ends_at: TimeOut | None


class DisputeIn(Given):
    """Why a proposed result is wrong."""

    reason: Annotated[str, Field(min_length=10, max_length=2000, examples=["The page shows another number."])]
    evidence_url: Annotated[str, Field(max_length=2000)] = ""


class DisputeOut(Told):
    """Somebody's claim that a proposed result is wrong."""

    id: str
    event_id: str
    proposal_number: int
    user_id: str
    reason: str
    evidence_url: str | None
    status: DisputeStatus
    bond: AmountOut
    asset: str
    # Whether the bond is where the decision sends it.
    bond_settled: bool
    created_at: TimeOut
    decided_at: TimeOut | None
    decided_by: str | None
    note: str | None


class DisputesQuery(PageQuery):
    """Which disputes."""

    status: DisputeStatus | None = None
    event_id: IdQuery = ""


class DecideDisputeIn(Given):
    """The decision; an upheld dispute says what is right instead."""

    decision: Literal["uphold", "reject"]
    note: Annotated[str, Field(min_length=1, max_length=2000)]
    outcome: Annotated[int, Field(ge=0, lt=100)] | None = None
    payouts: Annotated[list[PriceIn], Field(max_length=100)] = Field(default_factory=list)
    value: DecimalIn | None = None

    @model_validator(mode="after")
    def says_what_is_right(self) -> "DecideDisputeIn":
        """An upheld dispute names another result, a rejected one names none."""
        named = sum((self.outcome is not None, bool(self.payouts), self.value is not None))
        if named != (self.decision == "uphold"):
            raise ValueError("an upheld dispute names one of outcome, payouts and value; a rejected one none")
        return self


class ConfirmIn(Given):
    """What becomes of a result that waits for another administrator."""

    decision: Literal["confirm", "withdraw"]
    note: Annotated[str, Field(max_length=2000)] = ""
