"""The ways in which an account is not deleted."""

from oraculum_kit.errors import Aborted, FailedPrecondition


class AccountNotEmpty(FailedPrecondition):
    """There is something left in your account: cancel, sell or wait for the result, and withdraw first."""

    reason = "ACCOUNT_NOT_EMPTY"


class DeletionWhileExcluded(FailedPrecondition):
    """You asked not to play for a time. The account stays until it is over, or it would end your exclusion."""

    reason = "DELETION_WHILE_EXCLUDED"


class DeletionOvertaken(Aborted):
    """Your account was asked to be deleted once more meanwhile, or the answer took too long. Nothing was deleted; try again."""

    reason = "DELETION_OVERTAKEN"
