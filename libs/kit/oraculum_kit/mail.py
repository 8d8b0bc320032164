"""Sending mail by SMTP (RFC 5321) to a configured server.

    SMTP_URL=smtps://user:password@mail.example.com:465      TLS from the first byte
    SMTP_URL=smtp://user:password@mail.example.com:587       STARTTLS, which the server must offer
    SMTP_URL=smtp+plain://127.0.0.1:8031                     no TLS: a catching server on a developer's machine

The standard library's client in a thread: mail is rare and slow, and a further dependency would be neither. Whoever
calls has a job around it that tries again.
"""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from oraculum_kit.clock import Clock, SystemClock
from oraculum_kit.config import Environment
from oraculum_kit.errors import FailedPrecondition, Unavailable

TIMEOUT_SECONDS: Final = 15.0
_FINAL: Final = 500
_PORTS: Final = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


class MailNotSent(Unavailable):
    """The mail server did not take the mail."""

    reason = "MAIL_NOT_SENT"


class MailRefused(FailedPrecondition):
    """The mail server will never take this mail."""

    reason = "MAIL_REFUSED"


@dataclass(frozen=True, slots=True)
class MailConfig:
    """Where mails go and whom they come from."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    sender: str

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """SMTP_URL (or SMTP_URL_FILE) and MAIL_FROM."""
        development = environment.development
        url = environment.secret("SMTP_URL", "smtp+plain://127.0.0.1:8031") if development else None
        parts = urlsplit(url or environment.secret("SMTP_URL"))
        # Passwords must not travel in clear, whatever an operator mistypes.
        allowed = ("smtp", "smtps", "smtp+plain") if development else ("smtp", "smtps")
        if parts.scheme not in allowed or not parts.hostname:
            environment.refuse(
                "SMTP_URL", f"must be {' or '.join(f'{word}://host:port' for word in allowed)}"
            )
        return cls(
            scheme=parts.scheme,
            host=parts.hostname or "",
            port=parts.port or _PORTS.get(parts.scheme, 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            sender=environment.text("MAIL_FROM", "Oraculum <no-reply@localhost>"),
        )


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person, as plain text."""

    to: str
    subject: str
    text: str


class Mailer:
    """Sends mails, one connection each."""

    def __init__(self, config: MailConfig, clock: Clock | None = None) -> None:
        self._config = config
        self._clock = clock or SystemClock()

    async def send(self, mail: Mail) -> None:
        """Hand a mail to the server; raises `MailNotSent` or `MailRefused` unless the server has taken it."""
        message = self._message(mail)
        try:
            await asyncio.to_thread(self._deliver, message)
        except (smtplib.SMTPException, OSError) as error:
            if _is_final(error):
                raise MailRefused from error
            raise MailNotSent from error

    def _message(self, mail: Mail) -> EmailMessage:
        # EmailMessage refuses line breaks in a header, so nobody's name or address can add one of their own.
        message = EmailMessage()
        message["From"] = self._config.sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = make_msgid(domain=self._config.sender.rpartition("@")[2].strip(">") or None)
        # RFC 3834: no out-of-office answers to a machine.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message

    def _deliver(self, message: EmailMessage) -> None:
        config = self._config
        if config.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                config.host, config.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(config.host, config.port, timeout=TIMEOUT_SECONDS)
        with server:
            if config.scheme == "smtp":
                server.starttls(context=ssl.create_default_context())
            if config.user:
                server.login(config.user, config.password)
            server.send_message(message)


def _is_final(error: Exception) -> bool:
    """Whether the server said 5xx: it would say so again."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= _FINAL for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= _FINAL
