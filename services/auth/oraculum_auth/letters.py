"""What is written in mails: text files with a subject and a body, filled with plain words."""

from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import Final

from oraculum_kit.mail import Mail

_SUBJECT: Final = "Subject: "


@dataclass(frozen=True, slots=True)
class Letter:
    """One kind of mail."""

    subject: str
    body: Template

    @classmethod
    def read(cls, name: str) -> "Letter":
        """Read a template of this package."""
        head, _, body = (
            (files(__package__) / "templates" / f"{name}.txt").read_text("utf-8").partition("\n\n")
        )
        return cls(head.removeprefix(_SUBJECT).strip(), Template(body))

    def to(self, address: str, **words: str) -> Mail:
        """The mail for somebody; a word that is missing is a defect and raises."""
        return Mail(address, self.subject, self.body.substitute(words))
