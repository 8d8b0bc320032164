"""The vocabulary of failures."""

from oraculum_kit.errors import Internal, NotFound, Unavailable


class ConcurrentBatch(Unavailable):
    """Another batch made one of these transfers at the same moment; the same call again tells how they ended."""

    reason = "CONCURRENT_BATCH"


class LedgerDisagrees(Internal):
    """The database refused what the ledger had decided; nothing moved."""

    reason = "LEDGER_DISAGREES"


class DepositNotFound(NotFound):
    """There is no such deposit."""

    reason = "DEPOSIT_NOT_FOUND"
