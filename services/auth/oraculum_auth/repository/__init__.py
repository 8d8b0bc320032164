"""What auth asks of its database."""

from oraculum_auth.repository.accounts import Accounts
from oraculum_auth.repository.audit import Audit
from oraculum_auth.repository.mails import Mails
from oraculum_auth.repository.sessions import Sessions

__all__ = ["Accounts", "Audit", "Mails", "Sessions"]
