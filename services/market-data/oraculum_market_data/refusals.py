"""What a decoder says of a record that it cannot accept."""


class Refused(Exception):
    """A record breaks the venue's own rules; it names the record, the field and why.

    Code deep inside a record knows the field only. The name of the record is filled in by whoever walks the records,
    with `within`.
    """

    def __init__(self, field: str, reason: str, record: str = "") -> None:
        super().__init__(field, reason, record)
        self.field = field
        self.reason = reason
        self.record = record

    def __str__(self) -> str:
        return f"{self.record}: {self.field}: {self.reason}"

    def within(self, record: str) -> "Refused":
        """The same refusal, seen from one level further out."""
        joined = f"{record}.{self.record}" if self.record else record
        return Refused(self.field, self.reason, joined)
