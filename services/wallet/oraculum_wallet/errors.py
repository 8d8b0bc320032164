"""The vocabulary of failures."""

from oraculum_kit.errors import (
    Aborted,
    FailedPrecondition,
    Internal,
    NotFound,
    ResourceExhausted,
    Unavailable,
)


class ConcurrentBatch(Unavailable):
    """Another batch made one of these transfers at the same moment; the same call again tells how they ended."""

    reason = "CONCURRENT_BATCH"


class LargeBatchesWait(ResourceExhausted):
    """Too many batches of thousands of transfers wait already; of this one nothing moved."""

    reason = "LARGE_BATCHES_WAIT"


class LedgerDisagrees(Internal):
    """The database refused what the ledger had decided; nothing moved."""

    reason = "LEDGER_DISAGREES"


class TransactionNotFound(NotFound):
    """There is no such entry in your books."""

    reason = "TRANSACTION_NOT_FOUND"


class IncidentNotFound(NotFound):
    """There is no such incident."""

    reason = "INCIDENT_NOT_FOUND"


class IncidentStands(FailedPrecondition):
    """The account still breaks the invariant; the incident stays open, and the account frozen."""

    reason = "INCIDENT_STANDS"


class DepositNotFound(NotFound):
    """There is no such deposit."""

    reason = "DEPOSIT_NOT_FOUND"


class AccountLeaving(FailedPrecondition):
    """Your account is about to be deleted, so nothing may be begun with it."""

    reason = "ACCOUNT_LEAVING"


class AccountFull(FailedPrecondition):
    """So much went through the account that nothing may be begun with it: ask an administrator. What it has can be withdrawn."""

    reason = "ACCOUNT_FULL"


class FenceOutdated(Aborted):
    """The account was fenced again since, or let go."""

    reason = "FENCE_OUTDATED"


class DepositorExcluded(FailedPrecondition):
    """You asked not to play for a time. What you have can be withdrawn at any time."""

    reason = "DEPOSITOR_EXCLUDED"


class DepositLimitReached(FailedPrecondition):
    """The deposit would pass a limit that you set yourself."""

    reason = "DEPOSIT_LIMIT_REACHED"
